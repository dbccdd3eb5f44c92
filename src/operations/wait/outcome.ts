import type { JobDescription, PlatformError } from "../../client/index.ts";

/** What is waited for, of which jobs. Named as job_wait names it, since the calls that go on repeat it. */
export interface WaitQuery {
  jobs: string[];
  until: "running" | "finished" | "log";
  pattern?: string | undefined;
  wait_seconds: number;
  project?: string | undefined;
}

/** Jobs that are waited for until some time, in Unix milliseconds. */
export interface Wait {
  jobs: JobDescription[];
  startedMs: number;
  deadlineMs: number;
}

/** What a wait came to. */
export interface Outcome {
  finished: boolean;
  /** As last seen, in the order asked for. */
  jobs: JobDescription[];
  /** Those whose record can no longer be read, and why. */
  gone: ReadonlyMap<string, PlatformError>;
  /** A fault of the platform that had not passed at the end, and when it last told how the jobs are. */
  trouble?: { message: string; asOfMs?: number | undefined } | undefined;
  /** All that can still be waited for is there. */
  isOver: boolean;
  /** The line that was waited for, secrets hidden. */
  match?: { job: JobDescription; line: string } | undefined;
  /** Those whose log was not read from its first line to its end. */
  unread: JobDescription[];
}
