import { mayHaveHappened, PlatformError } from "../client/index.ts";

/** What to say of a change that failed. */
interface Outcomes {
  /** It may have happened all the same, and how to find out. */
  unknown: string;
  /** The platform may hit a fault of its own (500) after it has done it. */
  mayFailLate?: boolean;
}

/** The clients' own advice, which is wrong where the outcome is unknown. */
const TRY_AGAIN = /\.? (?:Try again later|The platform is not available at the moment: try again later)\.$/;

/** The error of a change, which says what became of it. */
export function outcomeError(error: unknown, { unknown, mayFailLate }: Outcomes): unknown {
  if (!(error instanceof PlatformError)) return error;
  const { request, message } = error;
  if (mayHaveHappened(error) || (mayFailLate === true && request?.status === 500)) {
    const said = sentence(message.replace(TRY_AGAIN, ""));
    return new PlatformError("unknown_outcome", `${said} ${unknown}`, {
      cause: error,
      request,
      outcome: "unknown",
    });
  }
  return error.restate({ outcome: "nothing" });
}

function sentence(text: string): string {
  return text.replace(/(?<![.!?])$/, ".");
}
