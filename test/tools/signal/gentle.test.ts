import { describe, vi } from "vitest";
import type { JobDescription, StartOptions } from "../../../src/client/index.ts";
import { type Emulator, startEmulator } from "../../../src/emulator/index.ts";
import { openSandbox } from "../../../src/emulator/run/sandbox.ts";
import { unhurried } from "../../support/fake-clock.ts";
import { test as base, connectAgent, expect, openPolicy } from "../../support/fixtures.ts";
import { nextCalls } from "../../support/next-calls.ts";
import { startJob, untilPrinted, untilStatus } from "../../support/run-job.ts";

// Without it a job shares its process ids with the machine.
const isIsolated = openSandbox() !== undefined;

const test = base.extend<{
  run: (options: Partial<StartOptions> & { script?: string }) => Promise<JobDescription>;
}>({
  run: async ({ platform }, use) => {
    const { jobs } = platform;
    const exec = jobs.execAndCollect.bind(jobs);
    // What is run in the job has ten seconds, which its start alone may take on a busy machine.
    jobs.execAndCollect = (id, options) => exec(id, options);
    await use(async (options) => {
      const job = await startJob(platform, { name: "train", ...options });
      await untilPrinted(platform, job, "ready");
      return untilStatus(platform, job, "running");
    });
  },
});

/** Saves its work when it is asked to end. */
const TRAINING = [
  "import signal, sys, time",
  "def save(number, frame):",
  "    time.sleep(0.2)",
  "    print('saved', flush=True)",
  "    sys.exit(0)",
  "for name in ('SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'):",
  "    signal.signal(getattr(signal, name), save)",
  "print('ready', flush=True)",
  "while True: time.sleep(0.05)",
].join("\n");
const PYTHON = `python3 -c "${TRAINING}"`;
const FOREVER = "while :; do sleep 0.05; done";

