import { identityText } from "../jobs/identity.ts";
import { shortId } from "../jobs/names/ids.ts";
import type { Policy } from "../operations/caller.ts";
import type { Meant } from "../operations/find/owned.ts";

/** A job that was changed, and whose it is where it is not the caller's. */
export function meantText({ job, isMine }: Pick<Meant, "job" | "isMine">): string {
  return `${identityText(job)}${notYours(job, isMine)}`;
}

/** The same without what the caller knows: its own name, and the project it works in. */
export function briefText({ job, isMine }: Pick<Meant, "job" | "isMine">): string {
  const { id, name } = job;
  return `${name === undefined ? id : `${name} (${shortId(id)})`}${notYours(job, isMine)}`;
}

export function notYours({ owner }: { owner: string }, isMine: boolean): string {
  return isMine ? "" : ` (not your job: owner ${owner})`;
}

/** Why a selection leaves out what fits it otherwise. */
export function leftBecause({ ownedOnly }: Policy): string {
  return ownedOnly ? "not started by this server (--owned-only)" : "not yours";
}
