import { createHash } from "node:crypto";
import type { JobDescription } from "../../client/index.ts";
import { identityText } from "../../jobs/identity.ts";
import type { Call, Policy } from "../caller.ts";
import { PolicyError } from "../policy-error.ts";

type Asking = Pick<Call, "caller" | "signal">;

/** The tag of every job that a server with this login starts; nobody can ask for it. */
export function markOf(user: string): string {
  return `mcp-by:${createHash("sha256").update(user).digest("hex").slice(0, 12)}`;
}

/** Whether a server with this user's login started the job: it says so itself, by its tag, across restarts. */
export function isOwned({ owner, tags }: JobDescription, me: string): boolean {
  return owner === me && tags.includes(markOf(me));
}

/** Why a selection leaves out what fits it otherwise. */
export function leftBecause({ ownedOnly }: Policy): string {
  return ownedOnly ? "not started by this server (--owned-only)" : "not yours";
}

/** With `--owned-only`, refuses to touch a job that somebody or something else started. */
export async function requireOwned(
  jobs: readonly JobDescription[],
  { caller: { platform, policy }, signal }: Asking,
): Promise<void> {
  if (!policy.ownedOnly) return;
  const { user } = await platform.context({ signal });
  const foreign = jobs.filter((job) => !isOwned(job, user));
  if (foreign.length === 0) return;
  const names = foreign.map(({ name, id, owner }) => `${name ?? id} (${id}, owner ${owner})`).join(", ");
  throw new PolicyError(
    "not_owned",
    `This server runs with --owned-only and changes only jobs that it started itself; ${names} ${foreign.length === 1 ? "is" : "are"} not among them. Nothing was changed. Reading them works as before.`,
  );
}

/** What an answer adds about a job of somebody else; empty for one's own. */
export function notYours({ owner }: { owner: string }, me: string): string {
  return owner === me ? "" : ` (not your job: owner ${owner})`;
}

/**
 * Before one job is changed: refuses what `requireOwned` refuses, and another person's job that was not named
 * beyond doubt. Returns what the answer has to add about whose it is.
 */
export async function requireMeant(job: JobDescription, ref: string, context: Asking): Promise<string> {
  await requireOwned([job], context);
  const { user } = await context.caller.platform.context({ signal: context.signal });
  if (job.owner !== user && !isUnmistakable(job, ref)) {
    throw notMeant([job], `call again with "job": "${job.id}"`);
  }
  return notYours(job, user);
}

/** The same before several are ended. */
export async function requireAllMeant(
  jobs: readonly JobDescription[],
  refs: readonly string[],
  { caller: { platform }, signal }: Asking,
): Promise<void> {
  const { user } = await platform.context({ signal });
  const doubtful = jobs.filter((job) => job.owner !== user && !refs.some((ref) => isUnmistakable(job, ref)));
  if (doubtful.length === 0) return;
  const certain = jobs.map((job) => (doubtful.includes(job) ? job.id : (job.name ?? job.id)));
  throw notMeant(
    doubtful,
    `call again with "jobs": ${JSON.stringify(certain)}, or add "include_others": true`,
  );
}

/** A full id, alone or in a URI: a name, however far it is spelled out, may be meant for a job of one's own. */
function isUnmistakable({ id, uri }: JobDescription, ref: string): boolean {
  return ref === id || ref === uri;
}

function notMeant(jobs: readonly JobDescription[], next: string): PolicyError {
  const [names, are, them] =
    jobs.length === 1 ? [" is not your job", "that job", "it"] : [" are not your jobs", "those jobs", "them"];
  return new PolicyError(
    "not_owned",
    `${jobs.map(identityText).join(", ")}${names}, and a name or a part of an id is not enough to change ${them}. Nothing was done. If the user means ${are}, ${next}.`,
  );
}
