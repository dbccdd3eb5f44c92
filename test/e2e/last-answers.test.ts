import { describe } from "vitest";
import type { Platform } from "../../src/client/index.ts";
import { Bin, initialize, request, toolCall } from "../support/bin.ts";
import { WITHIN } from "../support/busy.ts";
import { faultProxy } from "../support/fault-proxy.ts";
import { expect, test } from "../support/fixtures.ts";

const START = { image: "ubuntu", command: "echo hello" };
const NEVER = new Promise<never>(() => undefined);

describe("a client that writes no more", () => {
  test("still gets the answers to all it has asked, and then the process ends", async () => {
    const bin = new Bin();
    bin.write(
      initialize(),
      request(1, "tools/list"),
      toolCall(2, "job_start", { ...START, name: "train", wait_seconds: 20 }),
      request(3, "resources/read", { uri: "apolo://context" }),
      toolCall(4, "job_list"),
    );
    expect(await bin.end(JSON.stringify(toolCall(5, "apolo_context")))).toBe(0);
    for (const id of ["init", 1, 2, 3, 4, 5])
      expect(
        bin.frames.filter((frame) => frame.id === id && "result" in frame),
        `answer ${id}`,
      ).toHaveLength(1);
    // What it prints at first is waited for no longer than two seconds.
    const [job] = bin.frames.find(({ id }) => id === 2).result.structuredContent.jobs;
    expect(["running", "succeeded"]).toContain(job.status);
  });

  test("gets the answer to a start that was sent, however long that takes", { tags: "starts" }, async ({
    emulator,
    platform,
  }) => {
    const proxy = await faultProxy(emulator);
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    proxy.add({ method: "POST", path: /\/jobs/, answer: answered });
    const bin = new Bin([], { APOLO_PASSED_CONFIG: proxy.passedConfig });
    bin.write(initialize(), toolCall(1, "job_start", { ...START, name: "train" }));
    await proxy.sees({ method: "POST", path: /\/jobs/ });
    const exited = bin.end();
    // Whatever would end the process early has had its chance once the platform has the job.
    await expect.poll(async () => (await jobsOf(platform)).length, WITHIN).toBe(1);
    expect(bin.child.exitCode).toBeNull();
    answer();
    expect(await exited).toBe(0);
    expect((await bin.answer(1)).result.structuredContent.jobs).toHaveLength(1);
  });

  test("is not waited for: its question counts as unanswered, a subscription as over", async () => {
    const bin = new Bin();
    bin.write(initialize("2025-11-25", { elicitation: {} }));
    bin.write(toolCall(1, "job_start", { ...START, command: "sleep 300", name: "train" }));
    await bin.answer(1);
    bin.write(request(2, "resources/subscribe", { uri: "apolo://jobs" }));
    await bin.answer(2);
    bin.write(toolCall(3, "job_kill", { jobs: ["train"] }));
    const asked = await bin.frame(
      ({ id, method, error }) => method === "elicitation/create" || (id === 3 && error),
    );
    expect(asked.method, JSON.stringify(asked)).toBe("elicitation/create");
    expect(await bin.end()).toBe(0);
    expect((await bin.answer(3)).result).toMatchObject({ isError: true });
  });

  test("can end the process by a signal, whatever is under way", async ({ emulator }) => {
    const proxy = await faultProxy(emulator);
    proxy.add({ method: "GET", path: /\/jobs/, before: NEVER });
    const bin = new Bin([], { APOLO_PASSED_CONFIG: proxy.passedConfig });
    bin.write(initialize(), toolCall(1, "job_list"));
    await proxy.sees({ path: /\/jobs/ });
    const exited = bin.end();
    bin.child.kill("SIGTERM");
    expect(await exited).toBe(0);
  });
});

async function jobsOf(platform: Platform) {
  const jobs = [];
  for await (const job of platform.jobs.list()) jobs.push(job);
  return jobs;
}

describe("a client that stops reading", () => {
  test("gets every answer once it reads again, and nothing leaks meanwhile", { tags: "leaks" }, async () => {
    const bin = new Bin();
    bin.write(initialize());
    await bin.answer("init");
    bin.child.stdout.pause();
    for (let id = 0; id < 60; id += 1) bin.write(request(id, "tools/list"), toolCall(1000 + id, "job_list"));
    bin.child.stdout.resume();
    expect(await bin.end()).toBe(0);
    expect(new Set(bin.frames.map(({ id }) => id)).size).toBe(121);
    expect(bin.stderr).not.toMatch(/MaxListeners|warning/i);
  });
});
