import { Limit, mayHaveHappened, msLeft, PlatformError } from "../client/index.ts";

/** Longest wait for what a write looks up first, in milliseconds: a client gives up a call after a minute. */
const LOOK_UP_MS = 10_000;

/** Does `work`, whose signal also fires when it takes too long. @throws {PlatformError} `timed_out` */
export async function within<T>(
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
  ms = LOOK_UP_MS,
): Promise<T> {
  const inMs = Math.min(ms, Math.max(0, msLeft(signal)));
  const limit = new Limit(signal, { ms });
  try {
    return await work(limit.signal);
  } catch (error) {
    // Also where the time of the whole call ends first, which by itself fires nothing.
    if (signal.aborted || error !== limit.signal.reason) throw error;
    throw noAnswer(inMs, error);
  } finally {
    limit.close();
  }
}

function noAnswer(ms: number, cause: unknown): PlatformError {
  return new PlatformError(
    "timed_out",
    `The platform did not answer within ${Math.round(ms / 100) / 10} s.`,
    { cause },
  );
}

/** Finds out what a change needs to know first: what fails here, fails before anything was changed. */
export async function lookUp<T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  try {
    return await within(signal, work);
  } catch (error) {
    throw error instanceof PlatformError ? error.restate({ outcome: "nothing" }) : error;
  }
}

/**
 * The failure of a change that may have happened all the same; every other one is thrown, and says that nothing was
 * changed. `mayFailLate`: the platform may hit a fault of its own (500) after it has done it.
 */
export function maybeDone(error: unknown, { mayFailLate = false } = {}): PlatformError {
  if (!(error instanceof PlatformError)) throw error;
  if (mayHaveHappened(error) || (mayFailLate && error.request?.status === 500)) return error;
  throw error.restate({ outcome: "nothing" });
}
