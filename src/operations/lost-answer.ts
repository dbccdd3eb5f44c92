import { mayHaveHappened, PlatformError } from "../client/index.ts";
import { sentence } from "../foreign.ts";

/** What to say of a change that failed. */
interface Outcomes {
  /** It may have happened all the same, and how to find out. */
  unknown: string;
  /** The platform may hit a fault of its own (500) after it has done it. */
  mayFailLate?: boolean;
}

/** The error of a change, which says what became of it. */
export function outcomeError(error: unknown, { unknown, mayFailLate }: Outcomes): unknown {
  if (!(error instanceof PlatformError)) return error;
  const { request, said } = error;
  if (mayHaveHappened(error) || (mayFailLate === true && request?.status === 500)) {
    return new PlatformError("unknown_outcome", `${sentence(said)} ${unknown}`, {
      cause: error,
      request,
      outcome: "unknown",
    });
  }
  return error.restate({ outcome: "nothing" });
}
