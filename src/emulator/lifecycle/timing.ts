import quick from "./timing.json" with { type: "json" };

/** Speed of the emulated platform, in milliseconds; the platform's own values are minutes. */
export interface Timing {
  /** From creation to the first look for a node. */
  schedulingMs: number;
  /** From the request for a node to the node. */
  scaleUpMs: number;
  pullMs: number;
  /** From the container to the process. */
  startMs: number;
  /** How long an image may fail to be pulled (platform: 60 s). */
  pullErrorTimeoutMs: number;
  /** How long a job may wait for a node if it does not say itself (platform: 300 s). */
  scheduleTimeoutMs: number;
  /** How often life spans, credits and schedules are enforced (platform: 60 s). */
  policyLoopMs: number;
  /** How long a job that takes turns runs before it may be suspended for another (platform: 30 min). */
  runQuantumMs: number;
  /** The longest a job stays suspended while others wait (platform: 2 h). */
  maxSuspendedMs: number;
  /** How often a waiting job looks again. */
  pollMs: number;
  /** From the end of a process to its next start under a restart policy. */
  restartDelayMs: number;
  /** From SIGTERM to SIGKILL when a job is cancelled. */
  killGraceMs: number;
  /** How old a log line must be to come from the archive (platform: 5 or 180 s). */
  archiveDelayMs: number;
  /** How long the pod of a job that ended by itself is kept (platform: 15 min). */
  collectAfterMs: number;
  /** How long the record of a job is kept after its end (platform: 180 days). */
  retentionMs: number;
  /** How often old records are looked for and dropped ones removed (platform: 15 min). */
  cleanupMs: number;
}

export const DEFAULT_TIMING: Timing = quick;
