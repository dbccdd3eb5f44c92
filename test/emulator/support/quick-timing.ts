/** The life of a job in a few milliseconds, for tests of its steps. */
export const QUICK_TIMING = {
  schedulingMs: 2,
  scaleUpMs: 2,
  pullMs: 1,
  startMs: 1,
  pollMs: 5,
  policyLoopMs: 20,
  restartDelayMs: 5,
};
