import { randomUUID } from "node:crypto";
import { describe, onTestFinished, vi } from "vitest";
import { connectPlatform, type JobDescription, loginFromPassedConfig } from "../../../src/client/index.ts";
import type { Emulator } from "../../../src/emulator/index.ts";
import type { Agent } from "../../support/agent.ts";
import { WITHIN } from "../../support/busy.ts";
import { faultProxy } from "../../support/fault-proxy.ts";
import { test as base, connectAgent, expect } from "../../support/fixtures.ts";
import { gate } from "../../support/gate.ts";
import { startJob, untilEnded, untilStatus } from "../../support/run-job.ts";
import { SLEEP } from "../../support/sleepers.ts";

const test = base.extend<{ job: JobDescription }>({
  job: async ({ platform }, use) => {
    await use(
      await untilStatus(platform, await startJob(platform, { name: "box", script: SLEEP }), "running"),
    );
  },
});
const EXEC = { path: "**/exec", times: 1 };
const LOOK = 'job_exec {"job":"box","command":"ps -ef"}';
const HOUR_MS = 3_600_000;

/** Shell text that leaves a file behind, by which its start can be seen. */
function mark({ id }: JobDescription): string {
  return `echo begin; touch /tmp/began-${id}`;
}

async function untilMarked(mcp: Agent, { id }: JobDescription): Promise<void> {
  await vi.waitFor(
    async () => {
      const { data } = await mcp.ok("job_exec", { job: id, argv: ["test", "-f", `/tmp/began-${id}`] });
      if (data.exit_code !== 0) throw new Error("not begun");
    },
    { timeout: 30_000, interval: 100 },
  );
}

/** An agent that hears of its commands once `heard` is open: a job may turn long after what it ran has ended. */
async function lateListener(emulator: Emulator) {
  const heard = gate();
  const proxy = await faultProxy(emulator);
  proxy.add({ path: /\/exec\?/, after: { bytes: 0, comes: heard.opened } });
  // Answers to pings would be late, too.
  const platform = connectPlatform(loginFromPassedConfig(proxy.passedConfig), { pingMs: HOUR_MS });
  onTestFinished(() => platform.close());
  return { heard, listener: await connectAgent(platform) };
}

describe("job_exec, a connection that breaks", () => {
  test("says that the command may still run, and keeps what it had printed", async ({
    mcp,
    job,
    emulator,
  }) => {
    emulator.chaos.add({ on: EXEC, do: { kind: "cut", afterBytes: "first\n".length } });
    const command = "echo first; sleep 3; echo second";
    const { text, data } = await mcp.ok("job_exec", { job: "box", command });
    expect(text).toMatch(/^box .*the connection was lost.*may still be running.*do not just run it again/s);
    expect(text).toContain(LOOK);
    expect(data).toMatchObject({
      id: job.id,
      stdout: expect.stringMatching(/^f[irst\n]*$/),
      timed_out: false,
      connection_lost: true,
    });
    expect(data.exit_code).toBeUndefined();
  });

  test("does not know, after a reset of its opening, whether the command was started", async ({
    mcp,
    job,
    emulator,
  }) => {
    emulator.chaos.add({ on: EXEC, do: { kind: "reset" } });
    const text = await mcp.refusal("job_exec", { job: job.name, command: "true" });
    expect(text).toMatch(/^unknown_outcome: .*box .*whether the command was started is unknown/s);
    expect(text).toContain(LOOK);
  });

  test.for([502, 504])(
    "does not know it after a gateway's %i either",
    async (status, { mcp, job, emulator }) => {
      emulator.chaos.add({ on: EXEC, do: { kind: "answer", status } });
      expect(await mcp.refusal("job_exec", { job: job.name, command: "true" })).toMatch(/^unknown_outcome: /);
    },
  );

  test.for([500, 503])(
    "knows that nothing was run when the platform answers %i",
    async (status, { mcp, job, emulator }) => {
      emulator.chaos.add({ on: EXEC, do: { kind: "answer", status } });
      const text = await mcp.refusal("job_exec", { job: job.name, command: "true" });
      expect(text).toMatch(/Nothing was run\.$/);
    },
  );

  test("does not say that a command runs whose opening was never answered", async ({
    mcp,
    job,
    emulator,
  }) => {
    emulator.chaos.add({ on: EXEC, do: { kind: "drop" } });
    const { text, data } = await mcp.ok("job_exec", { job: job.name, command: "true", timeout_seconds: 1 });
    expect(text).toMatch(/no answer within 1 s.*whether the command was started is unknown/s);
    expect(data.timed_out).toBe(true);
  });
});

