import { setTimeout as elapse } from "node:timers/promises";
import { describe, expect, onTestFinished, vi } from "vitest";
import { connectPlatform, loginFromPassedConfig } from "../../src/client/index.ts";
import { jobUri } from "../../src/jobs/names/ids.ts";
import { openCaller } from "../../src/operations/caller.ts";
import { createServer } from "../../src/server/index.ts";
import type { Agent } from "../support/agent.ts";
import { WITHIN } from "../support/busy.ts";
import { unhurried } from "../support/fake-clock.ts";
import { type FaultProxy, faultProxy } from "../support/fault-proxy.ts";
import { connectAgent, openPolicy, test } from "../support/fixtures.ts";
import { modern, rawSession } from "../support/raw-session.ts";
import { startJob, untilEnded, untilPrinted } from "../support/run-job.ts";
import { connectSession } from "../support/session.ts";
import { FORM, tell } from "./form.ts";

const MINUTE_MS = 60_000;
const TASKS = { extensions: { "io.modelcontextprotocol/tasks": {} } };
/** Prints, and ends once it is told to. */
const SCRIPT = "echo before; while [ ! -e go ]; do sleep 0.1; done; echo after; exit 3";

/** Breaks all that is open and refuses all that comes, until it is over. */
function goAway(proxy: FaultProxy): { refused(): number; comeBack(): void } {
  let refused = 0;
  proxy.choose(() => {
    refused += 1;
    return [{ instead: "reset" as const }, { instead: { status: 503 } }, { answer: "lost" as const }][
      refused % 3
    ];
  });
  proxy.closeAll();
  return { refused: () => refused, comeBack: () => proxy.choose(undefined) };
}

/** Calls again as the answer says, until it is finished; counts the calls. */
async function untilFinished(agent: Agent, tool: string, args: Record<string, unknown>) {
  for (let calls = 1; ; calls += 1) {
    const { data, isError, text } = await agent.call(tool, args);
    if (!isError && data.finished !== false) return { calls, data, text };
    if (isError) expect(text).toMatch(/^(unavailable|timed_out): /);
  }
}

describe("a platform that is away for a while, a minute in the long form", { tags: "outages" }, () => {
  test("ends no wait, follow, subscription or task, and no line is lost or told twice", {
    timeout: FORM.timeoutMs,
  }, async ({ emulator, platform }) => {
    const job = await startJob(platform, { name: "train", script: SCRIPT });
    await untilPrinted(platform, job, "before");
    const proxy = await faultProxy(emulator);
    const through = proxy.platform();
    const agent = await connectAgent(through);
    onTestFinished(() => agent.client.close());
    const jobs = [job.id];
    const caller = openCaller(through, openPolicy);
    onTestFinished(() => caller.close());
    const raw = await rawSession(createServer(caller));
    const ask = async (method: string, params: object) =>
      (await raw.request(method, modern({ ...params }, TASKS))).result;
    // Its first look has two seconds.
    const task = await unhurried(through, () => ask("tools/call", { name: "job_wait", arguments: { jobs } }));
    const waiting = untilFinished(agent, "job_wait", { jobs, wait_seconds: 50 });
    const forLine = untilFinished(agent, "job_wait", {
      jobs,
      until: "log",
      pattern: "after",
      wait_seconds: 50,
    });
    const uri = jobUri(job);
    const session = await connectSession(through);
    await session.client.subscribeResource({ uri });
    await session.client.subscribeResource({ uri: `${uri}/logs` });

    const outage = goAway(proxy);
    const startedMs = performance.now();
    await vi.waitFor(() => expect(outage.refused()).toBeGreaterThan(8), WITHIN);
    await platform.jobs.execAndCollect(job.id, { command: "touch go" });
    await untilEnded(platform, job);
    expect(await ask("tasks/get", { taskId: task?.taskId })).toMatchObject({ status: "working" });
    if (FORM.isLong) await elapse(MINUTE_MS - (performance.now() - startedMs));
    const awayMs = performance.now() - startedMs;
    outage.comeBack();
    const backMs = performance.now();

    const [ended, line] = await Promise.all([waiting, forLine]);
    expect(ended.data.jobs).toMatchObject([{ status: "failed" }]);
    expect(line.text).toContain("after");
    await vi.waitFor(() => {
      const told = new Set(session.updates.map((update) => update.uri));
      expect(told).toEqual(new Set([uri, `${uri}/logs`]));
    }, WITHIN);
    const isCompleted = async () =>
      expect(await ask("tasks/get", { taskId: task?.taskId })).toMatchObject({ status: "completed" });
    await vi.waitFor(isCompleted, WITHIN);
    const { text } = await agent.ok("job_logs", { jobs });
    expect(text.match(/^(before|after)$/gm)).toEqual(["before", "after"]);
    const [calls, callsForLine] = [ended.calls, line.calls];
    tell({
      awayMs,
      refused: outage.refused(),
      calls,
      callsForLine,
      knownAfterMs: performance.now() - backMs,
    });
  });
});

describe("a login that is replaced while a platform refuses the old one", { tags: "outages" }, () => {
  test("is taken up by waits, logs and commands, each where it was", async ({ emulator, platform }) => {
    const job = await startJob(platform, { name: "train", script: SCRIPT, passConfig: true });
    await untilPrinted(platform, job, "before");
    const { stdout } = await platform.jobs.execAndCollect(job.id, { command: "echo $NEURO_PASSED_CONFIG" });
    const proxy = await faultProxy(emulator);
    const fresh = loginFromPassedConfig(proxy.passedConfig);
    const { token } = loginFromPassedConfig(stdout.head.trim());
    let reread = 0;
    const reload = async () => {
      reread += 1;
      proxy.choose(undefined);
      return fresh;
    };
    const through = connectPlatform({ ...fresh, token, reload });
    onTestFinished(() => through.close());
    const agent = await connectAgent(through);
    onTestFinished(() => agent.client.close());
    const jobs = [job.id];
    const waiting = agent.ok("job_wait", { jobs, wait_seconds: 50 });
    const reading = agent.ok("job_logs", { jobs, until_pattern: "after", wait_seconds: 50 });
    await proxy.sees({ path: /log_ws/ });
    proxy.choose(() => ({ instead: { status: 401, headers: { "x-error": "expired" } } }));
    proxy.closeAll();
    const done = await agent.ok("job_exec", { job: job.id, command: "echo done" });
    expect(done.text).toContain("done");
    // The job may end, and take the command with it, before that has ended.
    await agent.call("job_exec", { job: job.id, command: "touch go" });
    expect((await waiting).data).toMatchObject({ finished: true, jobs: [{ status: "failed" }] });
    expect((await reading).text).toMatch(/^after$/m);
    expect(reread).toBeGreaterThan(0);
  });
});
