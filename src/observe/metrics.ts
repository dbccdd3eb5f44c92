import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Reader } from "./index.ts";

/** A call may wait for most of a minute. */
const CALL_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50];
const REQUEST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];

/** What whoever serves can count better itself, at the moment somebody looks. */
const COUNTED = {
  sessions: { name: "apolo_mcp_sessions", help: "MCP sessions that are open" },
  callers: { name: "apolo_mcp_callers", help: "Identities with something open" },
};

export interface Metrics extends Reader {
  /** Shows a count from now on. */
  show(what: keyof typeof COUNTED, count: () => number): void;
  /** In the format of Prometheus, of this media type. */
  text(): Promise<string>;
  contentType: string;
}

/** Counts calls and requests for one server. */
export function openMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    ...countCalls(registry),
    ...countRequests(registry),
    show(what, count) {
      new Gauge({
        ...COUNTED[what],
        registers: [registry],
        collect() {
          this.set(count());
        },
      });
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

function countCalls(registry: Registry): Pick<Reader, "call"> {
  const registers = [registry];
  const calls = new Counter({
    name: "apolo_mcp_calls_total",
    help: "Requests of clients by method, tool or prompt, and outcome (ok, cancelled, or an error's code)",
    labelNames: ["method", "target", "outcome"] as const,
    registers,
  });
  const seconds = new Histogram({
    name: "apolo_mcp_call_duration_seconds",
    help: "How long they took",
    labelNames: ["method", "target"] as const,
    buckets: CALL_SECONDS,
    registers,
  });
  return {
    call({ method, target = "" }) {
      const stop = seconds.startTimer({ method, target });
      return {
        ended({ outcome }) {
          stop();
          calls.inc({ method, target, outcome });
        },
      };
    },
  };
}

function countRequests(registry: Registry): Pick<Reader, "request" | "socket"> {
  const registers = [registry];
  const requests = new Counter({
    name: "apolo_platform_requests_total",
    help: "Requests to the platform by method, route, and outcome (a status, or cancelled, timed_out, failed)",
    labelNames: ["method", "route", "outcome"] as const,
    registers,
  });
  const seconds = new Histogram({
    name: "apolo_platform_request_duration_seconds",
    help: "How long they took, bodies included",
    labelNames: ["method", "route"] as const,
    buckets: REQUEST_SECONDS,
    registers,
  });
  const sockets = new Gauge({
    name: "apolo_platform_websockets",
    help: "WebSockets to the platform that are open",
    registers,
  });
  return {
    request({ method, route }) {
      const stop = seconds.startTimer({ method, route });
      return {
        ended({ status, failure }) {
          stop();
          requests.inc({ method, route, outcome: failure ?? String(status) });
        },
      };
    },
    socket: (change) => sockets.inc(change),
  };
}
