/** Signals that a job can be sent, by their numbers on Linux. */
export const SIGNALS = { KILL: 9, TERM: 15, INT: 2, HUP: 1, USR1: 10, USR2: 12 } as const;

export type Signal = keyof typeof SIGNALS;

/** A signal that this server sent to a job, and when, in Unix milliseconds. */
export interface Signalled {
  signal: Signal;
  atMs: number;
}
