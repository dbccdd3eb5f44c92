import { type JobDescription, type JobStatus, PlatformError } from "../../client/index.ts";
import { InvalidInputError } from "../../jobs/invalid-input.ts";
import { nearestNames } from "../../jobs/names/near.ts";
import type { Asking } from "../caller.ts";
import { placesOf } from "./places.ts";

interface Selection {
  tags?: readonly string[] | undefined;
  statuses?: readonly JobStatus[] | undefined;
  /** As in the argument `project`. */
  project?: string | undefined;
  /** At most so many are looked at. */
  most: number;
}

/** Jobs by tags and states, the newest first. `what` names the selection. @throws {InvalidInputError} there is none */
export async function selectedJobs(
  what: string,
  { tags, statuses, project, most }: Selection,
  { caller, signal }: Asking,
): Promise<JobDescription[]> {
  const { platform } = caller;
  const at = project === undefined ? [] : [project];
  const { filter, covers } = placesOf(at, await platform.context({ signal }));
  const found: JobDescription[] = [];
  const wanted = { ...filter, tags, statuses, reverse: true, limit: most };
  for await (const job of platform.jobs.list(wanted, { signal })) if (covers(job)) found.push(job);
  if (found.length === 0) throw await noneSelected(what, tags, caller);
  return found;
}

/** Leads to the tags that may be meant. */
async function noneSelected(
  what: string,
  tags: readonly string[] = [],
  { suggestions }: Asking["caller"],
): Promise<InvalidInputError> {
  const known = await suggestions.of("tag", {}).catch(orNone);
  const near = [...new Set(tags.flatMap((tag) => (known.includes(tag) ? [] : nearestNames(tag, known))))];
  const [nearest] = near;
  if (nearest === undefined)
    return new InvalidInputError(`No job has ${what}: job_list shows what there is.`, { argument: "jobs" });
  return new InvalidInputError(`No job has ${what}. Nearest: ${near.slice(0, 5).join(", ")}.`, {
    argument: "tags",
    example: { tags: [nearest] },
  });
}

/** What was asked for is not there; that its neighbours cannot be told makes it no worse. */
function orNone(error: unknown): readonly string[] {
  if (error instanceof PlatformError) return [];
  throw error;
}
