import { PlatformError } from "../../client/index.ts";
import { InvalidInputError } from "../../jobs/invalid-input.ts";
import type { StartRequest } from "./request.ts";

/** With the tag's own start and a sweep's number it still fits what the platform takes as a tag. */
const REQUEST_ID = /^\S{1,240}$/;
/** Source: protocol reference 3.8 */
const NAME_TAKEN = /job with name '([^']+)'.* already exists: '(job-[^']+)'/;

/** Refuses an id that cannot be part of a tag. */
export function checkRequestId(requestId: string | undefined): void {
  if (requestId === undefined || REQUEST_ID.test(requestId)) return;
  const near = requestId.trim().replace(/\s+/g, "-").slice(0, 40) || "run-1";
  throw new InvalidInputError(
    `request_id: "${requestId.slice(0, 60)}" must be 1 to 240 characters without blanks, e.g. "${near}". Nothing was started.`,
  );
}

/** The platform's refusal of one start, with what to do about it. */
export function explainRefusal(error: PlatformError): PlatformError {
  const [, name, holder] = NAME_TAKEN.exec(error.serverText ?? "") ?? [];
  if (name === undefined || holder === undefined) return error;
  return new PlatformError(
    "conflict",
    `The name "${name}" is taken by an active job, ${holder}: give another name, or first end that one, if the user wants that, with job_kill {"jobs": ["${holder}"]}.`,
    { cause: error, retryable: false, request: error.request, serverText: error.serverText },
  );
}

/** What fails before or in a start has started nothing, unless its error says otherwise. */
export async function orNothing<T>(
  work: Promise<T>,
  { requestId, isRepeatable }: Pick<StartRequest, "requestId" | "isRepeatable">,
): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof PlatformError) || !isSilentAboutStart(error)) throw error;
    const message = error.message.replace(/(?<![.!?])$/, ".");
    const again =
      isRepeatable && error.retryable ? ` Repeating it with request_id "${requestId}" is safe.` : "";
    throw error.restate({ message: `${message}${again}`, outcome: "nothing" });
  }
}

function isSilentAboutStart({ code, message }: PlatformError): boolean {
  return code !== "unknown_outcome" && !/request_id|None of|nothing was/i.test(message);
}
