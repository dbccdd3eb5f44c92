import { describe } from "vitest";
import { isActive, type JobDescription, type Platform } from "../../../src/client/index.ts";
import { listAll } from "../../support/sleepers.ts";
import { conversations, expect } from "./talk.ts";

const test = conversations({ scene: "week" });
const DAYS_7_MS = 7 * 24 * 3_600_000;
const idsOf = (jobs: { id: string }[]) => jobs.map(({ id }) => id).sort();

async function active(platform: Platform): Promise<JobDescription[]> {
  return (await listAll(platform)).filter(({ status }) => isActive(status));
}

/** Hours of GPUs by owner, as the platform's own records have them. */
async function gpuHours(platform: Platform, sinceMs: number): Promise<Map<string, number>> {
  const hours = new Map<string, number>();
  for (const { owner, container, history } of await listAll(platform)) {
    if (Date.parse(history.created_at ?? "") < sinceMs) continue;
    const more = ((container.resources.nvidia_gpu ?? 0) * (history.run_time_seconds ?? 0)) / 3600;
    hours.set(owner, (hours.get(owner) ?? 0) + more);
  }
  return hours;
}

/** What a job may still cost until its life span is over. */
function mostToCome({ life_span = 0, history, price_credits_per_hour: price }: JobDescription): number {
  return ((life_span - (history.run_time_seconds ?? 0)) / 3600) * Number(price);
}

// One scene for all: what one starts, the next one sees.
describe("questions about money", { shuffle: false }, () => {
  test("What costs money now?", async ({ talk, platform }) => {
    const agent = await talk({ calls: 1, bytes: 900 });
    const { data } = await agent.ok("job_list", { status: ["active"], projects: ["*"] });
    const jobs = await active(platform);
    expect(idsOf(data.jobs)).toEqual(idsOf(jobs));
    const running = jobs.filter(({ status }) => status === "running");
    const price = running.reduce((sum, job) => sum + Number(job.price_credits_per_hour), 0);
    expect(Number(data.spending.credits_per_hour)).toBeCloseTo(price, 3);
  });

  test("What may my jobs still cost?", async ({ talk, platform }) => {
    const agent = await talk({ calls: 1, bytes: 700 });
    const { data } = await agent.ok("job_list", { status: ["active"], owner: "me" });
    const mine = (await active(platform)).filter(({ owner }) => owner === "alice");
    const most = mine.reduce((sum, job) => sum + mostToCome(job), 0);
    expect(Math.abs(Number(data.spending.at_most_more) - most)).toBeLessThan(most / 1000);
  });

  test("Who used most GPU hours this week?", async ({ talk, platform }) => {
    const agent = await talk({ calls: 1, bytes: 1000 });
    const week = { since: "7d", gpu: true, projects: ["*"], limit: 1 };
    const { data } = await agent.ok("job_list", week);
    const hours = await gpuHours(platform, Date.now() - DAYS_7_MS);
    for (const [owner, used] of hours) expect(Number(data.gpu_hours.by_owner[owner])).toBeCloseTo(used, 0);
    const [told] = Object.keys(data.gpu_hours.by_owner);
    expect(hours.get(told ?? "")).toBe(Math.max(...hours.values()));
  });

  test("Is anything of mine idle?", async ({ talk, platform }) => {
    const agent = await talk({ calls: 2, bytes: 1100 });
    const { data: list } = await agent.ok("job_list", { status: ["running"], owner: "me" });
    expect(list.jobs).toHaveLength(1);
    const { data } = await agent.ok("job_telemetry", { job: list.jobs[0].id, seconds: 4 });
    // It prints a line every five seconds and sleeps: nothing to be killed without a word about its log.
    expect(data).toMatchObject({ job: list.jobs[0].id, last_line_at: expect.any(String) });
    expect((await platform.jobs.status(data.job)).status).toBe("running");
  });
});

test("together", ({ ledger }) => {
  expect(ledger.total.calls).toBeLessThanOrEqual(5);
  expect(ledger.total.bytes).toBeLessThanOrEqual(3300);
});
