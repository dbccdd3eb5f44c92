/**
 * What comes at once on an idle machine has come by then on one that is busy with other things; what such a test
 * rules out takes longer still.
 */
export const SOON_MS = 15_000;

/** How long, and how often, to look for what comes by itself. */
export const WITHIN = { timeout: 30_000, interval: 20 };

/** Processor time of `work` in milliseconds. Unlike a clock's it does not grow with what else the machine does. */
export function processorMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
