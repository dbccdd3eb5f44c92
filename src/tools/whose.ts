import { identityText } from "../jobs/identity.ts";
import type { Policy } from "../operations/caller.ts";
import type { Meant } from "../operations/find/owned.ts";

/** A job that was changed, and whose it is where it is not the caller's. */
export function meantText({ job, isMine }: Pick<Meant, "job" | "isMine">): string {
  return `${identityText(job)}${notYours(job, isMine)}`;
}

export function notYours({ owner }: { owner: string }, isMine: boolean): string {
  return isMine ? "" : ` (not your job: owner ${owner})`;
}

/** Why a selection leaves out what fits it otherwise. */
export function leftBecause({ ownedOnly }: Policy): string {
  return ownedOnly ? "not started by this server (--owned-only)" : "not yours";
}
