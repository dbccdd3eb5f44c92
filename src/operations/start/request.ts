import type { JobDescription, PlatformError, StartOptions } from "../../client/index.ts";
import type { CommandToRun } from "../../jobs/start/command.ts";
import type { SweepItem } from "../../jobs/start/sweep.ts";
import type { Exceeded } from "../spending/overflow.ts";

/** One job to be started. */
export interface StartItem extends SweepItem {
  options: StartOptions;
  toRun?: CommandToRun | undefined;
}

/** How the start of one job went. */
export interface StartOutcome {
  item: StartItem;
  job?: JobDescription | undefined;
  /** The job of an earlier call with the same request id. */
  isRepeated?: boolean;
  /** Jobs of the same request id that the platform took up later. */
  twins?: JobDescription[];
  /** Whether there are any could not be looked up. */
  isUnchecked?: boolean | undefined;
  /** Why there is no job. */
  error?: PlatformError;
  /** The same where another active job has its name: that job's id. */
  nameTaken?: { name: string; holder: string } | undefined;
  /** It was started, and ended at once. */
  exceeded?: Exceeded;
}

/** What one call asks for. */
export interface StartRequest {
  items: StartItem[];
  /** The items of a sweep carry it, beside their own request tags. */
  sweepTag?: string | undefined;
  /** The caller named the request, so it may have been made before. */
  isRepeatable: boolean;
  requestId: string;
  /** Absent = no end. */
  lifeSpanSeconds?: number | undefined;
}
