import { describe } from "vitest";
import { connectAgent, expect, openPolicy, test } from "../../support/fixtures.ts";
import { startJob, untilStatus } from "../../support/run-job.ts";
import { listAll, SLEEP } from "../../support/sleepers.ts";

const job = { image: "python:3.12", command: SLEEP, preset: "cpu-small", life_span: "2h" };
describe("--max-jobs", () => {
  test.override("policy", { ...openPolicy, maxJobs: 3 });

  test("refuses with the figure and what would fit, and starts none of the call", async ({
    mcp,
    platform,
  }) => {
    await mcp.ok("job_start", { ...job, count: 2, name: "a" });
    const text = await mcp.refusal("job_start", { ...job, count: 2, name: "bbb" });
    expect(text).toMatch(
      /^over_limit: --max-jobs is 3: this server has 2 active, and 2 more .* 1 would fit\./,
    );
    expect(await listAll(platform)).toHaveLength(2);
    await mcp.ok("job_start", job);
    expect(await mcp.refusal("job_start", job)).toContain("until one of them ends");
  });

  test("holds for starts at the same time, in several sessions", async ({ mcp, platform, policy }) => {
    const other = await connectAgent(platform, policy);
    const calls = [mcp, other, mcp, other, mcp].map((agent) => agent.call("job_start", job));
    const answers = await Promise.all(calls);
    expect(answers.filter(({ isError }) => !isError)).toHaveLength(3);
    expect(await listAll(platform)).toHaveLength(3);
    await other.client.close();
  });

  test("counts only active jobs that this server started", async ({ mcp, platform }) => {
    await startJob(platform, { name: "mine", script: SLEEP });
    const { data } = await mcp.ok("job_start", { ...job, count: 3, name: "a" });
    await mcp.ok("job_kill", { jobs: [data.jobs[0].id] });
    await mcp.ok("job_start", job);
  });

  test("frees the places of starts that failed", async ({ mcp, emulator }) => {
    const undo = emulator.chaos.add({
      on: { method: "POST", path: "/api/v1/jobs" },
      do: { kind: "answer", status: 402, body: { error: "No credits left" } },
    });
    await mcp.refusal("job_start", { ...job, count: 3, name: "a" });
    undo();
    await mcp.ok("job_start", { ...job, count: 3, name: "a" });
  });

  test("lets a call be repeated when its jobs already take the places", async ({ mcp }) => {
    const call = { ...job, count: 3, name: "a", request_id: "r1" };
    const first = await mcp.ok("job_start", call);
    const again = await mcp.ok("job_start", call);
    expect(again.data.jobs.map(({ id }: { id: string }) => id)).toEqual(
      first.data.jobs.map(({ id }: { id: string }) => id),
    );
  });
});

describe("--max-credits-per-job", () => {
  test.override("policy", { ...openPolicy, maxCreditsPerJob: 1 });

  test("refuses the worst case and names a shorter life span", async ({ mcp, platform }) => {
    await mcp.ok("job_start", job);
    const text = await mcp.refusal("job_start", { ...job, life_span: "2h1m" });
    expect(text).toMatch(/--max-credits-per-job is 1: .* could cost 1\.01\. Would fit: life_span 2h with/);
    expect(await mcp.refusal("job_start", { ...job, life_span: "none" })).toContain("has no bound");
    expect(await listAll(platform)).toHaveLength(1);
  });

  test("names cheaper presets that fit", async ({ mcp }) => {
    const text = await mcp.refusal("job_start", { ...job, preset: "cpu-large" });
    expect(text).toMatch(/life_span 30m with this preset, or preset cpu-small \(0\.5 per hour\) for 2h/);
  });

  test("holds for extensions, too", async ({ mcp, platform }) => {
    const { data } = await mcp.ok("job_start", job);
    const text = await mcp.refusal("job_extend", { job: data.jobs[0].id, by: "1h" });
    expect(text).toMatch(/^over_limit: .*Nothing was changed/s);
    expect((await platform.jobs.status(data.jobs[0].id)).life_span).toBe(7200);
  });

  test("shows in a plan before anything is asked for", async ({ mcp }) => {
    const { data } = await mcp.ok("job_start", { ...job, life_span: "1d", dry_run: true });
    expect(data.plan.problems).toEqual([expect.stringContaining("--max-credits-per-job is 1")]);
  });
});

describe("--max-credits-per-hour", () => {
  test.override("policy", { ...openPolicy, maxCreditsPerHour: 2 });

  test("adds up what runs, and says how many more would fit", async ({ mcp }) => {
    await mcp.ok("job_start", { ...job, count: 3, name: "a" });
    const text = await mcp.refusal("job_start", { ...job, count: 2, name: "bbb" });
    expect(text).toMatch(
      /is 2: this server's active jobs cost 1\.5 per hour, and these 1 more\. Would fit: 1 at/,
    );
    await mcp.ok("job_start", { ...job, name: "bbb" });
    expect(await mcp.refusal("job_start", job)).toContain("nothing until one of them ends");
  });
});

describe("--owned-only", () => {
  test.override("policy", { ...openPolicy, ownedOnly: true });

  test("keeps every write away from jobs that this server did not start", async ({ mcp, platform }) => {
    const foreign = await untilStatus(
      platform,
      await startJob(platform, { name: "theirs", script: SLEEP, lifeSpanSeconds: 3600 }),
      "running",
    );
    const writes: [string, Record<string, unknown>][] = [
      ["job_kill", { jobs: ["theirs"] }],
      ["job_exec", { job: "theirs", command: "true" }],
      ["job_extend", { job: "theirs", by: "1h" }],
      ["job_signal", { job: "theirs" }],
      ["job_save", { job: "theirs", image: "image:x:v1" }],
      ["job_attach", { job: "theirs", wait_seconds: 1 }],
      ["job_forward", { action: "open", job: "theirs", port: 80 }],
    ];
    for (const [tool, args] of writes) {
      expect(await mcp.refusal(tool, args), tool).toMatch(/^not_owned: .*theirs/);
    }
    const preview = await mcp.ok("job_kill", { name_pattern: "*" });
    expect(preview.data.token).toBeUndefined();
    expect((await platform.jobs.status(foreign.id)).status).toBe("running");
  });

  test("leaves its own jobs to it", async ({ mcp }) => {
    await mcp.ok("job_start", { ...job, name: "own", wait_seconds: 30 });
    await mcp.ok("job_exec", { job: "own", command: "true" });
    const { data } = await mcp.ok("job_kill", { jobs: ["own"] });
    expect(data.outcomes[0].after).toBe("cancelled");
  });
});
