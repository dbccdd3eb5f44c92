import { describe } from "vitest";
import { connectPlatform, loginFromPassedConfig } from "../../../src/client/index.ts";
import { connectAgent, expect, openPolicy, test } from "../../support/fixtures.ts";
import { untilEnded } from "../../support/run-job.ts";
import { listAll, SLEEP } from "../../support/sleepers.ts";

const IMAGE = "python:3.12";

describe("job_start with a request_id", { tags: "starts" }, () => {
  test.for(["my run #1", "", " ", "x".repeat(241), "\ud83d"])(
    "refuses %j by its own name",
    async (id, { mcp, platform }) => {
      for (const [tool, args] of [
        ["job_start", { image: IMAGE }],
        ["job_rerun", { job: "orig" }],
      ] as const) {
        const text = await mcp.refusal(tool, { ...args, request_id: id });
        expect(text).toMatch(
          /request_id: must be 1 to 240 characters without blanks or halves of characters.* Nothing was started\. E\.g\. \{"request_id":"run-1"\}/,
        );
      }
      expect(await listAll(platform)).toEqual([]);
    },
  );

  test("says that nothing was started, and that repeating is safe, when the search for it fails", async ({
    mcp,
    emulator,
  }) => {
    emulator.chaos.add({ on: { method: "GET", path: "/api/v1/jobs" }, do: { kind: "answer", status: 503 } });
    const text = await mcp.refusal("job_start", { image: IMAGE, request_id: "zz" });
    expect(text).toMatch(
      /^unavailable: .*Repeating it with request_id "zz" is safe\. Nothing was started by this call\.$/s,
    );
  });

  test("knows its job again after that was given more time", async ({ mcp }) => {
    const args = { image: IMAGE, command: SLEEP, life_span: "1h", request_id: "r1" };
    const { data } = await mcp.ok("job_start", args);
    await mcp.ok("job_extend", { job: data.jobs[0].id, by: "1h" });
    const again = await mcp.ok("job_start", args);
    expect(again.data.jobs[0]).toMatchObject({ id: data.jobs[0].id, repeated: true });
    expect(await mcp.refusal("job_start", { ...args, life_span: "3h" })).toMatch(
      /^conflict: .*\(life_span\)/,
    );
  });

  test("is nothing to another user of the project with the same id", async ({ mcp, emulator, platform }) => {
    const login = loginFromPassedConfig(emulator.passedConfig);
    const bob = connectPlatform({ ...login, token: emulator.tokenFor("bob") });
    const options = { image: IMAGE, command: SLEEP, lifeSpanSeconds: 86_400, shm: true };
    const { job: his } = await bob.jobs.startOnce(options, { requestId: "r1" });
    const args = { image: IMAGE, command: SLEEP, request_id: "r1" };
    const [mine] = (await mcp.ok("job_start", args)).data.jobs;
    expect(mine.repeated).toBeUndefined();
    expect((await mcp.ok("job_start", args)).data.jobs[0]).toMatchObject({ id: mine.id, repeated: true });
    const again = await bob.jobs.startOnce(options, { requestId: "r1" });
    await bob.close();
    expect(again).toMatchObject({ job: { id: his.id }, repeated: true });
    expect((await listAll(platform)).map(({ id }) => id).sort()).toEqual([his.id, mine.id].sort());
  });

  test("is held to the limits although another user of the project has used the id", async ({
    emulator,
    platform,
  }) => {
    const login = loginFromPassedConfig(emulator.passedConfig);
    const bob = connectPlatform({ ...login, token: emulator.tokenFor("bob") });
    await bob.jobs.startOnce({ image: IMAGE, command: SLEEP }, { requestId: "r1" });
    await bob.close();
    const agent = await connectAgent(platform, { ...openPolicy, maxJobs: 0 });
    const text = await agent.refusal("job_start", { image: IMAGE, command: SLEEP, request_id: "r1" });
    expect(text).toMatch(/^over_limit: .*Nothing was started/s);
    expect(await listAll(platform)).toHaveLength(1);
  });

  test("is refused for a sweep after one job, and for one job after a sweep", async ({ mcp, platform }) => {
    const args = { image: IMAGE, command: SLEEP };
    await mcp.ok("job_start", { ...args, request_id: "one" });
    await mcp.ok("job_start", { ...args, request_id: "many", count: 2 });
    for (const again of [
      { request_id: "one", count: 2 },
      { request_id: "many" },
      { request_id: "one", command: "sleep {s}", matrix: { s: ["1", "2"] } },
    ]) {
      const text = await mcp.refusal("job_start", { ...args, ...again });
      expect(text).toMatch(/^conflict: request_id "\w+" was already used for job job-.* \(count or matrix\)/);
    }
    expect(await listAll(platform)).toHaveLength(3);
  });

  test("says in a dry run that its job is there already", async ({ mcp }) => {
    const args = { image: IMAGE, command: SLEEP, request_id: "r1" };
    const { data } = await mcp.ok("job_start", args);
    const plan = await mcp.ok("job_start", { ...args, dry_run: true });
    expect(plan.text).toMatch(
      /^Dry run: nothing was started\. The earlier call with this request_id started/,
    );
    expect(plan.text).toContain(data.jobs[0].id);
    const fresh = await mcp.ok("job_start", { ...args, request_id: "r2", dry_run: true });
    expect(fresh.text).toContain("Checked: ");
  });

  test("sends to job_rerun when its job has ended: the same request_id gives it for ever", async ({
    mcp,
    platform,
  }) => {
    const args = { image: IMAGE, command: "exit 3", request_id: "r1" };
    const { data } = await mcp.ok("job_start", args);
    const job = await untilEnded(platform, await platform.jobs.status(data.jobs[0].id));
    const { text } = await mcp.ok("job_start", { ...args, wait_seconds: 1 });
    expect(text).toContain(
      `To run it again: job_rerun {"job":"${job.id}"}, or job_start with another request_id.`,
    );
    expect(text).not.toContain("Start it again");
  });
});

describe("job_start, refused by a busy platform", { tags: "starts" }, () => {
  test("says at once how long to wait, and that nothing was started", async ({ mcp, emulator, platform }) => {
    emulator.chaos.add({
      on: { method: "POST", path: "/api/v1/jobs" },
      do: { kind: "answer", status: 429, headers: { "retry-after": "60" } },
    });
    const text = await mcp.refusal("job_start", { image: IMAGE, command: SLEEP });
    expect(text).toMatch(/^rate_limited: .*asks to wait 60 s.*Nothing was started/s);
    expect(await listAll(platform)).toEqual([]);
  });
});
