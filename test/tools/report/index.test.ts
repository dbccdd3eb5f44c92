import { describe } from "vitest";
import type { JobDescription, Platform } from "../../../src/client/index.ts";
import { gpuCount } from "../../../src/jobs/hardware.ts";
import { expect, test } from "../../support/fixtures.ts";
import { nextCalls } from "../../support/next-calls.ts";

const HOUR = 3600;

async function all(platform: Platform): Promise<JobDescription[]> {
  const jobs: JobDescription[] = [];
  for await (const job of platform.jobs.list({ orgs: ["acme"], projects: [] })) jobs.push(job);
  return jobs;
}

function total(jobs: readonly JobDescription[], of: (job: JobDescription) => number): number {
  return jobs.reduce((sum, job) => sum + of(job), 0);
}

/** Of the answer: a job, or a group. */
type Row = Record<string, string>;

function countOf(rows: readonly { jobs: number }[]): number {
  return rows.reduce((sum, { jobs }) => sum + jobs, 0);
}

const credits = (job: JobDescription) => Number(job.total_price_credits);

describe("a week with waste", () => {
  test.override({ emulatorOptions: { scene: "waste" } });

  test("is told where the credits went, within 3 kB", async ({ mcp, platform }) => {
    const { text, data } = await mcp.ok("job_report", { since: "8d", projects: ["*"] });
    const jobs = await all(platform);
    const failed = jobs.filter(({ status }) => status === "failed");
    expect(data).toMatchObject({ jobs: jobs.length, failed: failed.length });
    // What runs costs more by the second.
    expect(Number(data.credits)).toBeCloseTo(total(jobs, credits), -1);
    expect(Number(data.failed_credits)).toBeCloseTo(total(failed, credits), 1);
    const hours = total(jobs, ({ container, history }) => {
      return (gpuCount(container.resources) * (history.run_time_seconds ?? 0)) / HOUR;
    });
    expect(Number(data.gpu_hours)).toBeCloseTo(hours, 0);
    expect(data.dearest.map(({ name }: Row) => name)).toContain("pretrain");
    expect(data.dearest).toHaveLength(10);
    expect(countOf(data.causes) + data.other_causes).toBe(failed.length);
    expect(data.life_span_ended.jobs).toBe(
      jobs.filter(({ history }) => history.reason === "LifeSpanEnded").length,
    );
    expect(data.longest_pending[0]).toMatchObject({ job: "pretrain", seconds: 5 * HOUR });
    expect(text).toMatch(/; train-7b \(.*\) 20m.*, still pending \(ErrImagePull\)/);
    expect(Buffer.byteLength(text)).toBeLessThan(3000);
  });

  test("is told by two groupings at once", async ({ mcp, platform }) => {
    const { text, data } = await mcp.ok("job_report", {
      since: "8d",
      projects: ["*"],
      by: ["owner", "project"],
    });
    const jobs = await all(platform);
    expect(data.groups.map(({ owner, project }: Row) => `${owner} ${project}`).sort()).toEqual([
      ...["alice nlp", "alice vision", "bob nlp", "bob vision"],
    ]);
    for (const { owner, project, ...group } of data.groups) {
      const its = jobs.filter((job) => job.owner === owner && job.project_name === project);
      expect(group.jobs).toBe(its.length);
      expect(Number(group.credits)).toBeCloseTo(total(its, credits), -1);
    }
    expect(text).toContain("| owner | project | credits | GPU h | jobs | failed | their credits |");
    const byPreset = await mcp.ok("job_report", { since: "8d", project: "*", group_by: "preset,day" });
    expect(byPreset.data.groups).toHaveLength(12);
    expect(byPreset.data.other_groups.groups).toBeGreaterThan(10);
  });

  test("finds the GPUs that idle, beside the period, in all projects", async ({ mcp }) => {
    const { text, data } = await mcp.ok("job_report", { since: "1d", idle: true, projects: ["*/*"] });
    expect(data.idle).toMatchObject({ running: 4, measured: 4, credits_per_hour: "665.5" });
    expect(data.idle.jobs.map(({ name, project }: Row) => `${name} ${project}`)).toEqual([
      ...["dream research/lab", "tune-base acme/nlp", "notebook-vit acme/vision"],
    ]);
    expect(Number(data.credits)).toBeGreaterThan(0);
    expect(text).toMatch(/who could be asked: carol .*, bob .*, alice, the user \(1 job, 45\.5 credits\/h\)/);
    for (const { tool, args } of nextCalls(text)) if (tool === "job_status") await mcp.ok(tool, args);
  });
});

describe("job_report", () => {
  test("refuses what it cannot group by, and more than two", async ({ mcp }) => {
    expect(await mcp.refusal("job_report", { by: ["owner", "day", "tag"] })).toMatch(
      /^invalid_argument: .*\n- by: /,
    );
    expect(await mcp.refusal("job_report", { by: ["colour"] })).toMatch(/by.*owner, tag, preset, project/);
    expect(await mcp.refusal("job_report", { since: "now", until: "2h" })).toMatch(/later than until/);
  });

  test("says that nothing was there, and which project does not exist", async ({ mcp }) => {
    const { text, data } = await mcp.ok("job_report", { since: "2h", projects: ["visoin"] });
    expect(text).toMatch(
      /^No job was there in default\/acme\/visoin from .*\nYou have no project acme\/visoin/,
    );
    expect(data).toMatchObject({ jobs: 0, credits: "0" });
  });
});
