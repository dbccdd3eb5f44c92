import { describe } from "vitest";
import { gate } from "../../support/gate.ts";
import { expect, FAR, HOME, OTHER_CLUSTER, OTHER_ORG, test } from "../../support/world.ts";

const EVERYWHERE = [HOME, OTHER_ORG, OTHER_CLUSTER, FAR];

describe("a name that jobs have in several places", () => {
  test("means the job of the selected place", async ({ world }) => {
    const ids: string[] = [];
    for (const place of EVERYWHERE) ids.push((await world.ended("alice", place, { name: "train" })).id);
    for (const [index, place] of EVERYWHERE.entries()) {
      const agent = await world.agent("alice", place);
      const { data } = await agent.ok("job_status", { jobs: ["train"] });
      expect(data.jobs).toEqual([expect.objectContaining({ id: ids[index] })]);
    }
  });
});

describe("a name that a colleague's job has too", () => {
  const READING = [
    ["job_status", { jobs: ["train"] }],
    ["job_logs", { jobs: ["train"] }],
    ["job_wait", { jobs: ["train"], wait_seconds: 1 }],
  ] as const;

  test.for(READING)("means mine, though it has ended: %s", async ([tool, args], { world, mcp }) => {
    const mine = await world.ended("alice", HOME, { name: "train", script: "exit 3" });
    const theirs = await world.running("bob", HOME, { name: "train" });
    const { text, data } = await mcp.ok(tool, args);
    expect(JSON.stringify(data)).toContain(mine.id);
    expect(JSON.stringify(data) + text).not.toContain(theirs.id);
    expect(text).not.toContain("owner bob");
  });

  test("means mine, however many newer ones others have", async ({ world, platform }) => {
    const mine = await world.ended("alice", HOME, { name: "train" });
    for (let count = 0; count < 20; count += 1) {
      const job = await world
        .as("bob")
        .jobs.start({ image: "ubuntu:22.04", command: "sleep 600", name: "train" });
      await world.as("bob").jobs.kill(job.id);
    }
    expect((await platform.jobs.resolve("train")).id).toBe(mine.id);
    expect((await platform.jobs.status("train")).id).toBe(mine.id);
  });

  test.for(READING)(
    "means theirs where I have none, and names the owner: %s",
    async ([tool, args], { world, mcp }) => {
      const theirs = await world.running("bob", HOME, { name: "train" });
      const { text, data } = await mcp.ok(tool, args);
      expect(text).toMatch(/^(finished: .*\n)?train \([-0-9a-z]+, owner bob\): running/);
      expect(JSON.stringify(data)).toContain(theirs.id);
      expect(JSON.stringify(data)).toContain('"owner":"bob"');
    },
  );

  test("means theirs where I have none, and names the owner: job_telemetry", async ({ world, mcp }) => {
    const theirs = await world.running("bob", HOME, { name: "train" });
    const measured = gate();
    const measuring = mcp.client.callTool(
      { name: "job_telemetry", arguments: { job: "train", seconds: 30 } },
      undefined,
      { onprogress: measured.open },
    );
    await measured.opened;
    await world.as("bob").jobs.kill(theirs.id);
    const answer = JSON.stringify(await measuring);
    expect(answer).toMatch(/"text":"train \([-0-9a-z]+, owner bob\): running/);
    expect(answer).toContain(theirs.id);
  });
});

describe("job_list over projects of one name", () => {
  test("tells them apart in rows, sums and data", async ({ world, mcp }) => {
    const here = await world.ended("alice", HOME, { script: "sleep 1" });
    const there = await world.ended("alice", OTHER_ORG, { script: "sleep 1" });
    for (const projects of [["*/vision"], ["acme/vision", "research/vision"], ["*/*"]]) {
      const { text, data } = await mcp.ok("job_list", { projects });
      const places = Object.fromEntries(
        data.jobs.map((row: { id: string; project: string }) => [row.id, row.project]),
      );
      expect(places).toEqual({ [here.id]: "acme/vision", [there.id]: "research/vision" });
      expect(Object.keys(data.credits.by_project).sort()).toEqual(["acme/vision", "research/vision"]);
      expect(text).toContain("in research/vision");
    }
  });

  test("takes the two apart where only crossing them was asked for", async ({ world, mcp }) => {
    const lab = { ...OTHER_ORG, project: "lab" };
    const wanted = [await world.ended("alice", HOME), await world.ended("alice", lab)];
    await world.ended("alice", OTHER_ORG);
    const { data } = await mcp.ok("job_list", { projects: ["acme/vision", "research/lab"] });
    expect(data.jobs.map(({ id }: { id: string }) => id).sort()).toEqual(wanted.map(({ id }) => id).sort());
  });

  test.for(["x/default/acme/vision", "/vision", "acme/", "", "a b"])(
    "refuses %j as a project",
    async (project, { mcp }) => {
      expect(await mcp.refusal("job_list", { projects: [project] })).toMatch(/expected project/);
    },
  );

  test.for([
    ["job_kill", { name_pattern: "" }],
    ["job_kill", { tag: " " }],
    ["job_list", { tags: [""] }],
    ["job_logs", { tags: [""] }],
  ] as const)("refuses an empty selector: %s %j", async ([tool, args], { mcp }) => {
    expect(await mcp.refusal(tool, args)).toMatch(/is empty/);
  });
});

describe("a kill selection", { tags: "kills" }, () => {
  test.for([
    ["its project", { ...HOME, project: "nlp" }],
    ["its org", OTHER_ORG],
    ["its cluster", OTHER_CLUSTER],
  ] as const)("stays in %s", async ([, elsewhere], { world, mcp }) => {
    const here = await world.running("alice", HOME, { name: "tmp-1", tags: ["tmp"] });
    await world.running("alice", elsewhere, { name: "tmp-2", tags: ["tmp"] });
    for (const selection of [{ tag: "tmp" }, { name_pattern: "tmp-*" }, { status: "running" }]) {
      const { data } = await mcp.ok("job_kill", { ...selection, include_others: true });
      expect(data.jobs.map(({ id }: { id: string }) => id)).toEqual([here.id]);
      expect(data.skipped).toBeUndefined();
    }
  });
});
