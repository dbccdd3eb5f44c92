import { type JobDescription, requestTag } from "../client/index.ts";
import type { ToolContext } from "./define-tool.ts";
import { PolicyError } from "./policy-error.ts";
import type { Policy } from "./session.ts";

const TAG_PREFIX = requestTag("");

/** Whether this server, for this user, started the job: it says so itself, by its tag, across restarts. */
export function isOwned({ owner, tags }: JobDescription, me: string): boolean {
  return owner === me && tags.some((tag) => tag.startsWith(TAG_PREFIX));
}

/** Why a selection leaves out what fits it otherwise. */
export function leftBecause({ ownedOnly }: Policy): string {
  return ownedOnly ? "not started by this server (--owned-only)" : "not yours";
}

/** With `--owned-only`, refuses to touch a job that somebody or something else started. */
export async function requireOwned(
  jobs: readonly JobDescription[],
  { platform, session, signal }: Pick<ToolContext, "platform" | "session" | "signal">,
): Promise<void> {
  if (!session.policy.ownedOnly) return;
  const { user } = await platform.context({ signal });
  const foreign = jobs.filter((job) => !isOwned(job, user));
  if (foreign.length === 0) return;
  const names = foreign.map(({ name, id, owner }) => `${name ?? id} (${id}, owner ${owner})`).join(", ");
  throw new PolicyError(
    "not_owned",
    `This server runs with --owned-only and changes only jobs that it started itself; ${names} ${foreign.length === 1 ? "is" : "are"} not among them. Nothing was changed. Reading them works as before.`,
  );
}
