import { setTimeout as pause } from "node:timers/promises";
import { describe, vi } from "vitest";
import { msLeft, PlatformError } from "../../../src/client/index.ts";
import { SOON_MS, WITHIN } from "../../support/busy.ts";
import { unhurried } from "../../support/fake-clock.ts";
import { expect, test } from "../../support/fixtures.ts";
import { startJob, untilEnded, untilPrinted, untilStatus } from "../../support/run-job.ts";
import { SLEEP } from "../../support/sleepers.ts";

describe("job_wait", () => {
  test("returns as soon as all have ended, and points to those that failed", async ({ mcp, platform }) => {
    await startJob(platform, { name: "good", script: "sleep 0.3" });
    await startJob(platform, { name: "bad", script: "exit 2" });
    const { text, data } = await mcp.ok("job_wait", { jobs: ["good", "bad"], wait_seconds: 30 });
    expect(data).toMatchObject({
      finished: true,
      jobs: [{ status: "succeeded" }, { status: "failed", exit_code: 2 }],
    });
    expect(data.waited_seconds).toBeLessThan(25);
    expect(text).toMatch(/^finished: true/);
    expect(text).toContain('Next: job_status {"jobs":["bad"]}');
  });

  test("says finished: false and the same call when the time is over", async ({ mcp, platform }) => {
    const job = await startJob(platform, { name: "long", script: "sleep 60" });
    await untilStatus(platform, job, "running");
    const wait = { jobs: ["long"], wait_seconds: 1 };
    const { text, data } = await unhurried(platform, () => mcp.ok("job_wait", wait));
    expect(data.finished).toBe(false);
    expect(data.waited_seconds).toBeGreaterThanOrEqual(1);
    expect(text).toMatch(new RegExp(`^finished: false, after ${data.waited_seconds} s `));
    expect(text).toContain('Next: job_wait {"jobs":["long"],"until":"finished","wait_seconds":1}');
  });

  test.for([["ErrImagePull"], ["DiskUnavailable"]] as const)(
    "sends on to job_status for a job that waits for %s",
    async ([reason], { mcp, platform, emulator }) => {
      emulator.chaos.add({ job: { name: "held" }, do: { kind: "hold", reason } });
      const job = await startJob(platform, { name: "held" });
      await expect.poll(async () => (await platform.jobs.status(job.id)).history.reason, WITHIN).toBe(reason);
      const wait = { jobs: ["held"], wait_seconds: 0 };
      const { text, data } = await unhurried(platform, () => mcp.ok("job_wait", wait));
      expect(data.finished).toBe(false);
      expect(text).toContain(
        `Next: job_status {"jobs":["held"]} says why held has not started (pending (${reason})) and what would help.`,
      );
      expect(text).toContain('To wait anyway: job_wait {"jobs":["held"],');
    },
  );

  test("says that a job is restarted again and again, and sends on to job_status", async ({
    mcp,
    platform,
  }) => {
    const job = await startJob(platform, { name: "loop", script: "exit 3", restartPolicy: "always" });
    await expect
      .poll(async () => (await platform.jobs.status(job.id)).history.restarts, { timeout: 30_000 })
      .toBeGreaterThan(1);
    const wait = { jobs: ["loop"], wait_seconds: 0 };
    const { text } = await unhurried(platform, () => mcp.ok("job_wait", wait));
    expect(text).toMatch(
      /Next: job_status \{"jobs":\["loop"\]\} says why loop was restarted \d+ times \(restart policy always\)/,
    );
    await platform.jobs.kill(job.id);
  });

  test("waits until jobs run", async ({ mcp, platform }) => {
    await startJob(platform, { name: "soon", script: "sleep 60" });
    const { data } = await mcp.ok("job_wait", { jobs: ["soon"], until: "running", wait_seconds: 50 });
    expect(data).toMatchObject({ finished: true, jobs: [{ status: "running" }] });
  });

  test("ends with the first log that has a matching line, also one printed before", async ({
    mcp,
    platform,
  }) => {
    const one = await startJob(platform, { name: "one", script: "echo nothing; sleep 60" });
    const two = await startJob(platform, { name: "two", script: "sleep 0.5; echo 'epoch 3 done'; sleep 60" });
    await untilPrinted(platform, one, "nothing");
    const args = { jobs: ["one", "two"], until: "log", pattern: "epoch [3-5]", wait_seconds: 30 };
    const { text, data } = await mcp.ok("job_wait", args);
    expect(data).toMatchObject({ finished: true, matched: { job: two.id, line: "epoch 3 done" } });
    expect(text).toContain("```\nepoch 3 done\n```");
    const again = await mcp.ok("job_wait", args);
    expect(again.data.finished).toBe(true);
  });

  test("says what stood in the way of a log, and how to go on", async ({ mcp, platform, emulator }) => {
    const job = await startJob(platform, { name: "away", script: "sleep 60" });
    await untilStatus(platform, job, "running");
    emulator.chaos.add({ on: { path: "**/log_ws" }, do: { kind: "answer", status: 503 } });
    const args = { jobs: ["away"], until: "log", pattern: "ready", wait_seconds: 15 };
    const { text, data } = await mcp.ok("job_wait", args);
    expect(data).toMatchObject({ finished: false, trouble: expect.stringContaining("503") });
    expect(text).toContain(`Next: job_wait ${JSON.stringify(args)}`);
  });

  test("says what stood in the way before the time was over while nothing came", async ({
    mcp,
    platform,
    emulator,
  }) => {
    const job = await startJob(platform, { name: "away", script: "sleep 60" });
    await untilStatus(platform, job, "running");
    emulator.chaos.add({ on: { path: "**/log_ws", times: 1 }, do: { kind: "answer", status: 503 } });
    emulator.chaos.add({ on: { path: "**/log_ws" }, do: { kind: "drop" } });
    const { data } = await mcp.ok("job_wait", {
      jobs: ["away"],
      until: "log",
      pattern: "ready",
      wait_seconds: 3,
    });
    expect(data).toMatchObject({ finished: false, trouble: expect.stringContaining("503") });
  });

  test("says what stood in the way while it was tried again and again", async ({
    mcp,
    platform,
    emulator,
  }) => {
    await untilStatus(platform, await startJob(platform, { name: "away", script: SLEEP }), "running");
    emulator.chaos.add({ on: { path: "**/log_ws", times: 3 }, do: { kind: "answer", status: 503 } });
    emulator.chaos.add({ on: { path: "**/log_ws" }, do: { kind: "drop" } });
    const args = { jobs: ["away"], until: "log", pattern: "ready", wait_seconds: 6 };
    const { data } = await mcp.ok("job_wait", args);
    expect(data).toMatchObject({ finished: false, trouble: expect.stringContaining("503") });
  });

  test.for([
    ["does not open again", { kind: "drop" }, 8, expect.stringContaining("503")],
    ["is open again", { kind: "delay", ms: 0 }, 15, undefined],
  ] as const)(
    "of a log that was lost and %s says what is so at its end",
    async ([, after, wait_seconds, trouble], { mcp, platform, emulator }) => {
      await untilStatus(platform, await startJob(platform, { name: "away", script: SLEEP }), "running");
      const follow = platform.jobs.follow.bind(platform.jobs);
      vi.spyOn(platform.jobs, "follow").mockImplementationOnce((...args) => {
        emulator.chaos.add({ on: { path: "**/log_ws", times: 1 }, do: { kind: "answer", status: 503 } });
        emulator.chaos.add({ on: { path: "**/log_ws" }, do: after });
        return follow(...args);
      });
      const args = { jobs: ["away"], until: "log", pattern: "ready", wait_seconds };
      const { data } = await mcp.ok("job_wait", args);
      expect(data.finished).toBe(false);
      expect(data.trouble).toEqual(trouble);
    },
  );

  test("takes the end of its time for no fault of the log", async ({ mcp, platform }) => {
    await untilStatus(platform, await startJob(platform, { name: "calm", script: SLEEP }), "running");
    vi.spyOn(platform.jobs, "follow").mockImplementation(async function* (_id, _options, { signal } = {}) {
      await pause(Math.max(0, msLeft(signal) - 50));
      while (msLeft(signal) > 0);
      yield* [];
      throw new PlatformError("timed_out", "Reading the log timed out.");
    });
    const args = { jobs: ["calm"], until: "log", pattern: "ready", wait_seconds: 3 };
    const { data } = await mcp.ok("job_wait", args);
    expect(data.finished).toBe(false);
    expect(data.trouble).toBeUndefined();
  });

  test("says that no line will match once all have ended", async ({ mcp, platform }) => {
    await untilEnded(platform, await startJob(platform, { name: "over", script: "echo done" }));
    const { text, data } = await mcp.ok("job_wait", { jobs: ["over"], until: "log", pattern: "never" });
    expect(data.finished).toBe(false);
    expect(text).toContain("No line matched and none will");
  });

  test("does not say so of a log that could not be read", async ({ mcp, platform, emulator }) => {
    await untilEnded(platform, await startJob(platform, { name: "over", script: "echo needle" }));
    emulator.chaos.add({ on: { path: "**/log_ws" }, do: { kind: "answer", status: 503 } });
    const args = { jobs: ["over"], until: "log", pattern: "needle", wait_seconds: 1 };
    const { text } = await unhurried(platform, () => mcp.ok("job_wait", args));
    expect(text).not.toContain("none will");
    expect(text).toContain('not the whole log of over. Next: job_logs {"jobs":["over"],"grep":"needle"}');
  });

  test("does not say so of a log longer than what is searched", async ({ mcp, platform }) => {
    const script = "echo needle; seq 1 100100";
    const job = await untilEnded(platform, await startJob(platform, { name: "lengthy", script }));
    const { text } = await mcp.ok("job_wait", { jobs: [job.id], until: "log", pattern: "needle" });
    expect(text).toContain("No line matched in what was read, which is not the whole log of lengthy");
    const logs = await mcp.ok("job_logs", { jobs: [job.id], until_pattern: "needle", lines: 1 });
    expect(logs.text).toContain(
      'no line matches "needle" among the newest ones, the older were not searched',
    );
  });

  test("survives a platform that is away for a while", async ({ mcp, platform, emulator }) => {
    const job = await startJob(platform, { name: "brave", script: "sleep 3" });
    const stop = emulator.chaos.add({
      on: { path: "**/jobs**" },
      do: { kind: "answer", status: 503, body: "away" },
    });
    const waiting = mcp.ok("job_wait", { jobs: [job.id], wait_seconds: 40 });
    setTimeout(stop, 2500);
    const { data } = await waiting;
    expect(data).toMatchObject({ finished: true, jobs: [{ status: "succeeded" }] });
  });

  test("asks once a second for many jobs, with one list", async ({ mcp, platform }) => {
    const jobs = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        startJob(platform, { name: `many-${index}`, script: "sleep 60" }),
      ),
    );
    for (const job of jobs) await untilStatus(platform, job, "running");
    let requests = 0;
    const listed = platform.jobs.list.bind(platform.jobs);
    platform.jobs.list = (...args) => {
      requests += 1;
      return listed(...args);
    };
    const single = platform.jobs.statusMany.bind(platform.jobs);
    let asked = 0;
    platform.jobs.statusMany = (refs, ...rest) => {
      asked += refs.length;
      return single(refs, ...rest);
    };
    const wait = { jobs: jobs.map(({ id }) => id), wait_seconds: 3 };
    await unhurried(platform, () => mcp.ok("job_wait", wait));
    expect(requests).toBeLessThanOrEqual(4);
    expect(asked).toBe(jobs.length);
  });

  test("names those to look at first of many, and counts all", async ({ mcp, platform }) => {
    const jobs = await Promise.all(
      Array.from({ length: 24 }, (_, index) =>
        startJob(platform, { name: `many-${index}`, script: index === 7 ? "exit 1" : "true" }),
      ),
    );
    const { text, data } = await mcp.ok("job_wait", { jobs: jobs.map(({ id }) => id), wait_seconds: 50 });
    expect(data).toMatchObject({ finished: true });
    expect(data.jobs).toHaveLength(24);
    expect(text).toContain("24 jobs: 23 succeeded, 1 failed.");
    expect(text.split("\n")[2]).toMatch(/^many-7 .*failed \(Error, exit 1\)/);
    expect(text).toContain(`Next: job_status {"jobs":["${jobs[7]?.id}"]}`);
  });

  test("is cancelled at once and leaves the job alone", async ({ mcp, platform }) => {
    const job = await startJob(platform, { name: "kept", script: "sleep 60" });
    await untilStatus(platform, job, "running");
    const giveUp = new AbortController();
    const waiting = mcp.call("job_wait", { jobs: ["kept"] }, giveUp.signal);
    const started = performance.now();
    giveUp.abort();
    await expect(waiting).rejects.toThrow();
    expect(performance.now() - started).toBeLessThan(SOON_MS);
    expect((await platform.jobs.status(job.id)).status).toBe("running");
  });

  test.for([
    [{ jobs: ["nobody"] }, "not_found"],
    [{ jobs: ["x"], until: "log" }, "needs a pattern"],
    [{ jobs: ["x"], until: "finished", pattern: "y" }, "needs a pattern"],
    [{ jobs: ["x"], wait_seconds: 90 }, "wait_seconds"],
  ] as const)("refuses %j", async ([args, message], { mcp }) => {
    expect(await mcp.refusal("job_wait", args)).toContain(message);
  });
});
