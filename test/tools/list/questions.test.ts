import { describe } from "vitest";
import { expect, test } from "../../support/fixtures.ts";
import { startJob, untilEnded } from "../../support/run-job.ts";

describe("job_list: what a week leaves open", () => {
  test.override({ emulatorOptions: { scene: "week" } });

  test("finds what ended in the last hour, also of jobs created before", async ({ mcp }) => {
    const asked = { status: ["failed"], since: "1h" };
    const created = await mcp.ok("job_list", asked);
    expect(created.data.jobs).toEqual([]);
    expect(created.text).toMatch(/created from \d{4}-\S+ until now/);
    const [, call = "{}"] = /may have ended in this time: job_list (.*)$/m.exec(created.text) ?? [];
    const ended = await mcp.ok("job_list", JSON.parse(call));
    expect(ended.data.jobs).toContainEqual(
      expect.objectContaining({ name: "eval-nightly", status: "failed" }),
    );
    expect(ended.data.jobs[0].finished_at).toMatch(/^\d{4}-/);
    expect(ended.data.looked_at).toBeGreaterThan(20);
    expect(ended.text).toMatch(/eval-nightly .* ended \d{4}-[^,]+Z, (?:19|2\d)m ago/);
  });

  test("sums what all of them cost, not only those shown, by owner and project", async ({
    mcp,
    platform,
  }) => {
    let sum = 0;
    for await (const job of platform.jobs.list({ orgs: ["acme"], projects: [] }))
      sum += Number(job.total_price_credits);
    const { text, data } = await mcp.ok("job_list", { projects: ["*"], limit: 1 });
    const { total, by_owner: byOwner, by_project: byProject } = data.credits;
    expect(Number(total)).toBeCloseTo(sum, 0);
    expect(Object.keys(byOwner).sort()).toEqual(["alice", "bob"]);
    expect(Number(byOwner.alice) + Number(byOwner.bob)).toBeCloseTo(Number(total), 1);
    expect(Number(byProject.vision) + Number(byProject.nlp)).toBeCloseTo(Number(total), 1);
    expect(text).toContain(`Together ${total} credits so far (alice ${byOwner.alice}, bob ${byOwner.bob}; `);
  });

  test.for([
    [{ tags: ["lr-sweep"] }, 'the tag "lr-sweep"; nearest: lr-sweep-0417'],
    [{ owner: "bobb" }, 'the owner "bobb"; nearest: bob'],
    [{ owner: "zoltan" }, 'the owner "zoltan"; there are alice, bob'],
    [{ name: "lr-sweep" }, 'the name "lr-sweep"; nearest: lr-sweep-0417-0'],
    [{ owner: "bob", tags: ["lr-sweep-0417"] }, "No job matches all of that together: leave out a filter."],
    [{ tags: ["nobody"] }, "No job matches. None of its 1"],
  ] as const)("says of %j which word nobody uses, and what is like it", async ([args, words], { mcp }) => {
    const { text, data } = await mcp.ok("job_list", args);
    expect(data.jobs).toEqual([]);
    expect(text).toContain(words);
  });

  test("says that one of several projects is none of the user's", async ({ mcp }) => {
    const { text, data } = await mcp.ok("job_list", { projects: ["vision", "nope"], limit: 1 });
    expect(data.jobs).toHaveLength(1);
    expect(text).toContain("You have no project acme/nope in this cluster (nearest: acme/nlp");
    expect((await mcp.ok("job_capacity", { project: "nope" })).text).toContain(
      "You have no project acme/nope",
    );
  });

  test.for([
    [{ owner: "Bob" }, /owner: "Bob" cannot be a user name.* Did you mean "bob"\?/],
    [{ ended_since: "1h", status: ["running"] }, /running ones have not/],
    [{ ended_since: "soonish" }, /"soonish" is not a time/],
  ] as const)("refuses %j with what to do", async ([args, words], { mcp }) => {
    expect(await mcp.refusal("job_list", args)).toMatch(words);
  });
});

describe("job_list and job_status", () => {
  test("say the same run time of a job", async ({ mcp, platform }) => {
    const job = await untilEnded(platform, await startJob(platform, { name: "short", script: "sleep 1.7" }));
    const list = await mcp.ok("job_list", { name: "short" });
    const status = await mcp.ok("job_status", { jobs: [job.id] });
    const [, ran] = /ran (.+?) ·/.exec(list.text) ?? [];
    expect(status.text).toContain(`ran ${ran}, ended`);
    expect(list.data.jobs[0].run_time_seconds).toBe(status.data.jobs[0].run_time_seconds);
  });
});
