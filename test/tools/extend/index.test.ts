import { describe } from "vitest";
import { faultProxy } from "../../support/fault-proxy.ts";
import { connectAgent, expect, openPolicy, test } from "../../support/fixtures.ts";
import { gate } from "../../support/gate.ts";
import { startJob, untilEnded, untilStatus } from "../../support/run-job.ts";
import { SLEEP } from "../../support/sleepers.ts";

const SIX_HOURS = 21_600;

describe("job_extend", () => {
  test("adds to the life span and says the new end and the extra cost", async ({ mcp, platform }) => {
    const job = await startJob(platform, { name: "train", script: SLEEP, lifeSpanSeconds: 3600 });
    await untilStatus(platform, job, "running");
    const { data, text } = await mcp.ok("job_extend", { job: "train", by: "6h" });
    const [extended] = data.outcomes;
    expect(extended).toMatchObject({
      outcome: "extended",
      ...{ job: "train", id: job.id, owner: "alice", project: "default/acme/vision" },
      ...{ before_seconds: 3600, life_span_seconds: 3600 + SIX_HOURS, extra_credits: "3" },
    });
    const leftMs = Date.parse(extended.ends_at) - Date.now();
    expect(leftMs).toBeGreaterThan((3600 + SIX_HOURS - 60) * 1000);
    expect(leftMs).toBeLessThanOrEqual((3600 + SIX_HOURS) * 1000);
    expect(text).toMatch(/life span 1h → 7h; its new end is 20.*Extra cost at most 3 credits/s);
  });

  test("rounds a part of a minute up, never down", async ({ mcp, platform }) => {
    const job = await startJob(platform, { name: "train", script: SLEEP, lifeSpanSeconds: 3600 });
    const { data } = await mcp.ok("job_extend", { job: "train", by: "90s" });
    expect(data.outcomes[0].life_span_seconds).toBe(3720);
    expect((await platform.jobs.status(job.id)).life_span).toBe(3720);
  });

  test("adds once when the answer is lost", async ({ mcp, platform, emulator }) => {
    const job = await startJob(platform, { name: "train", script: SLEEP, lifeSpanSeconds: 3600 });
    emulator.chaos.add({ on: { method: "PUT" }, do: { kind: "lose_answer" } });
    const { data } = await mcp.ok("job_extend", { job: "train", by: "1h" });
    expect(data.outcomes[0].life_span_seconds).toBe(7200);
    expect((await platform.jobs.status(job.id)).life_span).toBe(7200);
  });

  test.for([503, 507, 524, 408])(
    "finds what was added behind a gateway that says %i",
    async (status, { platform, emulator }) => {
      const job = await startJob(platform, { name: "train", script: SLEEP, lifeSpanSeconds: 3600 });
      const proxy = await faultProxy(emulator);
      const agent = await connectAgent(proxy.platform());
      const { open, opened } = gate();
      proxy.add({ method: "PUT", before: opened, instead: { status } });
      const call = agent.ok("job_extend", { job: "train", by: "1h" });
      await proxy.sees({ method: "PUT" });
      await platform.jobs.bumpLifeSpan(job.id, 3600);
      open();
      expect((await call).data.outcomes[0].life_span_seconds).toBe(7200);
    },
  );

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
      /^invalid_argument: by: 4166d 16h .*at most 30d at once.*50000 credits.*Nothing was changed/s,
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

  test("shows a length of time whole, and refuses one that is none", async ({ mcp, platform }) => {
    await startJob(platform, { name: "train", script: SLEEP, lifeSpanSeconds: 93_600 });
    const { text } = await mcp.ok("job_extend", { job: "train", by: "30s" });
    expect(text).toContain("by 1m: life span 1d 2h → 1d 2h 1m");
    expect(text).toContain("in all at most 13.01.");
    for (const by of ["0m", "0s", "0h 0m"])
      expect(await mcp.refusal("job_extend", { job: "train", by })).toMatch(
        /adds nothing.*Nothing was changed/,
      );
  });

  test("is held against the cap with what others at the same time add", async ({ platform }) => {
    const policy = { ...openPolicy, maxCreditsPerJob: 12 };
    const job = await startJob(platform, { name: "train", script: SLEEP, lifeSpanSeconds: 36_000 });
    const agents = await Promise.all([1, 2, 3].map(() => connectAgent(platform, policy)));
    const answers = await Promise.all(
      agents.map((mcp) => mcp.call("job_extend", { job: job.id, by: "14h" })),
    );
    expect(answers.filter(({ isError }) => !isError)).toHaveLength(1);
    expect((await platform.jobs.status(job.id)).life_span).toBe(86_400);
  });

  test("says that servers together have passed the cap", async ({ emulator, platform }) => {
    const proxy = await faultProxy(emulator);
    const mcp = await connectAgent(proxy.platform(), { ...openPolicy, maxCreditsPerJob: 12 });
    const job = await startJob(platform, { name: "train", script: SLEEP, lifeSpanSeconds: 36_000 });
    const { open, opened } = gate();
    proxy.add({ method: "PUT", before: opened });
    const call = mcp.ok("job_extend", { job: "train", by: "14h" });
    await proxy.sees({ method: "PUT" });
    await platform.jobs.bumpLifeSpan(job.id, 3600);
    open();
    expect((await call).text).toMatch(
      /in all at most 12\.5\.\nThat is above --max-credits-per-job 12: .* at the same time/,
    );
  });

  test("says unknown when the answer is lost beside another extension", async ({ emulator, platform }) => {
    const proxy = await faultProxy(emulator);
    const mcp = await connectAgent(proxy.platform());
    const job = await startJob(platform, { name: "train", script: SLEEP, lifeSpanSeconds: 3600 });
    const { open, opened } = gate();
    proxy.add({ method: "PUT", before: opened, answer: "lost" });
    const call = mcp.refusal("job_extend", { job: "train", by: "1h" });
    await proxy.sees({ method: "PUT" });
    await platform.jobs.bumpLifeSpan(job.id, 7200);
    open();
    const text = await call;
    expect(text).toMatch(/life span is 4h now, and was 1h before, so whether it was extended is unknown/);
    expect(text).not.toContain("nothing was added");
  });

  test("says unknown, not nothing, while a lost extension may still arrive", async ({
    emulator,
    platform,
  }) => {
    const proxy = await faultProxy(emulator);
    const mcp = await connectAgent(proxy.platform());
    await startJob(platform, { name: "train", script: SLEEP, lifeSpanSeconds: 3600 });
    proxy.add({ method: "PUT", instead: "reset" });
    expect(await mcp.refusal("job_extend", { job: "train", by: "1h" })).toMatch(/is unknown/);
  });

  test.for(["6", "", "-1h", "soon"])("refuses %j as a time", async (by, { mcp, platform }) => {
    const job = await startJob(platform, { name: "train", script: SLEEP, lifeSpanSeconds: 3600 });
    expect(await mcp.refusal("job_extend", { job: "train", by })).toMatch(/^invalid_argument: /);
    expect((await platform.jobs.status(job.id)).life_span).toBe(3600);
  });
});
