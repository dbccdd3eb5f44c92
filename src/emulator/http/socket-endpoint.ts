import type { IncomingMessage } from "node:http";
import type { WebSocket } from "ws";
import type { JobRecord } from "../state/job.ts";
import type { SocketRules } from "./sockets.ts";

/** What a WebSocket path is told about its request. */
export interface EndpointCall {
  request: IncomingMessage;
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  /** Who calls; asked only after the query was looked at. @throws {HttpError} */
  caller: () => string | undefined;
  signal: AbortSignal;
}

interface Admitted {
  user: string;
  job: JobRecord;
}

/** A path that becomes a WebSocket. */
export interface SocketEndpoint extends SocketRules {
  path: string;
  methods: readonly string[];
  /** All checks that need nothing but the request. @throws {HttpError} */
  admit(call: EndpointCall): Admitted;
  /** Readies the stream before the handshake. @throws {HttpError} */
  open(call: EndpointCall, admitted: Admitted): Promise<(socket: WebSocket) => Promise<void>>;
}
