import type { Clock } from "../clock.ts";
import type { LogStore } from "../logs/store.ts";
import type { Runner } from "../run/runner.ts";
import type { JobRecord, SavedImages, StatusItem } from "../state/job.ts";
import type { LaunchSources } from "./launch.ts";
import type { Nodes } from "./nodes.ts";
import type { Timing } from "./timing.ts";

/** A job that is kept pending on request, with the reason that is shown for it. */
export interface Hold {
  reason: string;
  description?: string | undefined;
}

/** A log that is played instead of running anything. */
export interface CannedRun {
  lines: readonly string[];
  linesPerSecond: number;
  exitCode: number;
}

/** What one run of a job needs from around it. */
export interface RunDeps {
  clock: Clock;
  timing: Timing;
  logs: LogStore;
  runner: Runner;
  images: SavedImages;
  nodes: Nodes;
  sources: LaunchSources;
  /** Records a step; false if the job is finished. */
  move(job: JobRecord, item: StatusItem): boolean;
  /** Whether the job may take a seat among the running jobs of its owner and org. */
  seatFree(job: JobRecord): boolean;
  /** Whether another job writes to a disk that this one needs. */
  diskBusy(job: JobRecord): boolean;
  /** Whether the energy schedule lets it run now. */
  inSchedule(job: JobRecord): boolean;
  hold(job: JobRecord): Hold | undefined;
  canned(job: JobRecord): CannedRun | undefined;
  /** How long after it began to run a job is to lose its pod, if it is to. */
  loseNodeAfterMs(job: JobRecord): number | undefined;
}
