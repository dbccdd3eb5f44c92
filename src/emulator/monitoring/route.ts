import { hash, randomBytes } from "node:crypto";
import type { ApiContext } from "../context.ts";
import { failure } from "../http/answer.ts";
import type { Call } from "../http/call.ts";
import type { Serve, SocketRules } from "../http/sockets.ts";
import type { RunningJob } from "../run/job-process.ts";
import type { JobRecord } from "../state/job.ts";
import { parseIsoTime } from "../validate/iso-time.ts";

interface JobCall {
  job: JobRecord;
  call: Call;
  query: URLSearchParams;
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

/** A yes-or-no parameter. @throws {HttpError} 400. Source: protocol reference 4.1. */
function flag(query: URLSearchParams, name: string, fallback = false): boolean {
  const text = query.get(name);
  if (text === null) return fallback;
  const lower = text.toLowerCase();
  if (lower === "1" || lower === "true") return true;
  if (lower === "0" || lower === "false") return false;
  throw failure(400, `"${name}" request parameter can be "true"/"1" or "false"/"0"`);
}

export type StreamFlags = ReturnType<typeof streamFlags>;

/** @throws {HttpError} 400 for a combination that cannot be. Source: protocol reference 4.4. */
export function streamFlags(query: URLSearchParams) {
  const flags = {
    tty: flag(query, "tty"),
    stdin: flag(query, "stdin"),
    stdout: flag(query, "stdout", true),
    stderr: flag(query, "stderr", true),
  };
  if (!(flags.stdin || flags.stdout || flags.stderr))
    throw failure(400, "Required at least one of stdin, stdout or stderr");
  if (flags.tty && flags.stdout && flags.stderr)
    throw failure(400, "Stdout and stderr cannot be multiplexed in tty mode");
  return flags;
}

/** Checks what is checked before token and job: all but the time. @throws {HttpError} 400. Source: protocol reference 4.1. */
export function checkLogQuery(query: URLSearchParams): void {
  flag(query, "timestamps");
  flag(query, "debug");
  delayOf(query.get("archive_delay"));
}

export type LogQuery = ReturnType<typeof logQuery>;

/** What a caller of a log asks for. @throws {HttpError} 400. Source: protocol reference 4.2. */
export function logQuery(query: URLSearchParams) {
  return {
    sinceMs: timeOf(query.get("since")),
    timestamps: flag(query, "timestamps"),
    /** The line between archive and live part; empty for none. */
    separator: query.get("separator") ?? `=== Live logs ===${randomBytes(30).toString("hex")}`,
    debug: flag(query, "debug"),
    /** Absent: the cluster's own. */
    archiveDelayMs: delayOf(query.get("archive_delay")),
  };
}

function timeOf(text: string | null): number | undefined {
  if (text === null || text === "") return undefined;
  const ms = parseIsoTime(fullDate(text));
  if (ms === undefined) throw failure(400, `Unable to parse date string '${text}'`);
  return ms;
}

/** Monitoring also takes dates without day or month and with single digits. */
function fullDate(text: string): string {
  const [, year, month = "1", day = "1"] = /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$/.exec(text) ?? [];
  return year === undefined ? text : `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
}

function delayOf(text: string | null): number | undefined {
  if (text === null) return undefined;
  const seconds = Number(text);
  if (text.trim() === "" || !Number.isFinite(seconds))
    throw failure(400, `could not convert string to float: '${text}'`);
  return seconds * 1000;
}
