import { describe } from "vitest";
import type { Agent } from "../../support/agent.ts";
import { expect, test } from "../../support/fixtures.ts";
import { readPatiently, startJob, untilEnded, untilPrinted, untilStatus } from "../../support/run-job.ts";

/** The call that a text offers under these words, as an agent would copy it. */
function offered(text: string, words: string): Record<string, unknown> | undefined {
  const [, args] = new RegExp(`^${words}: job_logs (.*)$`, "m").exec(text) ?? [];
  return args === undefined ? undefined : JSON.parse(args);
}

async function followAll(mcp: Agent, first: Record<string, unknown>, words: string): Promise<string[][]> {
  const pages: string[][] = [];
  let args: Record<string, unknown> | undefined = first;
  while (args !== undefined && pages.length < 20) {
    const { text, data } = await mcp.ok("job_logs", args);
    pages.push(data.logs[0].log.split("\n"));
    args = offered(text, words);
  }
  return pages;
}

const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `${from + index}`);

describe("job_logs: reading on", () => {
  test("goes back through a burst of lines of one moment without gap or overlap", async ({
    mcp,
    platform,
  }) => {
    const job = await startJob(platform, { name: "fast", script: "seq 1 1000; sleep 60" });
    await untilPrinted(platform, job, "1000");
    readPatiently(platform);
    const pages = await followAll(mcp, { jobs: ["fast"], lines: 150 }, "Older lines");
    expect(pages.map((lines) => lines.length)).toEqual([150, 150, 150, 150, 150, 150, 100]);
    expect(pages.reverse().flat()).toEqual(numbers(1, 1000));
  });

  test("goes back in a log that ended, and says where it begins", async ({ mcp, platform }) => {
    await untilEnded(platform, await startJob(platform, { name: "done", script: "seq 1 25" }));
    const { text, data } = await mcp.ok("job_logs", { jobs: ["done"], lines: 10 });
    const older = await mcp.ok("job_logs", { jobs: ["done"], lines: 20, cursor: data.older_cursor });
    expect(offered(text, "Older lines")).toMatchObject({ cursor: data.older_cursor });
    expect(older.data.logs[0]).toMatchObject({ log: numbers(1, 15).join("\n"), reached_start: true });
    expect(older.text).toContain("the first 15 lines");
    expect(older.data).not.toHaveProperty("older_cursor");
  });

  test("offers what it left out in the middle, and says in the header that it did", async ({
    mcp,
    platform,
  }) => {
    const script = "seq -f 'line %.0f of a log that goes on and on' 1 1500";
    await untilEnded(platform, await startJob(platform, { name: "long", script }));
    const { text, data } = await mcp.ok("job_logs", { jobs: ["long"], lines: 1500 });
    const { omitted_lines: omitted, log } = data.logs[0];
    expect(text).toMatch(/^Log: (all|the last) 1,500 lines[^;]*; [\d,]+ lines left out in the middle/m);
    expect(text).toContain(`${omitted.toLocaleString("en-US")} lines left out in the middle`);
    const first = offered(text, "Left out, the newest of it first") ?? {};
    const pages = await followAll(mcp, first, "Older lines");
    const [head = "", tail = ""] = log.split(/\n… .* not shown …\n/);
    const between = pages.reverse().flat();
    const missing = [...head.split("\n"), ...between.slice(-omitted), ...tail.split("\n")];
    expect(missing).toEqual(numbers(1, 1500).map((index) => `line ${index} of a log that goes on and on`));
  });

  test("finds all matches by going back", async ({ mcp, platform }) => {
    const script = "for i in $(seq 1 30); do echo hit $i; echo other; done";
    await untilEnded(platform, await startJob(platform, { name: "hits", script }));
    const pages = await followAll(mcp, { jobs: ["hits"], grep: "hit", lines: 12 }, "Older lines");
    expect(pages.reverse().flat()).toEqual(numbers(1, 30).map((index) => `hit ${index}`));
  });

  test("refuses a cursor of another job, and to wait for older lines", async ({ mcp, platform }) => {
    const one = await startJob(platform, { name: "one", script: "seq 1 50; sleep 60" });
    await startJob(platform, { name: "two", script: "echo two; sleep 60" });
    await untilPrinted(platform, one, "50");
    const { data } = await mcp.ok("job_logs", { jobs: ["one"], lines: 5 });
    expect(await mcp.refusal("job_logs", { jobs: ["two"], cursor: data.next_cursor })).toMatch(
      /cursor belongs to another call: it has no place in the log of two \(job-.*Leave it out/,
    );
    const waiting = { jobs: ["one"], cursor: data.older_cursor, wait_seconds: 5 };
    expect(await mcp.refusal("job_logs", waiting)).toContain("leads to older lines");
  });

  test("goes on in several logs at once, also in one that has printed nothing yet", async ({
    mcp,
    platform,
  }) => {
    const loud = await startJob(platform, { name: "loud", script: "echo one; sleep 60" });
    const wait = "until [ -e go ]; do sleep 0.05; done";
    const late = await startJob(platform, { name: "late", script: `${wait}; echo first; sleep 60` });
    await untilPrinted(platform, loud, "one");
    await untilStatus(platform, late, "running");
    const { text } = await mcp.ok("job_logs", { jobs: ["loud", "late"] });
    expect(text).toContain("whether it has printed anything there is not known");
    await platform.jobs.execAndCollect(late.id, { command: "touch go" });
    const next = { ...offered(text, "Newer lines"), until_pattern: "first", wait_seconds: 20 };
    const { data } = await mcp.ok("job_logs", next);
    expect(data.logs).toMatchObject([{ log: "" }, { log: "first" }]);
  });

  test("goes on from the beginning where nothing was printed in time", async ({ mcp, platform }) => {
    const script = "until [ -e go ]; do sleep 0.05; done; echo first; echo second; sleep 60";
    const job = await startJob(platform, { name: "slow", script });
    const wanted = { jobs: ["slow"], until_pattern: "second", wait_seconds: 5 };
    const { text, data } = await mcp.ok("job_logs", wanted);
    expect(data.logs[0]).toMatchObject({ log: "", matched: false });
    await untilStatus(platform, job, "running");
    await platform.jobs.execAndCollect(job.id, { command: "touch go" });
    const { data: next } = await mcp.ok("job_logs", { ...offered(text, "Newer lines"), wait_seconds: 20 });
    expect(next.logs[0]).toMatchObject({ log: "first\nsecond", matched: true });
  });

  test("names the jobs of a selection beyond the twenty it reads", async ({ mcp, platform }) => {
    const start = (index: number) =>
      startJob(platform, { name: `part-${index}`, tags: ["parts"], script: `echo ${index}` });
    const jobs = await Promise.all(numbers(1, 23).map((index) => start(Number(index))));
    for (const job of jobs) await untilEnded(platform, job);
    const { text, data } = await mcp.ok("job_logs", { tags: ["parts"], lines: 1 });
    expect(data.logs).toHaveLength(20);
    const rest = offered(text, "3 older jobs of this selection not shown") ?? {};
    const others = await mcp.ok("job_logs", rest);
    const seen = [...data.logs, ...others.data.logs].map(({ id }: { id: string }) => id);
    expect(new Set(seen)).toEqual(new Set(jobs.map(({ id }) => id)));
  });
});
