import { createHash } from "node:crypto";
import type { ApiContext } from "../api/context.ts";
import { failure } from "../http/error.ts";
import type { RunningJob } from "../run/runner.ts";
import type { JobRecord } from "../state/job.ts";

/** How often the platform pings an open socket, in milliseconds. Source: protocol reference 2.5. */
export const HEARTBEAT_MS = 30_000;

/** The processes of a job. @throws {HttpError} 404 if it does not run. Source: protocol reference 4.4. */
export function runningJob(lifecycle: ApiContext["lifecycle"], { id }: JobRecord): RunningJob {
  const running = lifecycle.running(id);
  if (running === undefined) throw failure(404, notRunning(id));
  return running;
}

export function notRunning(jobId: string): string {
  return `Job '${jobId}' is not running.`;
}

/** What stands for the id of the job's container: 64 hexadecimal digits. */
export function containerId({ id }: JobRecord): string {
  return createHash("sha256").update(id).digest("hex");
}
