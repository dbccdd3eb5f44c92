import { propagation, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { afterAll, beforeAll, beforeEach, describe } from "vitest";
import { connectPlatform, loginFromPassedConfig, type Platform } from "../../src/client/index.ts";
import { openObservers } from "../../src/observe/open.ts";
import type { Observer } from "../../src/operations/observer.ts";
import { test as base, expect } from "../support/fixtures.ts";
import { startJob, untilStatus } from "../support/run-job.ts";
import { SLEEP } from "../support/sleepers.ts";
import { tracedRequests } from "../support/traced.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const PARENT_SPAN = "b7ad6b7169203331";
const META = { traceparent: `00-${TRACE}-${PARENT_SPAN}-01`, tracestate: "vendor=1" };

const test = base.extend<{ observer: Observer; platform: Platform }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the names of fixtures from it.
  observer: async ({}, use) => {
    const opened = await openObservers({});
    await use(opened.observer);
    opened.close();
  },
  platform: async ({ emulator, observer }, use) => {
    const platform = connectPlatform(loginFromPassedConfig(emulator.passedConfig), { observer });
    await use(platform);
    await platform.close();
  },
});

/** A call of a tool that comes with a trace, or with what should be one. */
async function within(observer: Observer, meta: Record<string, unknown>, work: () => Promise<unknown>) {
  const call = observer.call({ method: "tools/call", target: "job_status", meta });
  await call.run(work);
  call.ended({ outcome: "ok", changed: [] });
}

describe("without an SDK of OpenTelemetry", () => {
  test("the trace of a call goes on to the platform unchanged", async ({ observer, platform }) => {
    const seen = tracedRequests();
    const job = await startJob(platform, { script: SLEEP });
    await untilStatus(platform, job, "running");
    expect(seen).toEqual([]);

    await within(observer, META, () => platform.jobs.get(job.id));
    await within(observer, { traceparent: META.traceparent }, () =>
      platform.jobs.execAndCollect(job.id, { command: "true" }),
    );
    await platform.jobs.get(job.id);

    expect(seen).toEqual([
      { path: `/api/v1/jobs/${job.id}`, ...META },
      { path: expect.stringContaining("/exec?"), traceparent: META.traceparent },
    ]);
  });

  test.for([
    ["a parent of another form", { traceparent: `00-${TRACE}-01` }],
    ["ids of zeros only", { traceparent: `00-${"0".repeat(32)}-${PARENT_SPAN}-01` }],
    ["a parent that goes on in another header", { traceparent: `${META.traceparent}\r\nx: y` }],
    ["no text", { traceparent: { toString: "x" } }],
    ["only a state", { tracestate: "vendor=1" }],
  ] as const)("%s is not passed on", async ([, meta], { observer, platform }) => {
    const seen = tracedRequests();
    await within(observer, meta, () => platform.context());
    expect(seen).toEqual([]);
  });

  test("a state that cannot be a header is left out", async ({ observer, platform }) => {
    const seen = tracedRequests();
    await within(observer, { ...META, tracestate: "a=1\r\nx: y" }, () => platform.context());
    expect(seen).toEqual([{ path: "/api/v1/config", traceparent: META.traceparent }]);
  });
});

describe("with an SDK of OpenTelemetry", () => {
  const exporter = new InMemorySpanExporter();
  beforeAll(() => {
    trace.setGlobalTracerProvider(
      new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
    );
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  });
  beforeEach(() => exporter.reset());
  afterAll(() => {
    trace.disable();
    propagation.disable();
  });

  test("a call is a span of the client's trace, and its requests are the children", async ({
    observer,
    platform,
  }) => {
    const seen = tracedRequests();
    await within(observer, META, () => platform.jobs.get("secret-name").catch(() => undefined));

    const [config, request, call] = exporter.getFinishedSpans();
    expect(call).toMatchObject({
      name: "tools/call job_status",
      kind: SpanKind.SERVER,
      parentSpanContext: { traceId: TRACE, spanId: PARENT_SPAN },
      attributes: {
        "mcp.method.name": "tools/call",
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "job_status",
      },
    });
    expect(config).toMatchObject({ name: "GET /api/v1/config", kind: SpanKind.CLIENT });
    expect(request).toMatchObject({
      name: "GET /api/v1/jobs/{}",
      parentSpanContext: { traceId: TRACE, spanId: call?.spanContext().spanId },
      attributes: {
        "http.request.method": "GET",
        "url.template": "/api/v1/jobs/{}",
        "server.address": "127.0.0.1",
        "http.response.status_code": 400,
        "error.type": "400",
      },
      status: { code: SpanStatusCode.ERROR },
    });
    const sent = `00-${TRACE}-${request?.spanContext().spanId}-01`;
    expect(seen.at(-1)).toMatchObject({ traceparent: sent, tracestate: "vendor=1" });
    const exported = exporter
      .getFinishedSpans()
      .map(({ name, attributes, status }) => [name, attributes, status]);
    expect(JSON.stringify(exported)).not.toContain("secret-name");
  });

  test("a call that fails is marked by its code, and one without a trace begins one", async ({
    observer,
  }) => {
    const call = observer.call({ method: "tools/call", target: "job_kill" });
    call.ended({ outcome: "unknown_outcome", changed: [{ id: "job-1", name: "train" }] });
    const [span] = exporter.getFinishedSpans();
    expect(span).toMatchObject({
      attributes: {
        "error.type": "tool_error",
        "apolo.outcome": "unknown_outcome",
        "apolo.job.ids": ["job-1"],
      },
      status: { code: SpanStatusCode.ERROR },
    });
    expect(span?.parentSpanContext).toBeUndefined();
  });
});

describe("once the SDK has gone", () => {
  test("the trace of a call goes on to the platform unchanged again", async ({ observer, platform }) => {
    const seen = tracedRequests();
    await within(observer, META, () => platform.context());
    expect(seen).toEqual([{ path: "/api/v1/config", ...META }]);
  });
});
