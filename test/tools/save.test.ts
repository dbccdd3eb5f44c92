import { describe } from "vitest";
import type { Agent } from "../support/agent.ts";
import { faultProxy } from "../support/fault-proxy.ts";
import { connectAgent, expect, test } from "../support/fixtures.ts";
import { gate } from "../support/gate.ts";
import { startJob, untilEnded, untilPrinted, untilStatus } from "../support/run-job.ts";
import { SLEEP } from "../support/sleepers.ts";

/** A call of job_save; `waits` resolves once it waits for the end of its save. */
function saving(mcp: Agent, args: Record<string, unknown>, signal?: AbortSignal) {
  const { open, opened: waits } = gate();
  return { answer: mcp.call("job_save", args, signal, open), waits };
}

describe("job_save", () => {
  test("saves a running job as an image and says how to start from it", async ({ mcp, platform }) => {
    const job = await untilStatus(
      platform,
      await startJob(platform, { name: "train", script: SLEEP }),
      "running",
    );
    const { data, text } = await mcp.ok("job_save", { job: "train", image: "image:mine:v1" });
    expect(data).toMatchObject({
      ...{ id: job.id, owner: "alice", finished: true },
      image: expect.stringMatching(/\/acme\/vision\/mine:v1$/),
    });
    expect(text).toContain('job_start {"image":"image:mine:v1"}');
  });

  test("saves an image without a tag as latest, and says so", async ({ mcp, platform }) => {
    await untilStatus(platform, await startJob(platform, { name: "train", script: SLEEP }), "running");
    const { data, text } = await mcp.ok("job_save", { job: "train", image: "image:mine" });
    expect(data.image).toMatch(/\/acme\/vision\/mine:latest$/);
    expect(text).toContain("mine:latest, as no tag was given. Start from it");
  });

  test("makes an image that a later job starts from, with what was written before", async ({
    mcp,
    platform,
  }) => {
    const script = `echo kept > notes.txt; echo written; ${SLEEP}`;
    const job = await startJob(platform, { name: "train", script, workingDir: "/root" });
    await untilPrinted(platform, job, "written");
    await mcp.ok("job_save", { job: "train", image: "image:mine:v1" });
    const { data } = await mcp.ok("job_start", {
      ...{ image: "image:mine:v1", command: "cat notes.txt", working_dir: "/root" },
    });
    const { id, status } = await untilEnded(platform, data.jobs[0]);
    expect(status).toBe("succeeded");
    expect((await platform.jobs.tail(id)).lines).toMatchObject([{ text: "kept" }]);
  });

  test("pushes an image once that two calls write in different ways", async ({ platform, emulator }) => {
    const job = await startJob(platform, { name: "train", script: SLEEP });
    await untilStatus(platform, job, "running");
    const proxy = await faultProxy(emulator);
    const mcp = await connectAgent(proxy.platform());
    const images = [
      "image:mine",
      "image:mine:latest",
      "image:/vision/mine",
      "image://default/acme/vision/mine",
    ];
    const refs = ["train", job.id];
    const { open, opened } = gate();
    proxy.add({ path: /\/save$/, before: opened });
    const saves = images.map((image, index) => saving(mcp, { job: refs[index % 2] ?? job.id, image }));
    await Promise.all(saves.map(({ waits }) => waits));
    open();
    const saved = await Promise.all(saves.map(({ answer }) => answer));
    expect(saved).toMatchObject(images.map(() => ({ isError: false, data: { finished: true } })));
    expect(new Set(saved.map(({ data }) => data.image)).size).toBe(1);
    expect(proxy.seen.filter(({ path }) => path.endsWith("/save"))).toHaveLength(1);
  });

  test("goes on between calls: a slow save is waited for, not begun again", async ({
    platform,
    emulator,
  }) => {
    await untilStatus(platform, await startJob(platform, { name: "train", script: SLEEP }), "running");
    const proxy = await faultProxy(emulator);
    const mcp = await connectAgent(proxy.platform());
    const { open, opened } = gate();
    proxy.add({ path: /\/save$/, times: 1, before: opened });
    proxy.add({ path: /\/save$/, instead: { status: 500, body: '{"error":"begun again"}' } });
    const args = { job: "train", image: "image:mine:v1", wait_seconds: 1 };
    const first = await mcp.ok("job_save", args);
    expect(first.data.finished).toBe(false);
    expect(first.text).toMatch(/^finished: false.*same arguments/s);
    open();
    const second = await mcp.ok("job_save", { ...args, wait_seconds: 20 });
    expect(second.data.finished).toBe(true);
    await mcp.client.close();
  });

  test("reports a save that breaks off", async ({ mcp, platform, emulator }) => {
    await untilStatus(platform, await startJob(platform, { name: "train", script: SLEEP }), "running");
    emulator.chaos.add({ on: { path: "**/save", times: 1 }, do: { kind: "reset" } });
    const text = await mcp.refusal("job_save", { job: "train", image: "image:mine:v1" });
    expect(text).toMatch(/^unknown_outcome: .*whether image:mine:v1 was saved is unknown.*same arguments/s);
    await mcp.ok("job_save", { job: "train", image: "image:mine:v1" });
  });

  test("does not know the outcome when the stream is cut on the way", async ({ mcp, platform, emulator }) => {
    await untilStatus(platform, await startJob(platform, { name: "train", script: SLEEP }), "running");
    emulator.chaos.add({ on: { path: "**/save", times: 1 }, do: { kind: "cut", afterBytes: 60 } });
    const text = await mcp.refusal("job_save", { job: "train", image: "image:mine:v1" });
    expect(text).toMatch(/^unknown_outcome: .*train .*is unknown/s);
  });

  test("says that nothing was saved when the platform refuses to begin", async ({
    mcp,
    platform,
    emulator,
  }) => {
    await untilStatus(platform, await startJob(platform, { name: "train", script: SLEEP }), "running");
    emulator.chaos.add({ on: { path: "**/save", times: 1 }, do: { kind: "answer", status: 503 } });
    const text = await mcp.refusal("job_save", { job: "train", image: "image:mine:v1" });
    expect(text).toMatch(/^unavailable: .*Nothing was saved/s);
  });

  test.for([
    ["ubuntu", /image:NAME:TAG/],
    ["image:", /not valid/],
  ] as const)("refuses %s as a target", async ([image, message], { mcp, platform }) => {
    await untilStatus(platform, await startJob(platform, { name: "train", script: SLEEP }), "running");
    expect(await mcp.refusal("job_save", { job: "train", image })).toMatch(message);
  });

  test("refuses a job that has ended", async ({ mcp, platform }) => {
    await untilEnded(platform, await startJob(platform, { name: "done" }));
    expect(await mcp.refusal("job_save", { job: "done", image: "image:a:b" })).toMatch(
      /^not_running: .*Nothing was saved/s,
    );
  });

  test("is one push for all who wait, whichever of them is cancelled", async ({ emulator }) => {
    const proxy = await faultProxy(emulator);
    const platform = proxy.platform();
    const mcp = await connectAgent(platform);
    await untilStatus(platform, await startJob(platform, { name: "train", script: SLEEP }), "running");
    const { open, opened } = gate();
    proxy.add({ path: /\/save$/, before: opened });
    const args = { job: "train", image: "image:mine:v1" };
    const callers = [new AbortController(), new AbortController()] as const;
    const first = saving(mcp, args, callers[0].signal);
    const second = saving(mcp, args, callers[1].signal);
    await Promise.all([first.waits, second.waits]);
    callers[0].abort();
    await expect(first.answer).rejects.toThrow();
    const third = saving(mcp, args);
    await third.waits;
    callers[1].abort();
    await expect(second.answer).rejects.toThrow();
    const fourth = saving(mcp, args);
    await fourth.waits;
    open();

    expect((await third.answer).data).toMatchObject({ finished: true });
    expect((await fourth.answer).data).toMatchObject({ finished: true });
    expect(proxy.seen.filter(({ path }) => path.endsWith("/save"))).toHaveLength(1);
    await mcp.client.close();
  });
});
