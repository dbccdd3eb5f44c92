import { describe } from "vitest";
import { expect, test } from "../support/fixtures.ts";
import { untilEnded } from "../support/run-job.ts";
import { listAll, SLEEP } from "../support/sleepers.ts";

const IMAGE = "python:3.12";

describe("job_start with a request_id", () => {
  test.for(["my run #1", "", " ", "x".repeat(241)])(
    "refuses %j by its own name",
    async (id, { mcp, platform }) => {
      for (const [tool, args] of [
        ["job_start", { image: IMAGE }],
        ["job_rerun", { job: "orig" }],
      ] as const) {
        const text = await mcp.refusal(tool, { ...args, request_id: id });
        expect(text).toMatch(/^invalid_argument: request_id: .*1 to 240 characters without blanks/s);
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
      /^unavailable: .*Nothing was started by this call; repeating it with request_id "zz" is safe/s,
    );
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
      `To run it again: job_rerun {"job": "${job.id}"}, or job_start with another request_id.`,
    );
    expect(text).not.toContain("Start it again");
  });
});

describe("job_start, refused by a busy platform", () => {
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
