import { describe } from "vitest";
import { expect, test } from "../support/fixtures.ts";
import { startJob, untilEnded, untilStatus } from "../support/run-job.ts";
import { SLEEP } from "../support/sleepers.ts";

const SIX_HOURS = 21_600;

describe("job_extend", () => {
  test("adds to the life span and says the new end and the extra cost", async ({ mcp, platform }) => {
    const job = await startJob(platform, { name: "train", script: SLEEP, lifeSpanSeconds: 3600 });
    await untilStatus(platform, job, "running");
    const { data, text } = await mcp.ok("job_extend", { job: "train", by: "6h" });
    expect(data).toMatchObject({
      ...{ job: "train", id: job.id, owner: "alice", project: "default/acme/vision" },
      ...{ before_seconds: 3600, life_span_seconds: 3600 + SIX_HOURS, extra_credits: "3" },
    });
    const leftMs = Date.parse(data.ends_at) - Date.now();
    expect(leftMs).toBeGreaterThan((3600 + SIX_HOURS - 60) * 1000);
    expect(leftMs).toBeLessThanOrEqual((3600 + SIX_HOURS) * 1000);
    expect(text).toMatch(/life span 1h → 7h; its new end is 20.*Extra cost at most 3 credits/s);
  });

  test("rounds a part of a minute up, never down", async ({ mcp, platform }) => {
    const job = await startJob(platform, { name: "train", script: SLEEP, lifeSpanSeconds: 3600 });
    const { data } = await mcp.ok("job_extend", { job: "train", by: "90s" });
    expect(data.life_span_seconds).toBe(3720);
    expect((await platform.jobs.status(job.id)).life_span).toBe(3720);
  });

  test("adds once when the answer is lost", async ({ mcp, platform, emulator }) => {
    const job = await startJob(platform, { name: "train", script: SLEEP, lifeSpanSeconds: 3600 });
    emulator.chaos.add({ on: { method: "PUT" }, do: { kind: "lose_answer" } });
    const { data } = await mcp.ok("job_extend", { job: "train", by: "1h" });
    expect(data.life_span_seconds).toBe(7200);
    expect((await platform.jobs.status(job.id)).life_span).toBe(7200);
  });

  test("says that nothing was added when the platform failed", async ({ mcp, platform, emulator }) => {
    await startJob(platform, { name: "train", script: SLEEP, lifeSpanSeconds: 3600 });
    emulator.chaos.add({
      on: { method: "PUT" },
      do: { kind: "answer", status: 500, body: { error: "boom" } },
    });
    const text = await mcp.refusal("job_extend", { job: "train", by: "1h" });
    expect(text).toMatch(/boom.*still 1h, so nothing was added/s);
  });

  test("refuses more than thirty days at once, with what they would cost", async ({ mcp, platform }) => {
    const job = await startJob(platform, { name: "train", script: SLEEP, lifeSpanSeconds: 3600 });
    const text = await mcp.refusal("job_extend", { job: "train", by: "100000h" });
    expect(text).toMatch(
      /^invalid_argument: by: 4166d .*at most 30d at once.*50000 credits.*Nothing was changed/s,
    );
    expect((await platform.jobs.status(job.id)).life_span).toBe(3600);
  });

  test("refuses where adding time would set an end", async ({ mcp, platform }) => {
    const job = await startJob(platform, { name: "endless", script: SLEEP });
    expect(await mcp.refusal("job_extend", { job: "endless", by: "6h" })).toMatch(
      /has no life span.*Nothing was changed/s,
    );
    expect((await platform.jobs.status(job.id)).life_span).toBeUndefined();
  });

  test("refuses a job that has ended", async ({ mcp, platform }) => {
    await untilEnded(platform, await startJob(platform, { name: "done", lifeSpanSeconds: 3600 }));
    expect(await mcp.refusal("job_extend", { job: "done", by: "6h" })).toMatch(
      /^not_running: done .*job_rerun/s,
    );
  });

  test.for(["6", "", "-1h", "soon"])("refuses %j as a time", async (by, { mcp, platform }) => {
    const job = await startJob(platform, { name: "train", script: SLEEP, lifeSpanSeconds: 3600 });
    expect(await mcp.refusal("job_extend", { job: "train", by })).toMatch(/^invalid_argument: /);
    expect((await platform.jobs.status(job.id)).life_span).toBe(3600);
  });
});
