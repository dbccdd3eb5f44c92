import { describe } from "vitest";
import { expect, test } from "../../support/fixtures.ts";
import { startJob, untilEnded, untilStatus } from "../../support/run-job.ts";

describe("job_list", () => {
  test("shows the newest first, with what each is, and counts every status", async ({ mcp, platform }) => {
    const broken = await startJob(platform, { name: "broken", script: "exit 3" });
    const broad = await startJob(platform, { name: "sleeper", script: "sleep 60" });
    await untilEnded(platform, broken);
    await untilStatus(platform, broad, "running");
    const { text, data } = await mcp.ok("job_list");
    expect(data.jobs.map(({ name }: { name: string }) => name)).toEqual(["sleeper", "broken"]);
    expect(data.counts).toEqual({ running: 1, failed: 1 });
    expect(data.jobs[1]).toMatchObject({
      status: "failed",
      exit_code: 3,
      preset: "cpu-small",
    });
    expect(text).toMatch(
      /broken · job-[0-9a-f]{8} · failed \(exit 3\) · \d{4}-\d\d-\d\dT\d\d:\d\dZ, \d+s old/,
    );
    expect(text).toContain("Counts: 1 running, 1 failed. ");
  });

  test("finds by tag, owner, status, time and text, and by all of them together", async ({
    mcp,
    platform,
  }) => {
    await startJob(platform, { name: "one", tags: ["sweep", "lr"], description: "Grid Search" });
    const two = await startJob(platform, { name: "two", tags: ["sweep"] });
    await untilEnded(platform, two);
    const names = async (args: Record<string, unknown>) =>
      (await mcp.ok("job_list", args)).data.jobs.map(({ name }: { name: string }) => name);
    expect(await names({ tags: ["sweep", "lr"] })).toEqual(["one"]);
    expect(await names({ text: "grid search" })).toEqual(["one"]);
    expect(await names({ text: "ubuntu:22.04" })).toEqual(["two", "one"]);
    expect(await names({ owner: "me", since: "1h", status: ["succeeded"], name: "two" })).toEqual(["two"]);
    expect(await names({ owner: "bob" })).toEqual([]);
    expect(await names({ until: "1h" })).toEqual([]);
  });

  test("knows the tag of a request, but suggests none", async ({ mcp, platform }) => {
    await startJob(platform, { name: "one", tags: ["mcp:rq-7", "sweep"] });
    const other = await mcp.ok("job_list", { tags: ["mcp:rq-7"], name: "two" });
    expect(other.text).toContain('has the name "two"');
    expect(other.text).not.toContain("has the tag");
    const near = await mcp.ok("job_list", { tags: ["mcp:rq-8"] });
    expect(near.text).toContain('has the tag "mcp:rq-8"; there are sweep.');
  });

  test("does not say that nothing matches where older jobs were not looked at", async ({ mcp, platform }) => {
    const job = await startJob(platform, { name: "one" });
    platform.jobs.list = async function* () {
      for (let index = 0; index < 5002; index += 1)
        yield { ...job, history: { ...job.history, created_at: new Date(9e12 - index).toISOString() } };
    };
    const { text, data } = await mcp.ok("job_list", { text: "nowhere" });
    expect(data.next_cursor).toBeDefined();
    expect(text).toMatch(/No job matches among the newest \d+ looked at; older ones come with the cursor/);
  });

  test("lists several projects or all of the org, and says which one a job is in", async ({
    mcp,
    platform,
  }) => {
    await startJob(platform, { name: "here" });
    await startJob(platform, { name: "there", where: { project: "nlp" } });
    const { data } = await mcp.ok("job_list", { project: "nlp" });
    expect(data.jobs).toHaveLength(1);
    const both = await mcp.ok("job_list", { projects: ["vision", "acme/nlp"] });
    expect(both.data.jobs).toMatchObject([{ project: "nlp" }, { project: "vision" }]);
    expect(both.text).toContain("in nlp");
    const all = await mcp.ok("job_list", { projects: ["*"] });
    expect(all.data.jobs).toHaveLength(2);
  });

  test("doubts a project that the user does not have, naming the nearest", async ({ mcp }) => {
    const { text } = await mcp.ok("job_list", { project: "vison" });
    expect(text).toContain("You have no project acme/vison in this cluster (nearest: acme/vision");
  });

  test("goes on where the last page ended while jobs are added", async ({ mcp, platform }) => {
    const started = [];
    for (let index = 0; index < 7; index += 1)
      started.push(await startJob(platform, { name: `no-${index}` }));
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const { data } = await mcp.ok("job_list", { limit: 3, ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...data.jobs.map(({ id }: { id: string }) => id));
      cursor = data.next_cursor;
      await startJob(platform, {});
    } while (cursor !== undefined);
    expect(seen).toEqual(started.map(({ id }) => id).reverse());
  });

  test("keeps twenty jobs with long names under 4,000 bytes of text", async ({ mcp, platform }) => {
    const name = (index: number) => `a-name-of-nearly-the-greatest-length-${index + 10}`;
    await Promise.all(Array.from({ length: 20 }, (_, index) => startJob(platform, { name: name(index) })));
    const { text, data } = await mcp.ok("job_list");
    expect(data.jobs).toHaveLength(20);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4000);
  });

  test.for([
    [{ cursor: "nonsense" }, "cursor is not one that job_list gave"],
    [{ since: "soonish" }, '"soonish" is not a time'],
    [{ project: "vision", projects: ["nlp"] }, "Give project or projects, not both"],
    [{ projects: ["default/acme/vision", "west/acme/vision"] }, "one cluster at a time"],
    [{ tgas: "x" }, "tgas: unknown argument, did you mean tags?"],
    [{ limit: 500 }, "limit"],
    [{ name: "Bad_Name" }, 'name: "Bad_Name" is not valid'],
    [{ since: "today", until: "yesterday" }, "since (today) is later than until (yesterday)"],
  ] as const)("refuses %j", async ([args, message], { mcp }) => {
    expect(await mcp.refusal("job_list", args)).toContain(message);
  });
});
