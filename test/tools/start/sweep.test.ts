import { describe } from "vitest";
import { expect, test } from "../../support/fixtures.ts";
import { listAll, SLEEP } from "../../support/sleepers.ts";

const sweep = {
  image: "python:3.12",
  name: "lr",
  command: "sh -c 'echo {lr} {i}; sleep 600'",
  env: { LR: "{lr}" },
  matrix: { lr: [0.1, 0.01, 0.001] },
  request_id: "r1",
};

describe("job_start, a sweep", () => {
  test("starts one job per value, under one stem and one tag", async ({ mcp, platform }) => {
    const { data, text } = await mcp.ok("job_start", { ...sweep, tags: ["mine"] });
    const jobs = await listAll(platform);
    expect(data.jobs).toHaveLength(3);
    expect(jobs.map(({ name }) => name).sort()).toEqual(["lr-1", "lr-2", "lr-3"]);
    expect(jobs.every(({ tags }) => tags.includes("sweep:lr") && tags.includes("mine"))).toBe(true);
    const second = jobs.find(({ name }) => name === "lr-2");
    expect(second?.container).toMatchObject({
      command: "sh -c 'echo 0.01 2; sleep 600'",
      env: { LR: "0.01" },
    });
    expect(text).toMatch(/2\. lr-2 lr=0\.01: job-/);
    expect(data.jobs[1]).toMatchObject({ name: "lr-2", values: { lr: "0.01" }, request_id: "r1-2" });
  });

  test("gives the request id of the whole call where the outcome of one job is unknown", async ({
    mcp,
    emulator,
    platform,
  }) => {
    const on = { method: "POST", path: "/api/v1/jobs", skip: 2, times: 1 };
    emulator.chaos.add({ on, do: { kind: "answer", status: 503 } });
    const { text, data } = await mcp.ok("job_start", sweep);
    expect(data.failed).toEqual([expect.objectContaining({ error: expect.stringContaining("unknown") })]);
    expect(text).toContain('request_id "r1" is safe');
    expect(text).not.toContain("r1-3");
    await mcp.ok("job_start", sweep);
    expect(await listAll(platform)).toHaveLength(3);
  });

  test("of one combination gives the id of the call, too, and starts nothing by that of its only job", async ({
    mcp,
    emulator,
    platform,
  }) => {
    const one = { ...sweep, matrix: { lr: [0.1] } };
    emulator.chaos.add({
      on: { method: "POST", path: "/api/v1/jobs", times: 1 },
      do: { kind: "answer", status: 503 },
    });
    expect(await mcp.refusal("job_start", one)).toContain('request_id "r1" is safe');
    await mcp.ok("job_start", one);
    const again = await mcp.refusal("job_start", { ...one, request_id: "r1-1" });
    expect(again).toMatch(/^conflict: .*Nothing was started/);
    expect(await listAll(platform)).toHaveLength(1);
  });

  test("starts equal jobs for a count, twenty in one call", async ({ mcp, platform }) => {
    const { data } = await mcp.ok("job_start", {
      image: "python:3.12",
      name: "n",
      count: 20,
      command: SLEEP,
    });
    expect(new Set(data.jobs.map(({ id }: { id: string }) => id)).size).toBe(20);
    expect(await listAll(platform)).toHaveLength(20);
  });

  test("tells of a hundred within one answer, started or refused", async ({ mcp, emulator }) => {
    const hundred = {
      ...sweep,
      preset: "a100",
      command: "sh -c 'sleep 600; echo {lr}'",
      matrix: { lr: Array.from({ length: 100 }, (_, n) => `${n}${"x".repeat(200)}`) },
    };
    emulator.chaos.add({
      on: { method: "POST", path: "/api/v1/jobs", skip: 50 },
      do: { kind: "answer", status: 402, body: { error: `No credits left. ${"z".repeat(400)}` } },
    });
    const { text, data } = await mcp.ok("job_start", hundred);
    expect(data.jobs).toHaveLength(50);
    expect(data.failed).toHaveLength(50);
    expect(Buffer.byteLength(text)).toBeLessThan(20_000);
    expect(Buffer.byteLength(JSON.stringify(data))).toBeLessThan(30_000);
    const preview = await mcp.ok("job_kill", { name_pattern: "lr-*" });
    expect(Buffer.byteLength(preview.text)).toBeLessThan(20_000);
  });

  test("reports each outcome when some fail, and repeating starts only what is missing", async ({
    mcp,
    platform,
    emulator,
  }) => {
    const undo = emulator.chaos.add({
      on: { method: "POST", path: "/api/v1/jobs", times: 2 },
      do: { kind: "answer", status: 402, body: { error: "No credits left" } },
    });
    const first = await mcp.ok("job_start", sweep);
    expect(first.data.jobs).toHaveLength(1);
    expect(first.data.failed).toHaveLength(2);
    // They are sent side by side: which of them arrive first is open.
    const lost: string[] = first.data.failed.map(({ name }: { name: string }) => name);
    for (const name of lost)
      expect(first.text).toMatch(new RegExp(`^\\d\\. ${name} lr=0\\.\\d+: NOT STARTED$`, "m"));
    expect(first.text.match(/^\d\. lr-\d lr=0\.\d+: /gm)).toHaveLength(3);
    expect(first.text.match(/No credits left/g)).toHaveLength(1);
    const cause = `Not started \\(${lost.join(", ")}\\): no_credits: .*No credits left`;
    expect(first.text).toMatch(new RegExp(cause));
    undo();
    const again = await mcp.ok("job_start", sweep);
    expect(again.data.jobs).toHaveLength(3);
    expect(again.data.jobs.filter(({ repeated }: { repeated?: boolean }) => repeated)).toHaveLength(1);
    expect(await listAll(platform)).toHaveLength(3);
  });

  test("counts the worst case of those that were started, not of all", async ({ mcp, emulator }) => {
    emulator.chaos.add({
      on: { method: "POST", path: "/api/v1/jobs", times: 1 },
      do: { kind: "answer", status: 402, body: { error: "No credits left" } },
    });
    const { text } = await mcp.ok("job_start", { ...sweep, life_span: "2h" });
    expect(text).toContain("Started 2 of 3 jobs");
    expect(text).toContain("so at most 2 credits");
  });

  test("says once that names are taken", async ({ mcp }) => {
    await mcp.ok("job_start", sweep);
    const text = await mcp.refusal("job_start", { ...sweep, request_id: "r2" });
    expect(text).toMatch(
      /^conflict: None of 3 jobs was started:\n- 3 times conflict: The name "lr-1" is taken/,
    );
    expect(text.match(/is taken/g)).toHaveLength(1);
  });

  test("loses no job when answers are lost on the way", async ({ mcp, platform, emulator }) => {
    emulator.chaos.add({
      on: { method: "POST", path: "/api/v1/jobs", skip: 1, times: 2 },
      do: { kind: "lose_answer" },
    });
    const { data } = await mcp.ok("job_start", { ...sweep, matrix: { lr: [1, 2, 3, 4, 5] } });
    const jobs = await listAll(platform);
    expect(jobs.map(({ id }) => id).sort()).toEqual(data.jobs.map(({ id }: { id: string }) => id).sort());
    expect(jobs).toHaveLength(5);
  });

  test("is one error with its causes when nothing was started", async ({ mcp, platform, emulator }) => {
    emulator.chaos.add({
      on: { method: "POST", path: "/api/v1/jobs" },
      do: { kind: "answer", status: 402, body: { error: "No credits left" } },
    });
    const text = await mcp.refusal("job_start", sweep);
    expect(text).toMatch(
      /^no_credits: None of 3 jobs was started:\n- 3 times no_credits: .*No credits left/s,
    );
    expect(await listAll(platform)).toEqual([]);
  });

  test("is refused whole when one of its jobs cannot be", async ({ mcp, platform }) => {
    const text = await mcp.refusal("job_start", { ...sweep, name: "a".repeat(39) });
    expect(text).toMatch(/41 characters/);
    expect(await listAll(platform)).toEqual([]);
  });

  test("is planned with the cost of all", async ({ mcp }) => {
    const { data, text } = await mcp.ok("job_start", { ...sweep, life_span: "2h", dry_run: true });
    expect(data.plan).toMatchObject({ count: 3, worst_case_credits: "3" });
    expect(text).toContain("at most 3 credits for all 3");
    expect(text).toContain("2. lr-2 lr=0.01");
  });
});
