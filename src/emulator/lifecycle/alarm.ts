import type { Clock } from "../clock.ts";

/** The longest a timer can wait. */
const LONGEST_MS = 2 ** 31 - 1;

/** Calls back once the emulator's clock has reached a time, by itself or by being moved, unless taken back before. */
export function ringAt(clock: Clock, atMs: number, ring: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const check = () => {
    if (clock.nowMs() < atMs) return wait();
    stop();
    ring();
  };
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(check, Math.min(Math.max(atMs - clock.nowMs(), 0), LONGEST_MS)).unref();
  };
  const stopListening = clock.onAdvance(wait);
  const stop = () => {
    clearTimeout(timer);
    stopListening();
  };
  wait();
  return stop;
}
