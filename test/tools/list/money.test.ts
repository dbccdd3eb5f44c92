import { describe } from "vitest";
import type { JobDescription } from "../../../src/client/index.ts";
import { gpuCount } from "../../../src/jobs/hardware.ts";
import { expect, test } from "../../support/fixtures.ts";
import { startJob, untilStatus } from "../../support/run-job.ts";
import { SLEEP } from "../../support/sleepers.ts";

const HOUR = 3600;
const total = (values: number[]) => values.reduce((sum, value) => sum + value, 0);

describe("job_list answers in one call", () => {
  test.override({ emulatorOptions: { scene: "week" } });

  test("what costs money now", async ({ mcp, platform }) => {
    const active: JobDescription[] = [];
    for await (const job of platform.jobs.list({ projects: [], statuses: ["running", "pending"] }))
      active.push(job);
    const { text, data } = await mcp.ok("job_list", { status: "active", projects: "*" });
    const prices = (status: string) =>
      total(active.filter((job) => job.status === status).map((job) => Number(job.price_credits_per_hour)));
    expect(Number(data.spending.credits_per_hour)).toBeCloseTo(prices("running"), 2);
    expect(Number(data.spending.once_all_run)).toBeCloseTo(prices("running") + prices("pending"), 2);
    const left = (job: JobDescription) => (job.life_span ?? 0) - (job.history.run_time_seconds ?? 0);
    const most = total(active.map((job) => (left(job) / HOUR) * Number(job.price_credits_per_hour)));
    expect(Number(data.spending.at_most_more)).toBeGreaterThan(most - 1);
    expect(Number(data.spending.at_most_more)).toBeLessThanOrEqual(most + 0.01);
    expect(text).toContain("Active: 1 credit/h now, 46.5 once all run; at most ");
    expect(text).toMatch(
      /train-resnet .* · 1\.5\d* credits, 0\.5\/h · ends \d{4}-\d\d-\d\dT\d\d:\d\dZ · in vision$/m,
    );
    expect(text).toMatch(/train-7b .* · 45\.5 credits\/h · may run 1d · in vision$/m);
    expect(text).not.toMatch(/\b0 (?:pending|suspended|running|succeeded|failed|cancelled|credits)\b/);
  });

  test("what ends tonight, also where the page is too short to show it", async ({ mcp }) => {
    const [resnet] = (await mcp.ok("job_list", { name: "train-resnet" })).data.jobs;
    expect(Date.parse(resnet.ends_at) - Date.now()).toBeGreaterThan(8 * HOUR * 1000);
    expect(Date.parse(resnet.ends_at) - Date.now()).toBeLessThan(9.1 * HOUR * 1000);
    const { text } = await mcp.ok("job_list", { limit: 1 });
    expect(text).toMatch(/^Active: .*; next to end: train-resnet \d{4}-\S+Z\.$/m);
  });

  test("who used most", async ({ mcp, platform }) => {
    const hours: Record<string, number> = {};
    for await (const job of platform.jobs.list({ orgs: ["acme"], projects: [] })) {
      const gpus = gpuCount(job.container.resources);
      hours[job.owner] = (hours[job.owner] ?? 0) + (gpus * (job.history.run_time_seconds ?? 0)) / HOUR;
    }
    const { text, data } = await mcp.ok("job_list", { projects: ["*"], limit: 1 });
    const { by_owner: byOwner } = data.gpu_hours;
    expect(Object.keys(byOwner).sort()).toEqual(["alice", "bob"]);
    for (const [owner, sum] of Object.entries(hours)) expect(Number(byOwner[owner])).toBeCloseTo(sum, 0);
    expect(text).toContain(
      `GPU hours, computed: ${data.gpu_hours.total} (alice ${byOwner.alice}, bob ${byOwner.bob}).`,
    );
  });

  test("twenty rows, in four fifths of what it took before it knew prices and ends", async ({ mcp }) => {
    const { text, data } = await mcp.ok("job_list");
    expect(data.jobs).toHaveLength(20);
    expect(Buffer.byteLength(text)).toBeLessThan(2827);
    expect(Buffer.byteLength(text + JSON.stringify(data))).toBeLessThan(7300);
  });
});

test("job_list names jobs that nothing bounds, and keeps them out of the most", async ({ mcp, platform }) => {
  const endless = await startJob(platform, { name: "endless", script: SLEEP });
  const short = await startJob(platform, { name: "short", script: SLEEP, lifeSpanSeconds: HOUR });
  await untilStatus(platform, endless, "running");
  await untilStatus(platform, short, "running");
  const { text, data } = await mcp.ok("job_list");
  expect(text).toMatch(
    /^Active: 1 credit\/h now; at most 0\.(?:5|49\d*) more by the ends of their life spans; no end: endless\.$/m,
  );
  expect(text).toMatch(/^endless .* 0\.5\/h · no end$|^endless .* 0\.5 credits\/h · no end$/m);
  expect(data.spending.without_end).toBe(1);
  expect(data.gpu_hours).toBeUndefined();
});
