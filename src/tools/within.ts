import { Limit } from "../client/index.ts";

/** Longest wait for what a write looks up first, in milliseconds: a client gives up a call after a minute. */
const LOOK_UP_MS = 10_000;

/** Does `work`, whose signal also fires when it takes too long; the client reports that as `timed_out`. */
export async function within<T>(
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
  ms = LOOK_UP_MS,
): Promise<T> {
  const limit = new Limit(signal, { ms });
  try {
    return await work(limit.signal);
  } finally {
    limit.close();
  }
}
