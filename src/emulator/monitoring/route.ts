import { hash } from "node:crypto";
import type { ApiContext } from "../context.ts";
import { failure } from "../http/answer.ts";
import type { Call } from "../http/call.ts";
import type { Serve, SocketRules } from "../http/sockets.ts";
import type { RunningJob } from "../run/job-process.ts";
import type { JobRecord } from "../state/job.ts";

/** What a route is told about its request. */
interface JobCall {
  job: JobRecord;
  call: Call;
  query: URLSearchParams;
  /** Fires when the caller is gone or the emulator closes. */
  signal: AbortSignal;
}

interface Route {
  /** Below the base of jobs, e.g. `/:id/log_ws`; `:id` is always the job. */
  path: string;
  methods: ("GET" | "POST" | "DELETE")[];
  permission: "read" | "write";
  /** Checks query and path before token and job. @throws {HttpError} Source: protocol reference 4.1. */
  check?(query: URLSearchParams, call: Call): void;
}

/** Answers over HTTP. @throws {HttpError} */
export interface HttpRoute extends Route {
  answer(call: JobCall): Promise<Response>;
}

/**
 * Answers over a WebSocket. `open` runs before the handshake and may refuse with an HttpError (it arrives as
 * status + `X-Error`); what it returns runs on the open socket. When that resolves or fails and the socket is
 * still open it is closed with 1000 and no reason. Source: protocol reference 2.5.
 */
export interface SocketRoute extends Route, SocketRules {
  open(call: JobCall): Promise<Serve>;
}

export type MonitoringRoute = HttpRoute | SocketRoute;

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
  return hash("sha256", id);
}
