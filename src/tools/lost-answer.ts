import { mayHaveHappened, PlatformError } from "../client/index.ts";

/** What to say of a change that failed. */
interface Outcomes {
  /** The platform refused it, or never heard of it: nothing happened. */
  nothing: string;
  /** It may have happened all the same, and how to find out. */
  unknown: string;
  /** The platform may hit a fault of its own (500) after it has done it. */
  mayFailLate?: boolean;
}

/** The clients' own advice, which is wrong where the outcome is unknown. */
const TRY_AGAIN = /\.? (?:Try again later|The platform is not available at the moment: try again later)\.$/;

/** The error of a change, which says what became of it. */
export function outcomeError(error: unknown, { nothing, unknown, mayFailLate }: Outcomes): unknown {
  if (!(error instanceof PlatformError)) return error;
  const { code, request, retryable, retryAfterMs, message } = error;
  if (mayHaveHappened(error) || (mayFailLate === true && request?.status === 500)) {
    const said = sentence(message.replace(TRY_AGAIN, ""));
    return new PlatformError("unknown_outcome", `${said} ${unknown}`, { cause: error, request });
  }
  const details = { cause: error, request, retryable, retryAfterMs };
  return new PlatformError(code, `${sentence(message)} ${nothing}`, details);
}

function sentence(text: string): string {
  return text.replace(/(?<![.!?])$/, ".");
}
