import { test as base, expect } from "../../support/fixtures.ts";

const test = base.extend({ emulatorOptions: { scene: "week" } });

test.describe("jobs by what they run on", () => {
  test("all GPU jobs of the org, of some statuses, are one call", async ({ mcp }) => {
    const listed = async (gpu?: unknown) =>
      (await mcp.ok("job_list", { gpu, status: "finished,running", projects: "*", limit: 200 })).data;
    const [withGpu, without, all] = await Promise.all([listed(true), listed("false"), listed()]);
    const presetsOf = ({ jobs }: { jobs: { preset: string }[] }) => new Set(jobs.map(({ preset }) => preset));
    expect([...presetsOf(withGpu)].sort()).toEqual(["a100", "a100-x8-spot", "h100-x4"]);
    expect([...presetsOf(without)].filter((preset) => /^[ah]100/.test(preset))).toEqual([]);
    expect(withGpu.counts.succeeded + without.counts.succeeded).toBe(all.counts.succeeded);
  });

  test("are found by a part of the preset's name", async ({ mcp }) => {
    const { data } = await mcp.ok("job_list", { preset: "CPU", limit: 50 });
    expect(data.jobs.length).toBeGreaterThan(0);
    expect(data.jobs.every(({ preset }: { preset: string }) => preset.includes("cpu"))).toBe(true);
  });

  test("are what a text that names a preset leads to", async ({ mcp }) => {
    const { data, text } = await mcp.ok("job_list", { text: "a100" });
    expect(data.jobs).toEqual([]);
    expect(text).toContain('By what jobs run on: job_list {"preset":"a100"}');
    expect((await mcp.ok("job_list", { preset: "gpu" })).text).toContain('job_list {"gpu":true}');
    expect((await mcp.ok("job_list", { text: "GPU" })).text).toContain(
      'By what jobs run on: job_list {"gpu":true}',
    );
  });
});

test("says once and plainly whose jobs a list shows", async ({ mcp }) => {
  const whose = async (args: Record<string, unknown>) => (await mcp.ok("job_list", args)).text.split("\n")[0];
  expect(await whose({})).toMatch(
    /^\d+ of everybody's \d+ jobs in .*, newest first; no owner means alice\. Now/,
  );
  expect(await whose({ owner: "bob" })).toMatch(/^\d+ of bob's \d+ jobs in .*, newest first\. Now/);
  expect(await whose({ owner: "me" })).toMatch(/^\d+ of alice's \d+ jobs in .*, newest first\. Now/);
});

test("links to jobs only where a call is about few", async ({ mcp }) => {
  const many = await mcp.client.callTool({ name: "job_list", arguments: { limit: 20 } });
  const few = await mcp.client.callTool({ name: "job_list", arguments: { limit: 2 } });
  const kinds = ({ content }: typeof many) => (content as { type: string }[]).map(({ type }) => type);
  expect(kinds(many)).toEqual(["text"]);
  expect(kinds(few)).toEqual(["text", "resource_link", "resource_link"]);
});

test("leaves a day out that a list goes until, and prints both ends", async ({ mcp }) => {
  const jobsOf = async (args: Record<string, unknown>) =>
    (await mcp.ok("job_list", { projects: "*", ...args })).data;
  const { text } = await mcp.ok("job_list", { since: "yesterday", until: "today" });
  expect(text).toMatch(/, created from \S+T00:00:00Z before \S+T00:00:00Z, newest first/);
  const [yesterday, before, both] = await Promise.all([
    jobsOf({ since: "yesterday", until: "today" }),
    jobsOf({ until: "yesterday" }),
    jobsOf({ until: "today" }),
  ]);
  const count = ({ counts }: { counts: Record<string, number> }) =>
    Object.values(counts).reduce((sum, part) => sum + part, 0);
  expect(count(yesterday)).toBeGreaterThan(0);
  expect(count(yesterday) + count(before)).toBe(count(both));
  expect(await mcp.refusal("job_list", { since: "today", until: "today" })).toContain(
    "A day stands for its beginning: leave until out, or name the day after",
  );
});
