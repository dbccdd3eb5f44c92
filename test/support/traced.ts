import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ClientRequest, IncomingMessage } from "node:http";
import { onTestFinished } from "vitest";

/** A request that was sent with a trace. */
interface Traced {
  path: string;
  traceparent: string;
  tracestate?: string;
}

/** Notes the trace of each request that this process sends to a server of its own, until the end of the test. */
export function tracedRequests(): Traced[] {
  const seen: Traced[] = [];
  const note = (path: string, traceparent: unknown, tracestate: unknown) => {
    if (typeof traceparent !== "string") return;
    seen.push({ path, traceparent, ...(typeof tracestate === "string" ? { tracestate } : {}) });
  };
  // Both are what Node says that these channels carry.
  const onServer = (message: unknown) => {
    const { url = "", headers } = (message as { request: IncomingMessage }).request;
    note(url, headers.traceparent, headers.tracestate);
  };
  const onSocket = (message: unknown) => {
    const { request } = message as { request: ClientRequest };
    note(request.path, request.getHeader("traceparent"), request.getHeader("tracestate"));
  };
  subscribe("http.server.request.start", onServer);
  subscribe("http.client.request.start", onSocket);
  onTestFinished(() => {
    unsubscribe("http.server.request.start", onServer);
    unsubscribe("http.client.request.start", onSocket);
  });
  return seen;
}
