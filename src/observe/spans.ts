import { AsyncLocalStorage } from "node:async_hooks";
import {
  type Attributes,
  type Context,
  context,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  trace,
} from "@opentelemetry/api";
import manifest from "../../package.json" with { type: "json" };
import type { CallEnd } from "../operations/observer.ts";
import type { Reader } from "./index.ts";
import { currentTrace } from "./trace.ts";

/** What a client sent may be anything. */
const ofMeta: TextMapGetter<Readonly<Record<string, unknown>>> = {
  keys: (meta) => Object.keys(meta),
  get: (meta, key) => (typeof meta[key] === "string" ? meta[key] : undefined),
};

/**
 * Spans of calls and of the requests that they make, through whatever SDK is registered. Names and attributes are those
 * of OpenTelemetry's conventions for MCP servers and HTTP clients, without addresses, arguments and texts.
 */
export function openSpans(): Reader {
  const tracer = trace.getTracer(manifest.name, manifest.version);
  // Not every SDK brings a context manager.
  const active = new AsyncLocalStorage<Context>();
  const now = () => active.getStore() ?? context.active();
  return {
    call({ method, target, meta = {} }) {
      const from = propagation.extract(context.active(), meta, ofMeta);
      const name = target === undefined ? method : `${method} ${target}`;
      const attributes = callAttributes(method, target);
      const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, from);
      const within = trace.setSpan(from, span);
      const { traceId: id } = span.spanContext();
      return {
        run: (work) =>
          currentTrace.run({ id, headers: {} }, () => active.run(within, () => context.with(within, work))),
        ended: (end) => endCall(span, method, end),
      };
    },
    request({ method, route, host, port }) {
      const attributes = {
        "http.request.method": method,
        "url.template": route,
        "server.address": host,
        "server.port": port,
      };
      const span = tracer.startSpan(`${method} ${route}`, { kind: SpanKind.CLIENT, attributes }, now());
      const headers: Record<string, string> = {};
      propagation.inject(trace.setSpan(now(), span), headers);
      return {
        headers,
        ended({ status, failure }) {
          if (status !== undefined) span.setAttribute("http.response.status_code", status);
          const error = failure ?? (status !== undefined && status >= 400 ? String(status) : undefined);
          if (error !== undefined) fail(span, error);
          span.end();
        },
      };
    },
  };
}

function callAttributes(method: string, target: string | undefined): Attributes {
  const common = { "mcp.method.name": method };
  if (target === undefined) return common;
  if (method !== "tools/call") return { ...common, "gen_ai.prompt.name": target };
  return { ...common, "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": target };
}

function endCall(span: Span, method: string, { outcome, changed }: CallEnd): void {
  const ids = changed.flatMap((job) => job.id ?? []);
  if (ids.length > 0) span.setAttribute("apolo.job.ids", ids);
  if (outcome !== "ok") {
    // The conventions keep their own word for an error that is a tool's answer.
    fail(span, method === "tools/call" ? "tool_error" : outcome);
    span.setAttribute("apolo.outcome", outcome);
  }
  span.end();
}

function fail(span: Span, type: string): void {
  span.setAttribute("error.type", type);
  span.setStatus({ code: SpanStatusCode.ERROR });
}
