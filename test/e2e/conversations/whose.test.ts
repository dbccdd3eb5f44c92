import { describe } from "vitest";
import type { JobDescription, Platform } from "../../../src/client/index.ts";
import { nextCalls } from "../../support/next-calls.ts";
import { startJob, untilStatus } from "../../support/run-job.ts";
import { SLEEP } from "../../support/sleepers.ts";
import { conversations, expect } from "./talk.ts";

const test = conversations();
const NLP = { cluster: "default", org: "acme", project: "nlp" };

type Starting = Parameters<typeof startJob>[1];

async function running(platform: Platform, options: Starting): Promise<JobDescription> {
  return await untilStatus(platform, await startJob(platform, { script: SLEEP, ...options }), "running");
}

async function statusOf(platform: Platform, ...jobs: JobDescription[]): Promise<string[]> {
  return await Promise.all(jobs.map(async ({ id }) => (await platform.jobs.status(id)).status));
}

// One scene for all: what one starts, the next one sees.
describe("questions of one among many", { shuffle: false }, () => {
  test("Kill my tmp jobs", async ({ talk, platform, as }) => {
    const bob = as("bob");
    const [mine, also, template, theirs] = await Promise.all([
      running(platform, { name: "tmp-a" }),
      running(platform, { name: "tmp-b" }),
      running(platform, { name: "template" }),
      running(bob, { name: "tmp-c" }),
    ]);
    const agent = await talk({ calls: 2, bytes: 1100 });
    await agent.ok("job_kill", { name_pattern: "tmp-*" });
    expect(await statusOf(platform, mine, also)).toEqual(["running", "running"]);
    const { text } = await agent.next("job_kill");
    expect(nextCalls(text)).toEqual([]);
    expect(await statusOf(platform, mine, also)).toEqual(["cancelled", "cancelled"]);
    expect(await statusOf(platform, template, theirs)).toEqual(["running", "running"]);
    await Promise.all([platform.jobs.kill(template.id), bob.jobs.kill(theirs.id)]);
  });

  test("Which GPU jobs run in our org?", async ({ talk, platform, as }) => {
    const bob = as("bob");
    const jobs = await Promise.all([
      running(platform, { name: "gpu-mine", preset: "a100" }),
      running(bob, { name: "gpu-theirs", preset: "a100", where: NLP }),
      running(bob, { name: "cpu-theirs" }),
    ]);
    const agent = await talk({ calls: 1, bytes: 800 });
    const { data } = await agent.ok("job_list", { status: ["running"], gpu: true, projects: ["*"] });
    expect(data.jobs.map(({ name }: JobDescription) => name).sort()).toEqual(["gpu-mine", "gpu-theirs"]);
    await Promise.all(jobs.map((job) => (job.owner === "alice" ? platform : bob).jobs.kill(job.id)));
  });

  test("Which of them is mine?", async ({ talk, platform, as }) => {
    const bob = as("bob");
    const [mine, ...theirs] = await Promise.all([
      running(platform, { name: "train-17" }),
      running(bob, { name: "train-18" }),
      running(bob, { name: "train-19" }),
    ]);
    const agent = await talk({ calls: 1, bytes: 500 });
    const { data } = await agent.ok("job_list", { status: ["running"], owner: "me" });
    expect(data.jobs).toMatchObject([{ id: mine.id }]);
    await Promise.all([platform.jobs.kill(mine.id), ...theirs.map(({ id }) => bob.jobs.kill(id))]);
  });

  test("Stop my job eval, not the one of a colleague that has its name", async ({ talk, platform, as }) => {
    const bob = as("bob");
    const [theirs, mine] = await Promise.all([
      running(bob, { name: "eval" }),
      running(platform, { name: "eval", where: NLP }),
    ]);
    const agent = await talk({ calls: 3, bytes: 1200 });
    const refusal = await agent.ask("job_kill", { jobs: ["eval"] });
    expect(refusal.isError).toBe(true);
    const { data } = await agent.next("job_list");
    await agent.ok("job_kill", { jobs: data.jobs.map(({ id }: JobDescription) => id), project: "nlp" });
    expect(await statusOf(platform, mine, theirs)).toEqual(["cancelled", "running"]);
    await bob.jobs.kill(theirs.id);
  });

  test("How is annotate? It is in another project", async ({ talk, as }) => {
    const job = await running(as("bob"), { name: "annotate", where: NLP });
    const agent = await talk({ calls: 3, bytes: 1100 });
    const refusal = await agent.ask("job_status", { jobs: ["annotate"] });
    expect(refusal.isError).toBe(true);
    const { data } = await agent.next();
    const [{ project, id, why }] = data.jobs;
    const told = why === undefined ? (await agent.ok("job_status", { jobs: [id], project })).data : data;
    expect(told.jobs).toMatchObject([
      { id: job.id, status: "running", owner: "bob", why: expect.any(String) },
    ]);
  });
});

test("together", ({ ledger }) => {
  expect(ledger.total.calls).toBeLessThanOrEqual(10);
  expect(ledger.total.bytes).toBeLessThanOrEqual(4200);
});
