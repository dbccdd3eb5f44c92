import { describe } from "vitest";
import { connectPlatform, loginFromPassedConfig } from "../../../src/client/index.ts";
import { test as base, expect } from "../../support/fixtures.ts";
import { readPatiently, startJob, untilPrinted, untilStatus } from "../../support/run-job.ts";
import { SLEEP } from "../../support/sleepers.ts";

const test = base.extend("running", ({ platform }) => async (name: string, tags: string[] = []) => {
  const job = await startJob(platform, { name, tags, script: SLEEP });
  return untilStatus(platform, job, "running");
});

const DOWN = { kind: "answer", status: 500, body: { error: "boom" } } as const;

describe("what became of a job that was to be killed", { tags: "kills" }, () => {
  test("is what the platform said where its state cannot be read", async ({ mcp, emulator, running }) => {
    const { id } = await running("box");
    emulator.chaos.add({ on: { method: "GET", path: `/api/v1/jobs/${id}` }, do: DOWN });
    const { text, data } = await mcp.ok("job_kill", { jobs: ["box"] });
    expect(text).toContain("running → killed; the platform accepted it, its state could not be read");
    expect(data.outcomes).toEqual([expect.objectContaining({ before: "running", after: "cancelled" })]);
  });

  test("is unknown where neither was answered", async ({ mcp, emulator, running }) => {
    const { id } = await running("box");
    emulator.chaos.add({ on: { method: "GET", path: `/api/v1/jobs/${id}` }, do: DOWN });
    emulator.chaos.add({ on: { method: "DELETE" }, do: DOWN });
    const text = await mcp.refusal("job_kill", { jobs: ["box"] });
    expect(text).toMatch(/^unknown_outcome: Nothing is known to have been killed\.\n/);
    expect(text).toMatch(/unknown whether it was killed \(\w+: .*boom/);
  });
});

describe("what a selection shows", () => {
  test("is a refusal where it can only mean jobs that have ended", async ({ mcp }) => {
    expect(await mcp.refusal("job_kill", { status: ["succeeded", "failed"] })).toContain(
      "status: succeeded, failed jobs have ended already. Nothing was killed.",
    );
  });

  test("is only what is active, of the statuses asked for", async ({ mcp, running }) => {
    const { id } = await running("box");
    const { data } = await mcp.ok("job_kill", { status: ["succeeded", "running"] });
    expect(data.jobs.map((job: { id: string }) => job.id)).toEqual([id]);
    expect(data.skipped).toBeUndefined();
  });

  test("is the last line that is not blank", async ({ mcp, platform }) => {
    const script = `echo first; echo said; echo; ${SLEEP}`;
    const job = await untilStatus(platform, await startJob(platform, { name: "box", script }), "running");
    await untilPrinted(platform, job, "said");
    readPatiently(platform);
    const { data } = await mcp.ok("job_kill", { name_pattern: "box" });
    expect(data.jobs[0].last_line).toBe("said");
  });

  test("is what stands in the project that is named", async ({ mcp, running }) => {
    const { id } = await running("box");
    const here = await mcp.ok("job_kill", { name_pattern: "*", project: "vision" });
    expect(here.data.jobs.map((job: { id: string }) => job.id)).toEqual([id]);
    const elsewhere = await mcp.ok("job_kill", { name_pattern: "*", project: "nlp" });
    expect(elsewhere.data.jobs).toEqual([]);
  });
});

test("a job of another person that its id names is killed, and told as theirs", { tags: "kills" }, async ({
  mcp,
  emulator,
}) => {
  const login = { ...loginFromPassedConfig(emulator.passedConfig), token: emulator.tokenFor("bob") };
  const bob = connectPlatform(login);
  const { id } = await untilStatus(bob, await startJob(bob, { name: "theirs", script: SLEEP }), "running");

  const { text } = await mcp.ok("job_kill", { jobs: [id] });

  expect(text).toBe(`theirs (${id.slice(0, 12)}) (not your job: owner bob): running → cancelled`);
  await bob.close();
});
