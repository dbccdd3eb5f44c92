import { describe, expect, test } from "vitest";
import { openMetrics } from "../../src/observe/metrics.ts";

describe("metrics", () => {
  test("count calls, requests and what is open, and tell of the process", async () => {
    let sessions = 1;
    const metrics = openMetrics();
    metrics.show("sessions", () => sessions);
    metrics.show("callers", () => 3);
    metrics.call?.({ method: "tools/call", target: "job_list" }).ended?.({ outcome: "ok", changed: [] });
    metrics
      .call?.({ method: "tools/call", target: "job_list" })
      .ended?.({ outcome: "timed_out", changed: [] });
    metrics.call?.({ method: "resources/read" }).ended?.({ outcome: "ok", changed: [] });
    const request = { method: "GET", route: "/api/v1/jobs/{}", host: "a.test", port: 443 };
    metrics.request?.(request).ended?.({ status: 200 });
    metrics.request?.(request).ended?.({ failure: "timed_out" });
    metrics.request?.(request).ended?.({ status: 200, failure: "failed" });
    metrics.socket?.(1);
    metrics.socket?.(1);
    metrics.socket?.(-1);
    sessions = 4;

    const text = await metrics.text();
    for (const line of [
      'apolo_mcp_calls_total{method="tools/call",target="job_list",outcome="ok"} 1',
      'apolo_mcp_calls_total{method="tools/call",target="job_list",outcome="timed_out"} 1',
      'apolo_mcp_calls_total{method="resources/read",target="",outcome="ok"} 1',
      'apolo_mcp_call_duration_seconds_count{method="tools/call",target="job_list"} 2',
      'apolo_platform_requests_total{method="GET",route="/api/v1/jobs/{}",outcome="200"} 1',
      'apolo_platform_requests_total{method="GET",route="/api/v1/jobs/{}",outcome="timed_out"} 1',
      'apolo_platform_requests_total{method="GET",route="/api/v1/jobs/{}",outcome="failed"} 1',
      'apolo_platform_request_duration_seconds_count{method="GET",route="/api/v1/jobs/{}"} 3',
      "apolo_platform_websockets 1",
      "apolo_mcp_sessions 4",
      "apolo_mcp_callers 3",
    ])
      expect(text.split("\n")).toContain(line);
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
    expect(metrics.contentType).toContain("text/plain");
  });
});
