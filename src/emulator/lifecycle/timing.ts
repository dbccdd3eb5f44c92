/** Speed of the emulated platform, in milliseconds; the platform's own values are minutes. */
export const DEFAULT_TIMING = {
  /** From creation to the first look for a node. */
  schedulingMs: 80,
  /** From the request for a node to the node. */
  scaleUpMs: 150,
  pullMs: 40,
  /** From the container to the process. */
  startMs: 20,
  /** How long an image may fail to be pulled (platform: 60 s). */
  pullErrorTimeoutMs: 6_000,
  /** How long a job may wait for a node if it does not say itself (platform: 300 s). */
  scheduleTimeoutMs: 60_000,
  /** How often life spans, credits and schedules are enforced (platform: 60 s). */
  policyLoopMs: 500,
  /** How long a job that takes turns runs before it may be suspended for another (platform: 30 min). */
  runQuantumMs: 60_000,
  /** The longest a job stays suspended while others wait (platform: 2 h). */
  maxSuspendedMs: 600_000,
  /** How often a waiting job looks again. */
  pollMs: 100,
  /** From the end of a process to its next start under a restart policy. */
  restartDelayMs: 500,
  /** From SIGTERM to SIGKILL when a job is cancelled. */
  killGraceMs: 1_000,
  /** How old a log line must be to come from the archive (platform: 5 or 180 s). */
  archiveDelayMs: 1_000,
  /** How long the pod of a job that ended by itself is kept (platform: 15 min). */
  collectAfterMs: 900_000,
  /** How long the record of a job is kept after its end (platform: 180 days). */
  retentionMs: 180 * 24 * 3_600_000,
  /** How often old records are looked for and dropped ones removed (platform: 15 min). */
  cleanupMs: 900_000,
};

export type Timing = typeof DEFAULT_TIMING;
