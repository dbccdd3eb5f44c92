import { PlatformError } from "../../client/index.ts";
import { InvalidInputError } from "../../jobs/invalid-input.ts";
import { nearestNames } from "../../jobs/names/near.ts";
import type { Asking } from "../caller.ts";

/** No job is selected by its tags, and perhaps by more: the tags that may be meant. */
export async function noneSelected(
  what: string,
  { tags = [] }: { tags?: readonly string[] | undefined },
  { caller }: Pick<Asking, "caller">,
): Promise<InvalidInputError> {
  const known = await caller.suggestions.of("tag", {}).catch(orNone);
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