describe("job_exec, a job that ends meanwhile", () => {
  test("says that the job ended and took the command with it", async ({ emulator, platform }) => {
    const flag = `/tmp/ends-${randomUUID()}`;
    const script = `until [ -e ${flag} ]; do sleep 0.1; done; rm ${flag}`;
    const job = await startJob(platform, { name: "ends", script });
    await untilStatus(platform, job, "running");
    const { heard, listener } = await lateListener(emulator);
    const command = `echo begin; touch ${flag}; sleep 60`;
    const running = listener.ok("job_exec", { job: "ends", command, timeout_seconds: 50 });
    await untilEnded(platform, job);
    heard.open();
    const { text, data } = await running;
    expect(text).toMatch(/^ends .*the job has ended meanwhile, now succeeded, and took the command with it/);
    expect(text).not.toContain("memory");
    expect(text).toContain('job_status {"jobs":["ends"]}');
    expect(data).toMatchObject({ stdout: "begin\n", job_status: "succeeded" });
  });

  test("says so of a job that was killed", async ({ mcp, job }) => {
    const command = `${mark(job)}; sleep 60`;
    const running = mcp.ok("job_exec", { job: "box", command, timeout_seconds: 50 });
    await untilMarked(mcp, job);
    await mcp.ok("job_kill", { jobs: [job.id] });
    expect((await running).text).toMatch(
      /the job has ended meanwhile, now cancelled.*, and took the command with it/,
    );
  });

  test("says so of a job that was restarted", async ({ mcp, emulator, platform }) => {
    const job = await startJob(platform, { name: "again", script: SLEEP, restartPolicy: "always" });
    await untilStatus(platform, job, "running");
    const { heard, listener } = await lateListener(emulator);
    const command = `${mark(job)}; sleep 60`;
    const running = listener.ok("job_exec", { job: "again", command, timeout_seconds: 50 });
    await untilMarked(mcp, job);
    await mcp.ok("job_signal", { job: job.id, wait_seconds: 30 });
    heard.open();
    expect((await running).text).toMatch(/the job was restarted meanwhile, which ended the command/);
  });

  test.for([["on-failure"], ["always"]] as const)(
    "says so of a job that lost its node, restart policy %s, as job_status does afterwards",
    async ([restartPolicy], { mcp, platform, emulator }) => {
      emulator.chaos.add({ job: { name: "moved" }, do: { kind: "lose_node", afterMs: HOUR_MS } });
      const job = await startJob(platform, { name: "moved", script: SLEEP, restartPolicy });
      await untilStatus(platform, job, "running");
      const { heard, listener } = await lateListener(emulator);
      const command = `${mark(job)}; sleep 60`;
      const running = listener.ok("job_exec", { job: "moved", command, timeout_seconds: 50 });
      await untilMarked(mcp, job);
      emulator.clock.advance(HOUR_MS);
      const runs = async () => {
        const { transitions } = (await platform.jobs.status(job.id)).history;
        return transitions.filter(({ status }) => status === "running").length;
      };
      await expect.poll(runs, WITHIN).toBe(2);
      heard.open();
      const { text } = await running;
      expect(text).toMatch(
        /the job was taken off its node meanwhile, which ended the command \(exit code 137\)/,
      );
      expect(text).not.toContain("memory");
      await mcp.ok("job_wait", { jobs: ["moved"], until: "running", wait_seconds: 20 });
      const status = await mcp.ok("job_status", { jobs: ["moved"] });
      expect(status.data.jobs[0].why).toMatch(/was taken off its node once and began again from its image/);
      expect(status.text).toContain("; taken off its node: 1");
    },
  );

  test("blames the command for a signal when the job goes on", async ({ mcp, job }) => {
    const { text } = await mcp.ok("job_exec", { job: job.name, command: "kill -9 $$" });
    expect(text).toContain("exit code 137 (ended by SIGKILL, often for lack of memory)");
  });
});

describe("job_exec and job_signal, a job between two starts", () => {
  test.for([
    ["job_exec", { job: "loop", command: "true" }, "Nothing was run."],
    ["job_signal", { job: "loop" }, "Nothing was sent."],
  ] as const)(
    "says that it is being started again: %s",
    async ([tool, args, nothing], { mcp, platform, emulator }) => {
      const job = await startJob(platform, { name: "loop", script: SLEEP, restartPolicy: "always" });
      await untilStatus(platform, job, "running");
      emulator.chaos.add({
        on: { path: tool === "job_exec" ? "**/exec" : "**/kill" },
        do: { kind: "answer", status: 404 },
      });
      const text = await mcp.refusal(tool, args);
      expect(text).toMatch(/^not_running: loop .*is being started again \(restart policy always\)/);
      expect(text).toContain(`${nothing} Try again in a few seconds; job_status {"jobs":["loop"]}`);
    },
  );
});

describe("job_exec, a program that is not there", () => {
  test("says so, and what the platform said", async ({ mcp, job }) => {
    const { text, data } = await mcp.ok("job_exec", { job: job.name, argv: ["no-such-cmd", "-x"] });
    expect(text).toMatch(/exit code 1: it could not be started.*no-such-cmd/s);
    expect(text).toContain("without a shell");
    expect(text).not.toContain("It printed nothing");
    expect(data.exit_code).toBe(1);
  });

  test("leaves an ordinary exit code 1 alone", async ({ mcp, job }) => {
    const { text } = await mcp.ok("job_exec", { job: job.name, argv: ["false"] });
    expect(text).toMatch(/exit code 1, \d+ ms\.\nIt printed nothing\.$/);
  });
});
