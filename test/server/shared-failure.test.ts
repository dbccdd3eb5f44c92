import { describe } from "vitest";
import { faultProxy } from "../support/fault-proxy.ts";
import { connectAgent, expect, openPolicy, test } from "../support/fixtures.ts";

describe("one failure that several calls meet", { tags: "outages" }, () => {
  test("is told to each in its own words", async ({ emulator }) => {
    const proxy = await faultProxy(emulator);
    proxy.add({ path: /\/config$/, instead: "silence" });
    const mcp = await connectAgent(proxy.platform(), openPolicy, undefined, { callMs: 300 });
    const calls: [string, object][] = [
      ["job_start", { image: "ubuntu", request_id: "one" }],
      ["job_kill", { jobs: ["x"] }],
      ["job_exec", { job: "x", command: "true", timeout_seconds: 1 }],
      ["job_extend", { job: "x", by: "1h" }],
      ["job_save", { job: "x", image: "image:x:v1", wait_seconds: 1 }],
      ["job_signal", { job: "x" }],
      ["job_logs", { jobs: ["x"] }],
    ];
    const texts = await Promise.all(calls.map(([tool, args]) => mcp.refusal(tool, { ...args })));
    await mcp.client.close();
    const said = texts.map((text) => text.match(/Nothing was [^.]*\./g) ?? []);
    expect(said).toEqual([
      ["Nothing was started by this call."],
      ["Nothing was killed."],
      ["Nothing was run."],
      ["Nothing was changed."],
      ["Nothing was saved."],
      ["Nothing was sent."],
      [],
    ]);
  });
});
