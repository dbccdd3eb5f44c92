import { isFinished, type JobDescription, mayHaveHappened, PlatformError } from "../client/index.ts";
import { identityText, whereIs } from "../jobs/identity.ts";
import { statusText } from "../jobs/standing.ts";
import type { Call, Consent } from "./caller.ts";
import { refsAgain, resolveOne } from "./find/index.ts";
import { requireMeant } from "./find/owned.ts";
import { betweenStarts } from "./find/running.ts";
import { hasTurned, untilTurned } from "./find/turned.ts";
import { whereOf } from "./find/where.ts";
import { outcomeError } from "./lost-answer.ts";
import { lookUp, within } from "./within.ts";

/** How long the effect is waited for. */
const EFFECT_MS = 5000;
const TOKEN_MS = 10 * 60_000;

/** What became of a SIGKILL to a job's process. */
export type SignalResult = { job: JobDescription } & (
  | { outcome: "already over" }
  /** Nothing was sent: a person is to allow it first. */
  | { outcome: "unconfirmed"; token: string }
  /** `other`: the job is not the one that the person was asked about. */
  | { outcome: "declined"; why: "no" | "unanswered" | "other" }
  | ({ outcome: "sent"; whose: string } & Sent)
);

interface Sent {
  /** The job since then; undefined where it could not be read. */
  after: JobDescription | undefined;
  isAnswerLost: boolean;
}

/** Sends SIGKILL to a job's process, once a person has agreed where one can be asked. */
export async function signalJob(ref: string, project: string | undefined, call: Call): Promise<SignalResult> {
  const { caller, signal, consent } = call;
  const target = { ref, where: whereOf(project) };
  const job = await lookUp(signal, (until) => resolveOne(caller.platform, target, until));
  if (isFinished(job.status)) return { job, outcome: "already over" };
  const whose = await requireMeant(job, ref, call);
  const [again = job.id] = refsAgain([job], { refs: [ref], project });
  requireProcess(job, again);
  if (consent === undefined) {
    const token = caller.confirmations.issue("signal", { jobs: [job], left: [], leftCount: 0 }, TOKEN_MS);
    return { job, outcome: "unconfirmed", token };
  }
  const why = refusalOf(consent, job, call);
  if (why !== undefined) return { job, outcome: "declined", why };
  // The person may have answered after the call was given up.
  signal.throwIfAborted();
  const sent = await send(job, again, call);
  caller.signals.set(job.id, Date.now());
  return { job, outcome: "sent", whose, ...sent };
}

/** A yes is good once, for the job that was asked about. */
function refusalOf({ answer, token }: Consent, { id }: JobDescription, { caller: { confirmations } }: Call) {
  if (answer === "no" || answer === "unanswered") return answer;
  if (token === undefined) return undefined;
  const asked = confirmations.read("signal", token);
  const isMeant = typeof asked !== "string" && asked.ids.includes(id);
  return isMeant && confirmations.use(token) ? undefined : "other";
}

/** Sends it once, and sees what comes of it. */
async function send(job: JobDescription, again: string, context: Call): Promise<Sent> {
  const {
    caller: { platform },
    signal: until,
  } = context;
  try {
    await within(until, (inTime) => platform.jobs.sendSignal(job.id, whereIs(job), { signal: inTime }));
  } catch (error) {
    if (until.aborted || !(error instanceof PlatformError)) throw error;
    await betweenStarts(error, { job, nothing: "Nothing was sent.", again }, context);
    return { after: await afterFailure(error, { job, again }, context), isAnswerLost: true };
  }
  return { after: await untilTurned(job, EFFECT_MS, context), isAnswerLost: false };
}

/** When the answer is lost, the job itself tells; where it does not, the error says so. */
async function afterFailure(
  error: PlatformError,
  { job, again }: { job: JobDescription; again: string },
  context: Call,
): Promise<JobDescription> {
  const isOpen = mayHaveHappened(error) || error.request?.status === 500;
  const after = isOpen ? await untilTurned(job, EFFECT_MS, context) : undefined;
  if (after !== undefined && hasTurned(job, after)) return after;
  const state = after === undefined ? "its state could not be read" : `it is still ${statusText(after)}`;
  throw outcomeError(error, {
    mayFailLate: true,
    unknown: `${identityText(job)}: whether the signal was sent is unknown, ${state}. Look with job_status {"jobs": ["${again}"]} before sending another.`,
  });
}

/** Without a process there is nothing to signal. */
function requireProcess(job: JobDescription, again: string): void {
  if (job.status === "running") return;
  throw new PlatformError(
    "not_running",
    `${identityText(job)} is ${statusText(job)}: it has no process yet. Nothing was sent. To end it, job_kill {"jobs": ["${again}"]}; to wait until it runs, job_wait {"jobs": ["${again}"], "until": "running"}.`,
  );
}