describe.skipIf(!isIsolated)("job_signal TERM", () => {
  test.for([
    ["the first process", `exec ${PYTHON}`, /^Received by python3\S* \(process 1\), which handles it\.$/m],
    [
      "a program below a shell",
      `${PYTHON}; exit $?`,
      /below sh \(process 1\), which would not pass it on\.$/m,
    ],
    [
      "a program with its output in a pipe",
      `${PYTHON} | tee log`,
      /Received by python3\S* \(process \d+\), which/m,
    ],
    [
      "a program below two shells",
      `bash -c '${PYTHON.replaceAll("'", `'\\''`)}; true'; true`,
      /below sh .*, bash /,
    ],
  ] as const)("lets %s save its work and end", async ([, script, received], { run, mcp, platform }) => {
    const job = await run({ script });
    const { data, text } = await mcp.ok("job_signal", { job: "train", signal: "TERM", wait_seconds: 20 });
    expect(data).toMatchObject({
      id: job.id,
      before: "running",
      after: "succeeded",
      exit_code: 0,
      signal: "TERM",
    });
    expect(text).toMatch(
      /^Sent SIGTERM to train \(.*\): was running, now succeeded.*, so it ended by itself\.$/m,
    );
    expect(text).toMatch(received);
    expect((await platform.jobs.tail(job.id)).lines.map((line) => line.text)).toEqual(["ready", "saved"]);
  });

  test("reaches a shell that has a trap, and it alone", async ({ run, mcp, platform }) => {
    const job = await run({ script: `trap 'echo saved; exit 3' TERM; echo ready; ${FOREVER}` });
    const { data, text } = await mcp.ok("job_signal", { job: "train", signal: "TERM", wait_seconds: 20 });
    expect(data).toMatchObject({ after: "failed", exit_code: 3 });
    expect(data.received).toEqual([{ process: 1, program: "sh", does: "handles" }]);
    expect(text).toContain("so it ended by itself. The program ended with exit code 3");
    expect((await platform.jobs.tail(job.id)).lines.at(-1)?.text).toBe("saved");
  });

  test("ends a program without a handler below a shell: 143, which job_status explains", async ({
    run,
    mcp,
  }) => {
    // It is ready once the shell has a program below it.
    await run({ script: 'sh -c "echo ready; exec sleep 600"; exit $?' });
    const { data, text } = await mcp.ok("job_signal", { job: "train", signal: "TERM", wait_seconds: 20 });
    expect(data).toMatchObject({ after: "failed", exit_code: 143 });
    expect(text).toContain("exit code 143 is the signal");
    const status = await mcp.ok("job_status", { jobs: ["train"] });
    expect(status.text).toMatch(
      /signal 15 \(SIGTERM, exit code 143\), which job_signal of this server sent at/,
    );
  });

  test("says that the system keeps it from a first process without a handler, and what is left", async ({
    run,
    mcp,
    platform,
  }) => {
    // Ready says who has taken the shell's place.
    await run({ script: "echo ready > said; exec tail -f said" });
    const asked = { job: "train", signal: "TERM", wait_seconds: 0 };
    const { data, text } = await unhurried(platform, () => mcp.ok("job_signal", asked));
    expect(data).toMatchObject({ before: "running", after: "running" });
    expect(text).toContain("Received by tail (process 1), which has no handler for it.");
    expect(text).toContain("keeps a signal without a handler from process 1 of a container");
    expect(nextCalls(text)).toEqual([
      { tool: "job_wait", args: { jobs: ["train"] } },
      { tool: "job_signal", args: { job: "train" } },
      { tool: "job_kill", args: { jobs: ["train"] } },
    ]);
  });

  test("says so when the restart policy starts it anew", async ({ run, mcp }) => {
    await run({ script: PYTHON, restartPolicy: "always" });
    const { data, text } = await mcp.ok("job_signal", { job: "train", signal: "TERM", wait_seconds: 20 });
    expect(data).toMatchObject({ restarted: true });
    expect(text).toContain("restarted by its policy always");
  });

  test("reaches a program on a terminal", async ({ run, mcp, platform }) => {
    const job = await run({ script: `${PYTHON}; exit $?`, tty: true });
    const { data } = await mcp.ok("job_signal", { job: "train", signal: "TERM", wait_seconds: 20 });
    expect(data).toMatchObject({ after: "succeeded" });
    expect((await platform.jobs.tail(job.id)).lines.map((line) => line.text.trim())).toContain("saved");
  });
});

describe.skipIf(!isIsolated)("job_signal, other signals and other images", () => {
  test.for(["INT", "USR1"])("sends %s", async (signal, { run, mcp }) => {
    await run({ script: `${PYTHON}; exit $?` });
    const { data } = await mcp.ok("job_signal", { job: "train", signal, wait_seconds: 20 });
    expect(data).toMatchObject({ after: "succeeded", received: [{ does: "handles" }] });
  });

  test("uses the program kill where the image has no shell", async ({ mcp, run }) => {
    const script = `/bin/mkdir /only; /bin/ln -s /bin/kill /only/kill; trap 'exit 0' TERM; echo ready; while :; do /bin/sleep 0.05; done`;
    await run({ command: `/bin/sh -c "${script}"`, env: { PATH: "/only" } });
    const { data } = await mcp.ok("job_signal", { job: "train", signal: "TERM", wait_seconds: 20 });
    expect(data).toMatchObject({ after: "succeeded", received: [{ process: 1, does: "unknown" }] });
  });

  test("says what is missing in an image that has neither, and the ways left", async ({
    mcp,
    run,
    platform,
  }) => {
    const job = await run({
      command: `/bin/sh -c "echo ready; exec /bin/sleep 600"`,
      env: { PATH: "/none" },
    });
    const text = await mcp.refusal("job_signal", { job: "train", signal: "TERM" });
    expect(text).toMatch(
      /^invalid_request: .*neither a shell \(sh\) nor a program kill.*Nothing was sent\./s,
    );
    expect(nextCalls(text)).toEqual([
      { tool: "job_signal", args: { job: "train" } },
      { tool: "job_kill", args: { jobs: ["train"] } },
    ]);
    expect((await platform.jobs.status(job.id)).status).toBe("running");
  });
});

describe("job_signal, what is sent", () => {
  test("takes every spelling of a signal, and no other word", async ({ mcp }) => {
    for (const signal of ["SIGTERM", "sigterm", "term", "15", 15, " Term ", "-15", "-SIGUSR1"])
      expect(await mcp.refusal("job_signal", { job: "no-such-job", signal })).toMatch(/^not_found/);
    for (const signal of ["STOP", "3", "terminate", "", 1.5])
      expect(await mcp.refusal("job_signal", { job: "no-such-job", signal })).toMatch(
        /^invalid_argument: .*signal: .*E\.g\. \{"signal":"TERM"\}/s,
      );
  });

  test("asks the person as it does for SIGKILL, naming the signal", async ({ platform, run }) => {
    const job = await run({ script: "echo ready; sleep 600" });
    const questions: string[] = [];
    const agent = await connectAgent(platform, openPolicy, (question) => {
      questions.push(question);
      return "decline";
    });
    expect(await agent.refusal("job_signal", { job: "train", signal: "TERM" })).toMatch(
      /^declined: .*SIGTERM/s,
    );
    expect(questions).toEqual([expect.stringMatching(/^Send SIGTERM to the process of train /)]);
    expect((await platform.jobs.status(job.id)).status).toBe("running");
    await agent.client.close();
  });
});

// As on a machine without bubblewrap.
const onMachine = test.extend<{ emulator: Emulator }>({
  // biome-ignore lint/correctness/noEmptyPattern: the runner asks for a pattern.
  emulator: async ({}, use) => {
    vi.stubEnv("PATH", "/none");
    const emulator = await startEmulator();
    vi.unstubAllEnvs();
    await use(emulator);
    await emulator.close();
  },
});

describe("job_signal, a job that shares its process ids with the machine", () => {
  onMachine(
    "sends nothing to process 1, which is not the job's",
    async ({ run, mcp, platform, emulator }) => {
      expect(emulator.isolated).toBe(false);
      const job = await run({ script: "echo ready; sleep 600" });
      const text = await mcp.refusal("job_signal", { job: "train", signal: "TERM" });
      expect(text).toMatch(/^invalid_request: .*shares process ids with the machine.*Nothing was sent\./s);
      expect((await platform.jobs.status(job.id)).status).toBe("running");
    },
  );
});
