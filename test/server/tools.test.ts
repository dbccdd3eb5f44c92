import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { vi } from "vitest";
import { openCaller } from "../../src/operations/caller.ts";
import { createServer } from "../../src/server/index.ts";
import { Agent } from "../support/agent.ts";
import { SOON_MS } from "../support/busy.ts";
import { connectAgent, expect, openPolicy, test } from "../support/fixtures.ts";

const SLEEPER = { image: "ubuntu", name: "sleeper", command: "echo up; sleep 300", wait_seconds: 30 };

test("answers an unknown tool with the nearest and all that exist", async ({ mcp }) => {
  const refusal = await mcp.refusal("job_lst");
  expect(refusal).toContain("Did you mean job_list");
  expect(refusal).toContain("job_status");
});

test("names every misspelt argument with its nearest and calls nothing", async ({ mcp }) => {
  const refusal = await mcp.refusal("job_start", { imag: "ubuntu", comand: "true" });
  expect(refusal).toContain("imag: unknown argument, did you mean image?");
  expect(refusal).toContain("comand: unknown argument, did you mean command?");
  expect(refusal).not.toContain("-32602");
  const { data } = await mcp.ok("job_list");
  expect(data.jobs).toEqual([]);
});

test("keeps what a bug says from the agent", async ({ platform, onTestFinished }) => {
  const broken = { ...platform, context: () => Promise.reject(new Error("at /secret/path line 1")) };
  const agent = await connectAgent(broken);
  const log = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  onTestFinished(() => log.mockRestore());
  const refusal = await agent.refusal("apolo_context");
  expect(refusal).toMatch(/^internal_error: apolo_context/);
  expect(refusal).not.toContain("/secret/path");
  expect(log.mock.calls.flat().join("")).toContain("/secret/path");
});

test("says that the time is over, whichever clock says so first", async ({ platform }) => {
  const over = new DOMException("no result within 0.2 s", "TimeoutError");
  const agent = await connectAgent({ ...platform, context: () => Promise.reject(over) });
  expect(await agent.refusal("apolo_context")).toMatch(/^timed_out: .* Nothing was changed/);
});

test("hides what looks like a secret in the platform's own error texts", async ({ mcp, emulator }) => {
  const body = {
    error: "Traceback: connect failed, password=hunter2-9xQ token=ghp_aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5",
  };
  emulator.chaos.add({ on: { path: "**/jobs" }, do: { kind: "answer", status: 500, body } });
  const refusal = await mcp.refusal("job_list");
  expect(refusal).toContain("connect failed");
  expect(refusal).not.toMatch(/hunter2|ghp_a/);
});

test("leaves out what the mode forbids, from the list and from calls", async ({ platform }) => {
  const agent = await connectAgent(platform, { ...openPolicy, mode: "read-only" });
  const { tools } = await agent.client.listTools();
  expect(tools.map(({ name }) => name)).toContain("job_status");
  expect(tools.every(({ annotations }) => annotations?.readOnlyHint === true)).toBe(true);
  expect(await agent.refusal("job_kill", { jobs: ["x"] })).toContain(
    "job_kill is not offered: this server was started with --mode read-only",
  );
});

test("leaves out what needs a port on this machine where the agent works on another", async ({
  platform,
}) => {
  const client = new Client({ name: "test", version: "0" });
  const [near, far] = InMemoryTransport.createLinkedPair();
  const caller = openCaller(platform, openPolicy);
  await Promise.all([createServer(caller, { isLocal: false }).connect(far), client.connect(near)]);
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).not.toContain("job_forward");
  const agent = new Agent(client);
  const text = await agent.refusal("job_forward", { action: "open", job: "web", port: 8888 });
  expect(text).toContain("job_forward is not offered: it would open the port on this server's machine");
  expect(text).toContain("`apolo port-forward JOB 8888:8888` on their own machine");
  expect(text).toContain("job_start with http_port");
  expect(await agent.refusal("port_forward", { job: "web" })).toContain("job_forward is not offered");
  await client.close();
  await caller.close();
});

test("tells a waiting client how far a call is, in increasing steps, none after the answer", async ({
  mcp,
}) => {
  await mcp.ok("job_start", SLEEPER);
  const steps: number[] = [];
  await mcp.client.callTool(
    { name: "job_wait", arguments: { jobs: ["sleeper"], wait_seconds: 8 } },
    undefined,
    { onprogress: ({ progress }) => steps.push(progress) },
  );
  const told = steps.length;
  expect(told).toBeGreaterThan(0);
  expect(told).toBeLessThanOrEqual(9);
  expect(steps).toEqual(steps.toSorted((a, b) => a - b));
  await mcp.ok("job_status", { jobs: ["sleeper"] });
  expect(steps).toHaveLength(told);
});

test("gives up a cancelled wait at once and leaves the job alone", async ({ mcp }) => {
  await mcp.ok("job_start", SLEEPER);
  const cancel = new AbortController();
  const call = mcp.call("job_wait", { jobs: ["sleeper"], wait_seconds: 40 }, cancel.signal);
  const startedMs = performance.now();
  cancel.abort();
  await expect(call).rejects.toThrow(/abort/i);
  const { data } = await mcp.ok("job_list", { status: ["running"] });
  expect(data.counts.running).toBe(1);
  expect(performance.now() - startedMs).toBeLessThan(SOON_MS);
});

test.for([
  ["accept", "cancelled"],
  ["decline", "running"],
  ["cancel", "running"],
] as const)(
  "asks the person before killing: %s leaves the job %s",
  async ([action, status], { platform }) => {
    const client = new Client({ name: "test", version: "0" }, { capabilities: { elicitation: {} } });
    const asked: string[] = [];
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
      asked.push(params.message);
      return { action, ...(action === "accept" ? { content: {} } : {}) };
    });
    const [near, far] = InMemoryTransport.createLinkedPair();
    await Promise.all([createServer(openCaller(platform, openPolicy)).connect(far), client.connect(near)]);
    const agent = new Agent(client);
    await agent.ok("job_start", SLEEPER);
    await agent.call("job_kill", { jobs: ["sleeper"] });
    expect(asked).toEqual([expect.stringContaining("sleeper")]);
    expect((await platform.jobs.status("sleeper")).status).toBe(status);
  },
);
