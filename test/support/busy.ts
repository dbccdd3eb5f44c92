/**
 * What comes at once on an idle machine has come by then on one that is busy with other things; what such a test
 * rules out takes longer still.
 */
export const SOON_MS = 15_000;

/** How long, and how often, to look for what comes by itself. */
export const WITHIN = { timeout: 30_000, interval: 20 };

/**
 * How long a server keeps an idle connection, as the emulator does: one that closes it while the next request is on its
 * way loses that, and what a proxy passes on promises as long.
 */
export const KEEP_ALIVE_MS = 75_000;

/** Processor time of `work` in milliseconds. Unlike a clock's it does not grow with what else the machine does. */
export function processorMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
