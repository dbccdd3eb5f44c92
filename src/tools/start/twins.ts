import { lateText } from "../../jobs/start/twins.ts";
import type { StartOutcome } from "../../operations/start/request.ts";

/** What other jobs there are of a request, or that this is not known. */
export function twinsText({ job: first, twins: late = [], isUnchecked }: StartOutcome): string {
  if (isUnchecked === true)
    return "Whether another server has started this request_id, too, could not be looked up: the same call again tells.";
  return first === undefined || late.length === 0 ? "" : lateText({ first, late });
}
