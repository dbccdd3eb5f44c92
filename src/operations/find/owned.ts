import { createHash } from "node:crypto";
import type { JobDescription } from "../../client/index.ts";
import type { Asking, Call } from "../caller.ts";
import { lookUp } from "../within.ts";
import { refsAgain, resolveOne, whereOf } from "./index.ts";
import { RefusedError } from "./refused.ts";

/** The tag of every job that a server with this login starts; nobody can ask for it. */
export function markOf(user: string): string {
  return `mcp-by:${createHash("sha256").update(user).digest("hex").slice(0, 12)}`;
}

/** Whether a server with this user's login started the job: it says so itself, by its tag, across restarts. */
export function isOwned({ owner, tags }: JobDescription, me: string): boolean {
  return owner === me && tags.includes(markOf(me));
}

/** With `--owned-only`, refuses to touch a job that somebody or something else started. */
export async function requireOwned(
  jobs: readonly JobDescription[],
  { caller: { platform, policy }, signal }: Call,
): Promise<void> {
  if (!policy.ownedOnly) return;
  const { user } = await platform.context({ signal });
  const foreign = jobs.filter((job) => !isOwned(job, user));
  if (foreign.length > 0) throw new RefusedError({ reason: "not_started_here", jobs: foreign });
}

/** How a call names the job that it is to change. */
export interface Named {
  ref: string;
  project: string | undefined;
}

/** The job that one change is for. */
export interface Meant {
  job: JobDescription;
  isMine: boolean;
  /** How the next call names it. */
  again: string;
}

/** Finds the job that is to be changed. */
export async function findTarget(
  { ref, project }: Named,
  { caller: { platform }, signal }: Asking,
): Promise<Meant> {
  const where = whereOf(project);
  const job = await lookUp(signal, (until) => resolveOne(platform, { ref, where }, until));
  const { user } = await platform.context({ signal });
  const [again = job.id] = refsAgain([job], { refs: [ref], project });
  return { job, isMine: job.owner === user, again };
}

/**
 * The same, if it may be changed. @throws {RefusedError} what `requireOwned` refuses, and another person's job that
 * was not named beyond doubt
 */
export async function meantJob(named: Named, call: Call): Promise<Meant> {
  const target = await findTarget(named, call);
  await requireMeant(target, named, call);
  return target;
}

export async function requireMeant({ job, isMine }: Meant, { ref }: Named, call: Call): Promise<void> {
  await requireOwned([job], call);
  if (!isMine && !isUnmistakable(job, ref))
    throw new RefusedError({ reason: "doubtful", jobs: [job], certain: { job: job.id } });
}

/** The same before several are changed; `mayAddOthers`: an argument of the tool allows it too. */
export async function requireAllMeant(
  jobs: readonly JobDescription[],
  { refs, mayAddOthers }: { refs: readonly string[]; mayAddOthers: boolean },
  { caller: { platform }, signal }: Call,
): Promise<void> {
  const { user } = await platform.context({ signal });
  const doubtful = jobs.filter((job) => job.owner !== user && !refs.some((ref) => isUnmistakable(job, ref)));
  if (doubtful.length === 0) return;
  const certain = jobs.map((job) => (doubtful.includes(job) ? job.id : (job.name ?? job.id)));
  throw new RefusedError({ reason: "doubtful", jobs: doubtful, certain: { jobs: certain, mayAddOthers } });
}

/** A full id, alone or in a URI: a name, however far it is spelled out, may be meant for a job of one's own. */
function isUnmistakable({ id, uri }: JobDescription, ref: string): boolean {
  return ref === id || ref === uri;
}
