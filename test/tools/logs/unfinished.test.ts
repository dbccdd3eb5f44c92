import { describe } from "vitest";
import type { Platform } from "../../../src/client/index.ts";
import { jobUri } from "../../../src/jobs/names/ids.ts";
import { expect, test } from "../../support/fixtures.ts";
import { readPatiently, startJob, untilPrinted } from "../../support/run-job.ts";
import { connectSession } from "../../support/session.ts";

const gate = (file: string) => `until [ -e ${file} ]; do sleep 0.05; done`;
const open = (platform: Platform, id: string, file: string) =>
  platform.jobs.execAndCollect(id, { command: `touch ${file}` });

describe("a line that is not finished", { tags: "logs" }, () => {
  test("comes whole with the next call, whoever reads", async ({ mcp, platform }) => {
    const script = `echo begin; printf 'Loading model... \\342\\202'; ${gate("go")}; printf '\\254 done'; ${gate("end")}; echo; sleep 600`;
    const job = await startJob(platform, { name: "load", script });
    await untilPrinted(platform, job, "Loading");
    readPatiently(platform);
    const first = await mcp.ok("job_logs", { jobs: ["load"] });
    expect(first.data.logs[0]).toMatchObject({
      log: "begin\nLoading model... ",
      last_line_unfinished: true,
    });
    const found = await mcp.ok("job_logs", { jobs: ["load"], grep: "Loading" });
    expect(found.data.logs[0]).toMatchObject({ log: "Loading model... ", last_line_unfinished: true });
    const whole = await mcp.ok("job_logs", { jobs: ["load"], grep: "begin" });
    expect(whole.data.logs[0].log).toBe("begin");
    expect(whole.data.logs[0]).not.toHaveProperty("last_line_unfinished");
    const waiting = mcp.ok("job_logs", { jobs: ["load"], until_pattern: "done", wait_seconds: 50 });
    const waited = mcp.ok("job_wait", { jobs: ["load"], until: "log", pattern: "€ done$", wait_seconds: 50 });
    await open(platform, job.id, "go");
    await untilPrinted(platform, job, "done");
    await open(platform, job.id, "end");
    expect((await waiting).data.logs[0]).toMatchObject({
      matched: true,
      log: "begin\nLoading model... € done",
    });
    expect((await waited).data.matched).toMatchObject({ line: "Loading model... € done" });
    const next = await mcp.ok("job_logs", { jobs: ["load"], cursor: first.data.next_cursor });
    expect(next.data.logs[0].log).toBe("Loading model... € done");
    const grep = await mcp.ok("job_logs", { jobs: ["load"], grep: "done" });
    expect(grep.data.logs[0]).toMatchObject({ matches: 1, log: "Loading model... € done" });
  });

  test("is not searched while it is unfinished, and at the end of the log it is", async ({
    mcp,
    platform,
  }) => {
    const script = `echo begin; printf 'abc'; ${gate("go")}; printf 'def'`;
    const job = await startJob(platform, { name: "tail", script });
    await untilPrinted(platform, job, "abc");
    const early = await mcp.ok("job_logs", { jobs: ["tail"], until_pattern: "abc$", wait_seconds: 5 });
    expect(early.data.logs[0].matched).toBe(false);
    expect(early.text).not.toContain("none will");
    await open(platform, job.id, "go");
    const late = await mcp.ok("job_logs", { jobs: ["tail"], until_pattern: "^abcdef$", wait_seconds: 30 });
    expect(late.data.logs[0]).toMatchObject({ matched: true, log: "begin\nabcdef" });
  });

  test("is news to a subscriber each time it grows", async ({ platform }) => {
    const script = `printf 'progress'; ${gate("go")}; printf '.'; sleep 600`;
    const job = await startJob(platform, { name: "bar", script });
    await untilPrinted(platform, job, "progress");
    // Where it came late, it would be news.
    readPatiently(platform);
    const session = await connectSession(platform);
    const uri = `${jobUri(job)}/logs`;
    await session.client.subscribeResource({ uri });
    expect(session.updates).toEqual([]);
    await open(platform, job.id, "go");
    await expect.poll(() => session.updates.length, { timeout: 30_000 }).toBe(1);
    expect(await session.read(uri)).toContain("progress.");
  });
});
