import { isFinished, type JobDescription, PlatformError, type Where } from "../../client/index.ts";
import { InvalidInputError } from "../../jobs/invalid-input.ts";
import type { Call, Consent } from "../caller.ts";
import type { Note, Unfit } from "../confirmations.ts";
import { resolveAll, resolveMany } from "../find/index.ts";
import { requireAllMeant, requireOwned } from "../find/owned.ts";
import { lookUp } from "../within.ts";
import { lastWords } from "./last-words.ts";
import { type KillOutcome, killAll, type Unread } from "./run.ts";

const TOKEN_MS = 10 * 60_000;

/** Jobs by name, or exactly those that were shown with a token. */
export type KillRequest = { refs: readonly string[]; where: Where; others: boolean } | { token: string };

/** What is left alone of a selection that was shown. */
export interface LeftAlone {
  count: number;
  /** Some of them, where this process showed them. */
  jobs: readonly JobDescription[];
}

export type KillResult =
  | { outcomes: KillOutcome[]; left: LeftAlone }
  /**
   * Nothing was killed: a person is to allow exactly these jobs first. `ids` are those that the token stands for, with
   * those that have ended: one that ends meanwhile makes no other question of it.
   */
  | { unconfirmed: Unconfirmed; token: string; ids: string[] }
  | { declined: Refusal; jobs: JobDescription[] };

/** What a person is to decide about. */
export interface Unconfirmed {
  jobs: JobDescription[];
  /** The last line that each of them printed, by id. */
  words: ReadonlyMap<string, string>;
}

/** Ends jobs for good, once a person has agreed where one can be asked. The first call only reads then. */
export async function killJobs(request: KillRequest, call: Call): Promise<KillResult> {
  const { caller, signal, consent } = call;
  const answer = consent?.answer;
  const token = consent?.token ?? ("token" in request ? request.token : undefined);
  const isNamed = "refs" in request && token === undefined;
  const target = isNamed ? await named(request, call) : await shown(token ?? "", call);
  const active = target.jobs.filter(({ status }) => !isFinished(status));
  await requireOwned(active, call);
  if (active.length > 0 && answer === undefined)
    return {
      unconfirmed: await unconfirmed(active, call),
      token: token ?? showJobs({ jobs: target.jobs, left: [] }, call),
      ids: target.jobs.map(({ id }) => id),
    };
  if (active.length > 0 && isRefusal(answer)) return { declined: answer, jobs: active };
  const { user } = await caller.platform.context({ signal });
  // The person may have answered after the call was given up.
  signal.throwIfAborted();
  // The same token may be used twice at once.
  const spent = token === undefined ? undefined : caller.confirmations.use("kill", token);
  if (spent !== undefined) throw unfit(spent);
  return { outcomes: await killAll(agreedOf(target, consent), user, call), left: target.left };
}

/** One that could not be read when the person was asked was in no question, although the token stands for it. */
function agreedOf({ jobs, unread }: Target, consent: Consent | undefined): Pick<Target, "jobs" | "unread"> {
  const about = consent?.about;
  if (about === undefined) return { jobs, unread };
  const isAgreed = ({ id, status }: JobDescription) => isFinished(status) || about.includes(id);
  const error = new PlatformError("conflict", "It could not be read when the person was asked.");
  const others = jobs.filter((job) => !isAgreed(job)).map((job) => ({ id: job.id, before: job, error }));
  return { jobs: jobs.filter(isAgreed), unread: [...unread, ...others] };
}

async function unconfirmed(jobs: JobDescription[], call: Call): Promise<Unconfirmed> {
  return { jobs, words: call.wasAsked === true ? new Map() : await lastWords(jobs, call) };
}

type Refusal = Exclude<Consent["answer"], "yes" | "unable">;

function isRefusal(answer: Consent["answer"] | undefined): answer is Refusal {
  return answer === "no" || answer === "unanswered" || answer === "moving";
}

/** A token that stands for exactly these jobs. */
export function showJobs(note: Note, { caller }: Call, leftCount = note.left.length): string {
  return caller.confirmations.issue("kill", { ...note, leftCount }, TOKEN_MS);
}

interface Target {
  jobs: JobDescription[];
  /** Jobs shown before that could not be read now. */
  unread: Unread[];
  left: LeftAlone;
}

const NONE_LEFT: LeftAlone = { count: 0, jobs: [] };

async function named(
  { refs, where, others }: Exclude<KillRequest, { token: string }>,
  call: Call,
): Promise<Target> {
  const { caller, signal } = call;
  const jobs = await lookUp(signal, (until) => resolveAll(caller.platform, { refs, where }, until));
  const active = jobs.filter(({ status }) => !isFinished(status));
  if (!others) await requireAllMeant(active, { refs, mayAddOthers: true }, call);
  return { jobs, unread: [], left: NONE_LEFT };
}

/** The jobs of a token as they stand now, and those that cannot be read any more. */
async function shown(token: string, { caller: { platform, confirmations }, signal }: Call): Promise<Target> {
  const found = confirmations.read("kill", token);
  if (typeof found === "string") throw unfit(found);
  const { ids: refs, leftCount: count, note = { jobs: [], left: [] } } = found;
  const { jobs, failed } = await lookUp(signal, (until) => resolveMany(platform, { refs, where: {} }, until));
  const unread = failed.map(({ ref: id, error }) => {
    const before = note.jobs.find((job) => job.id === id);
    return { id, before, error };
  });
  return { jobs, unread, left: { count, jobs: note.left } };
}

const WHY: Record<Unfit, string> = {
  unknown: "is not known here (it was cut or altered, or was given to somebody else or by another server)",
  expired: "has expired",
  used: "was used already",
};

function unfit(why: Unfit): InvalidInputError {
  return new InvalidInputError(
    `The token ${WHY[why]}: nothing was killed. Call job_kill with the selection again for a new list and token.`,
  );
}
