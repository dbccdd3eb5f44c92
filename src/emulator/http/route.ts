import type { IncomingMessage, ServerResponse } from "node:http";
import type { WebSocket } from "ws";
import type { JobRecord } from "../state/job.ts";

/** What a monitoring route is told about its request. `params` are the `:names` of its path, decoded. */
interface MonitoringCall {
  job: JobRecord;
  user: string;
  cluster: string;
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  request: IncomingMessage;
  /** Fires when the caller is gone or the emulator closes. */
  signal: AbortSignal;
}

interface MonitoringRoute {
  /** Below the monitoring base, e.g. `/:id/log_ws`; `:id` is always the job. */
  path: string;
  methods: readonly ("GET" | "POST" | "DELETE")[];
  permission: "read" | "write";
  /** Looks at query and path before token and job are looked at. @throws {HttpError} Source: protocol reference 4.1. */
  check?(query: URLSearchParams, params: Readonly<Record<string, string>>): void;
}

/** Answers over HTTP. @throws {HttpError} before anything was written. */
export interface MonitoringHttpRoute extends MonitoringRoute {
  kind: "http";
  handle(call: MonitoringCall, response: ServerResponse): Promise<void>;
}

/**
 * Answers over a WebSocket. `open` runs before the handshake and may refuse with an HttpError (it arrives as
 * status + `X-Error`); what it returns runs on the open socket. When that resolves or fails and the socket is
 * still open it is closed with 1000 and no reason. Source: protocol reference 2.5.
 */
export interface MonitoringSocketRoute extends MonitoringRoute {
  kind: "socket";
  /** Subprotocols to choose from, when the caller offers any. */
  protocols: readonly string[];
  /** Interval of the server's own pings, in milliseconds; 0 for none. */
  heartbeatMs: number;
  open(call: MonitoringCall): Promise<(socket: WebSocket) => Promise<void>>;
}

export type AnyMonitoringRoute = MonitoringHttpRoute | MonitoringSocketRoute;
