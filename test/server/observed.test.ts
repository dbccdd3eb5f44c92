import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, InMemoryTransport } from "@modelcontextprotocol/client";
import { describe, onTestFinished, vi } from "vitest";
import { connectPlatform, loginFromPassedConfig } from "../../src/client/index.ts";
import type { Emulator } from "../../src/emulator/index.ts";
import { openObservers } from "../../src/observe/open.ts";
import { openCaller } from "../../src/operations/caller.ts";
import { createServer } from "../../src/server/index.ts";
import { WITHIN } from "../support/busy.ts";
import { faultProxy } from "../support/fault-proxy.ts";
import { expect, openPolicy, test } from "../support/fixtures.ts";
import { SLEEP } from "../support/sleepers.ts";
import { tracedRequests } from "../support/traced.ts";

const TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const SECRET = "k7f9q2x8v3b6n1m4z5";
const ERAS = [["legacy"], [{ pin: "2026-07-28" }]] as const;

/** A server that is observed in every way, and a client of either era that speaks MCP to it. */
async function observed(emulator: Pick<Emulator, "passedConfig">, mode: (typeof ERAS)[number][0] = "legacy") {
  const folder = mkdtempSync(join(tmpdir(), "observed-"));
  const file = join(folder, "audit.jsonl");
  const { observer, metrics, close } = await openObservers({ audit: file, metrics: true });
  const platform = connectPlatform(loginFromPassedConfig(emulator.passedConfig), { observer });
  const caller = openCaller(platform, { ...openPolicy, secrets: [SECRET] }, { observer });
  const client = new Client({ name: "observing", version: "7" }, { versionNegotiation: { mode } });
  const [near, far] = InMemoryTransport.createLinkedPair();
  await createServer(caller).connect(far);
  await client.connect(near);
  onTestFinished(async () => {
    await client.close();
    await caller.close();
    await platform.close();
    close();
    rmSync(folder, { recursive: true });
  });
  return {
    client,
    call: (name: string, args: Record<string, unknown>, _meta = {}) =>
      client.callTool({ name, arguments: args, _meta }),
    lines: (): unknown[] =>
      readFileSync(file, "utf8")
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
    text: () => metrics?.text(),
  };
}

const START = { image: "ubuntu", command: SLEEP, wait_seconds: 0 };

describe("an observed server", () => {
  test.for(ERAS)("notes each change with who made it (%j)", async ([mode], { emulator }) => {
    const { call, lines } = await observed(emulator, mode);
    await call("job_start", { ...START, name: "train" });
    await call("job_status", { jobs: ["train"] });
    await call("job_start", { ...START, name: "train", dry_run: true });
    await call("job_kill", { name_pattern: "tra*" });
    await call("job_kill", { jobs: ["nope"] });
    await call("job_kill", { jobs: ["train"] });
    const job = { id: expect.stringMatching(/^job-/), name: "train" };
    const who = { user: "alice", client: { name: "observing", version: "7" }, time: expect.any(String) };
    expect(lines()).toEqual([
      { ...who, tool: "job_start", jobs: [job], outcome: "ok" },
      { ...who, tool: "job_kill", jobs: [job], outcome: "ok" },
    ]);
  });

  test("notes no secret, be it the name of a job", async ({ emulator }) => {
    const { call, lines } = await observed(emulator);
    await call("job_start", { ...START, name: SECRET });
    expect(lines()).toMatchObject([{ tool: "job_start", outcome: "ok", jobs: [{ id: expect.any(String) }] }]);
    expect(JSON.stringify(lines())).not.toContain(SECRET);
  });

  test("notes what was sent and failed, with the code of its error", async ({ emulator }) => {
    const proxy = await faultProxy(emulator);
    const { call, lines } = await observed(proxy);
    await call("job_start", { ...START, name: "train" });
    proxy.add({ method: "PUT", instead: { status: 403, body: "no" } });
    await call("job_extend", { jobs: ["train"], by: "1h" });
    expect(lines()).toMatchObject([
      { tool: "job_start", outcome: "ok" },
      { tool: "job_extend", outcome: "not_permitted", jobs: [{ name: "train" }] },
    ]);
  });

  test.for(ERAS)("hands the trace of a call on to the platform (%j)", async ([mode], { emulator }) => {
    const { call } = await observed(emulator, mode);
    const seen = tracedRequests();
    await call("job_list", {});
    expect(seen).toEqual([]);
    await call("job_list", {}, { traceparent: TRACEPARENT, tracestate: "vendor=1" });
    expect(seen.length).toBeGreaterThan(0);
    for (const request of seen)
      expect(request).toMatchObject({ traceparent: TRACEPARENT, tracestate: "vendor=1" });
  });

  test("counts calls by tool and outcome, under names of its own only", async ({ emulator }) => {
    const { call, client, text } = await observed(emulator);
    await call("job_list", {});
    await call("job_status", { jobs: ["nope"] });
    await call("job_list", { limit: "many" });
    await call("made_up_name", {});
    await client.readResource({ uri: "apolo://context" });
    await client.readResource({ uri: "apolo://nope" }).catch(() => undefined);
    await client.getPrompt({ name: "made_up_prompt" }).catch(() => undefined);
    const calls = (await text())?.split("\n").filter((line) => line.startsWith("apolo_mcp_calls_total"));
    expect(calls).toEqual(
      [
        ["tools/call", "job_list", "ok"],
        ["tools/call", "job_status", "not_found"],
        ["tools/call", "job_list", "invalid_argument"],
        ["tools/call", "", "invalid_argument"],
        ["resources/read", "", "ok"],
        ["resources/read", "", "not_found"],
        ["prompts/get", "", "invalid_argument"],
      ].map(([method, target, outcome]) => {
        return `apolo_mcp_calls_total{method="${method}",target="${target}",outcome="${outcome}"} 1`;
      }),
    );
  });

  test("says of a call that was given up that it was cancelled", async ({ emulator }) => {
    const { call, client, text } = await observed(emulator);
    await call("job_start", { ...START, name: "train" });
    const seen = tracedRequests();
    const controller = new AbortController();
    const wait = { name: "job_wait", arguments: { jobs: ["train"] }, _meta: { traceparent: TRACEPARENT } };
    const waiting = client.callTool(wait, { signal: controller.signal });
    await vi.waitFor(() => expect(seen.length).toBeGreaterThan(0), WITHIN);
    controller.abort();
    await expect(waiting).rejects.toThrow();
    const cancelled = 'target="job_wait",outcome="cancelled"} 1';
    await vi.waitFor(async () => expect((await text())?.includes(cancelled)).toBe(true), WITHIN);
  });
});
