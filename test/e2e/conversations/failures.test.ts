import { describe } from "vitest";
import { startJob, untilEnded } from "../../support/run-job.ts";
import { listAll } from "../../support/sleepers.ts";
import { conversations, expect } from "./talk.ts";

const test = conversations({ scene: "week" });

interface Row {
  id: string;
  name: string;
  reason?: string;
}

// One scene for all: what one starts, the next one sees.
describe("questions about what failed", { shuffle: false }, () => {
  test("Why did jobs of the sweep fail?", async ({ talk }) => {
    const agent = await talk({ calls: 2, bytes: 3200 });
    const { data } = await agent.ok("job_list", { tags: ["lr-sweep-0417"], status: ["failed"] });
    const { text } = await agent.ok("job_status", { jobs: data.jobs.map(({ id }: Row) => id) });
    expect(data.jobs).toHaveLength(3);
    for (const cause of [/FloatingPointError: loss is nan/, /OOMKilled/, /[Ss]egmentation fault/])
      expect(text).toMatch(cause);
  });

  test("Why does train-7b not start?", async ({ talk }) => {
    const agent = await talk({ calls: 1, bytes: 900 });
    const { text, data } = await agent.ok("job_status", { jobs: ["train-7b"] });
    expect(data.jobs).toMatchObject([{ name: "train-7b", status: "pending" }]);
    expect(text).toContain("ghcr.io/acme/does-not-exist:latest could not be pulled");
  });

  test("Restart those of the sweeps that ran out of memory, on more of it", async ({ talk, platform }) => {
    const known = new Set((await listAll(platform)).map(({ id }) => id));
    const agent = await talk({ calls: 4, bytes: 3200 });
    const { data: list } = await agent.ok("job_list", { text: "OOMKilled", owner: "me", since: "7d" });
    const killed: Row[] = list.jobs.filter(({ name }: Row) => name.includes("sweep"));
    expect(killed.map(({ name }) => name)).toEqual(["lr-sweep-0417-6", "wd-sweep-6"]);
    const plan = await agent.ok("job_rerun", { job: killed[0]?.id });
    const [larger] = /\ba100-x8-spot\b/.exec(plan.text) ?? [];
    for (const { id } of killed) await agent.ok("job_rerun", { job: id, preset: larger, dry_run: false });
    const added = (await listAll(platform)).filter(({ id }) => !known.has(id));
    expect(added.map(({ preset_name: preset }) => preset)).toEqual([larger, larger]);
    const originals = await Promise.all(killed.map(({ id }) => platform.jobs.status(id)));
    expect(added.map(({ container }) => [container.command, container.env])).toEqual(
      originals.map(({ container }) => [container.command, container.env]),
    );
    await Promise.all(added.map(({ id }) => platform.jobs.kill(id)));
  });

  test("Run it again with more memory", async ({ talk, platform }) => {
    const agent = await talk({ calls: 3, bytes: 2200 });
    const { data: why } = await agent.ok("job_status", { jobs: ["wd-sweep-6"] });
    const [larger] = /\ba100-x8-spot\b/.exec(why.jobs[0].next) ?? [];
    const plan = await agent.ok("job_rerun", { job: why.jobs[0].id, preset: larger });
    expect(plan.data.jobs).toEqual([]);
    const { data } = await agent.ok("job_rerun", {
      ...{ job: plan.data.original, preset: larger, dry_run: false },
    });
    const job = await platform.jobs.status(data.jobs[0].id);
    expect(job).toMatchObject({ name: "wd-sweep-6", preset_name: "a100-x8-spot" });
    await platform.jobs.kill(job.id);
  });

  test("Where is the first nan?", async ({ talk, platform }) => {
    const script =
      'for i in 1 2 3 4 5 6 7 8 9; do if [ $i -lt 6 ]; then l=0.$i; else l=nan; fi; echo "step $i loss=$l"; done';
    await untilEnded(platform, await startJob(platform, { name: "diverged", script }));
    const agent = await talk({ calls: 1, bytes: 650 });
    const { data } = await agent.ok("job_logs", {
      ...{ jobs: ["diverged"], grep: "nan", from: "start", lines: 1 },
    });
    expect(data.logs[0].log).toMatch(/^.*step 6 loss=nan$/);
  });

  test("What did it print when it began?", async ({ talk, platform }) => {
    const script =
      "echo seed 417; echo batch 256; i=0; while [ $i -lt 400 ]; do i=$((i+1)); echo step $i; done";
    await untilEnded(platform, await startJob(platform, { name: "long-one", script }));
    const agent = await talk({ calls: 1, bytes: 600 });
    const { data } = await agent.ok("job_logs", { jobs: ["long-one"], from: "start", lines: 2 });
    expect(data.logs[0].log).toBe("seed 417\nbatch 256");
  });
});

test("together", ({ ledger }) => {
  expect(ledger.total.calls).toBeLessThanOrEqual(12);
  expect(ledger.total.bytes).toBeLessThanOrEqual(10_000);
});
