import { describe } from "vitest";
import { faultProxy } from "../support/fault-proxy.ts";
import { connectAgent, expect, test } from "../support/fixtures.ts";
import { startJob, untilEnded, untilPrinted, untilStatus } from "../support/run-job.ts";
import { SLEEP } from "../support/sleepers.ts";

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
      ...{ image: "image:mine:v1", command: "cat notes.txt", working_dir: "/root", wait_seconds: 40 },
    });
    expect(data.jobs[0]).toMatchObject({ status: "succeeded", output: "kept" });
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
    const saved = await Promise.all(
      images.map((image, index) => mcp.ok("job_save", { job: refs[index % 2] ?? job.id, image })),
    );
    expect(new Set(saved.map(({ data }) => data.image)).size).toBe(1);
    expect(proxy.seen.filter(({ path }) => path.endsWith("/save"))).toHaveLength(1);
  });

  test("goes on between calls: a slow save is waited for, not begun again", async ({
    mcp,
    platform,
    emulator,
  }) => {
    await untilStatus(platform, await startJob(platform, { name: "train", script: SLEEP }), "running");
    emulator.chaos.add({ on: { path: "**/save", times: 1 }, do: { kind: "delay", ms: 2500 } });
    emulator.chaos.add({
      on: { path: "**/save", skip: 1 },
      do: { kind: "answer", status: 500, body: { error: "begun again" } },
    });
    const args = { job: "train", image: "image:mine:v1", wait_seconds: 1 };
    const first = await mcp.ok("job_save", args);
    expect(first.data.finished).toBe(false);
    expect(first.text).toMatch(/^finished: false.*same arguments/s);
    const second = await mcp.ok("job_save", { ...args, wait_seconds: 20 });
    expect(second.data.finished).toBe(true);
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
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    proxy.add({ path: /\/save$/, before: gate });
    const args = { job: "train", image: "image:mine:v1" };
    const callers = [new AbortController(), new AbortController()] as const;
    const [first, second] = callers.map(({ signal }) => mcp.call("job_save", args, signal)) as [
      Promise<unknown>,
      Promise<unknown>,
    ];
    await proxy.sees({ method: "POST", path: /\/save$/ });
    callers[0].abort();
    await expect(first).rejects.toThrow();
    const third = mcp.ok("job_save", args);
    callers[1].abort();
    await expect(second).rejects.toThrow();
    const fourth = mcp.ok("job_save", args);
    open();

    expect((await third).data).toMatchObject({ finished: true });
    expect((await fourth).data).toMatchObject({ finished: true });
    expect(proxy.seen.filter(({ path }) => path.endsWith("/save"))).toHaveLength(1);
    await mcp.client.close();
  });
});
