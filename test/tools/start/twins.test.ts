import { describe } from "vitest";
import type { JobDescription, Platform } from "../../../src/client/index.ts";
import { expect, test } from "../../support/fixtures.ts";
import { untilEnded } from "../../support/run-job.ts";
import { SLEEP } from "../../support/sleepers.ts";

const ARGS = { image: "python:3.12", command: SLEEP, request_id: "r1" };

/** The platform takes up a start whose server is long dead: nobody could look for it before. */
function startLate(platform: Platform, { tags }: JobDescription, command = SLEEP): Promise<JobDescription> {
  return platform.jobs.start({ image: ARGS.image, command, tags });
}

describe("a start that the platform takes up too late", { tags: "starts" }, () => {
  test("is told by a repeat of its request, with the call that ends it", async ({ mcp, platform }) => {
    const { data } = await mcp.ok("job_start", ARGS);
    const late = await startLate(platform, await platform.jobs.status(data.jobs[0].id));
    const again = await mcp.ok("job_start", ARGS);
    expect(again.data.jobs[0]).toMatchObject({ id: data.jobs[0].id, repeated: true, twins: [late.id] });
    expect(again.text).toContain(
      `${late.id} was started by the same request_id as ${data.jobs[0].id}, and later: the platform took it up when that one was there already. To end it: job_kill {"jobs":["${late.id}"]}`,
    );
    await mcp.ok("job_kill", { jobs: [late.id] });
    expect((await mcp.ok("job_start", ARGS)).text).not.toContain(late.id);
  });

  test("is told by the list of jobs while it is active", async ({ mcp, platform }) => {
    const { data } = await mcp.ok("job_start", ARGS);
    const first = await platform.jobs.status(data.jobs[0].id);
    const late = await startLate(platform, first);
    const { text } = await mcp.ok("job_list");
    expect(text).toContain(
      `${late.id} was started by the same request_id as ${first.id}, and later: the platform took it up when that one was there already. To end it: job_kill {"jobs":["${late.id}"]}`,
    );
    await mcp.ok("job_kill", { jobs: [late.id] });
    expect((await mcp.ok("job_list")).text).not.toContain("same request_id");
  });

  test("is told as one that ran, too, when it has ended by itself", async ({ mcp, platform }) => {
    const args = { ...ARGS, command: "true" };
    const { data } = await mcp.ok("job_start", args);
    const first = await platform.jobs.status(data.jobs[0].id);
    const late = await untilEnded(platform, await startLate(platform, first, "true"));
    const { text } = await mcp.ok("job_start", args);
    expect(text).toContain(`${late.id} (succeeded) was started by the same request_id as`);
    expect(text).not.toContain("job_kill");
  });
});
