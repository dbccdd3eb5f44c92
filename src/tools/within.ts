import { expectEnd } from "../client/index.ts";

/** Longest wait for what a write looks up first, in milliseconds: a client gives up a call after a minute. */
const LOOK_UP_MS = 10_000;

/** A signal that also fires when something takes too long; the client reports that as `timed_out`. */
export function within(signal: AbortSignal, ms = LOOK_UP_MS): AbortSignal {
  return expectEnd(AbortSignal.any([signal, AbortSignal.timeout(ms)]), { ms, outer: signal });
}
