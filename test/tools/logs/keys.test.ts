import { randomBytes } from "node:crypto";
import { describe } from "vitest";
import type { Agent } from "../../support/agent.ts";
import { connectAgent, expect, openPolicy, test } from "../../support/fixtures.ts";
import { startJob, untilEnded, untilPrinted } from "../../support/run-job.ts";

/** So many lines of base64, as between BEGIN and END. */
function bodyOf(lines: number): string[] {
  return Array.from({ length: lines }, () => randomBytes(48).toString("base64"));
}

const BEGIN = "-----BEGIN RSA PRIVATE KEY-----";
const END = "-----END RSA PRIVATE KEY-----";

function scriptOf(lines: readonly string[]): string {
  return `cat <<'STOP'\n${lines.join("\n")}\nSTOP`;
}

async function pagesOf(mcp: Agent, first: Record<string, unknown>, words: string): Promise<string[]> {
  const pages: string[] = [];
  for (let args: Record<string, unknown> | undefined = first; args !== undefined && pages.length < 40; ) {
    const { text, data } = await mcp.ok("job_logs", args);
    pages.push(`${text}\n${JSON.stringify(data)}`);
    const [, next] = new RegExp(`^${words}: job_logs (.*)$`, "m").exec(text) ?? [];
    args = next === undefined ? undefined : { ...JSON.parse(next), lines: first.lines };
  }
  return pages;
}

function leaked(texts: readonly string[], body: readonly string[]): string[] {
  return body.filter((line) => texts.some((text) => text.includes(line)));
}

describe("a private key in a log", { tags: "secrets" }, () => {
  test("stays hidden from a time within it on, however the log is read", async ({ mcp, platform }) => {
    const body = bodyOf(40);
    const parts = [
      [BEGIN, ...body.slice(0, 20)],
      [...body.slice(20), "all done"],
    ].map(scriptOf);
    const job = await startJob(platform, { name: "keys", script: parts.join("\nsleep 0.05\n") });
    await untilEnded(platform, job);
    const { lines } = await platform.jobs.tail(job.id);
    const middle = lines.find(({ text }) => text === body[20])?.time ?? "";
    const asked = { jobs: ["keys"], since: new Date(middle).toISOString() };
    const ways = [{}, { lines: 8 }, { grep: "." }, { until_pattern: "done" }, { from: "start" }];
    const texts = await Promise.all(
      ways.map(async (way) => (await mcp.ok("job_logs", { ...asked, ...way })).text),
    );
    expect(texts.filter((text) => text.includes("all done"))).toHaveLength(ways.length);
    expect(leaked(texts, body)).toEqual([]);
  });

  test("stays hidden behind a call that could not read its log", async ({ mcp, platform, emulator }) => {
    const body = bodyOf(20);
    const keys = await startJob(platform, { name: "keys", script: scriptOf([BEGIN, ...body, "all done"]) });
    const other = await startJob(platform, { name: "other", script: "seq 1 30" });
    for (const job of [keys, other]) await untilEnded(platform, job);
    const jobs = ["keys", "other"];
    const first = await mcp.ok("job_logs", { jobs, from: "start", lines: 7 });
    const fault = { on: { path: `**/${keys.id}/log_ws` }, do: { kind: "answer", status: 503 } } as const;
    const stop = emulator.chaos.add(fault);
    const failed = await mcp.ok("job_logs", { jobs, cursor: first.data.next_cursor, lines: 7 });
    expect(failed.data.logs[0].error).toMatch(/^unavailable/);
    stop();
    const { text } = await mcp.ok("job_logs", { jobs, cursor: failed.data.next_cursor, lines: 50 });
    expect(text).toContain("all done");
    expect(leaked([text], body)).toEqual([]);
  });

  test.for([
    [60, 20],
    [60, 7],
    [200, 30],
  ])(
    "of %i lines stays hidden in pages of %i, forward and back",
    async ([size, lines], { mcp, platform }) => {
      const body = bodyOf(size ?? 0);
      const log = ["before", BEGIN, ...body, END, "after"];
      const job = await startJob(platform, { name: "keys", script: `${scriptOf(log)}; sleep 600` });
      await untilPrinted(platform, job, "after");
      const { data } = await mcp.ok("job_logs", { jobs: ["keys"], until_pattern: "^before$" });
      const cursor = data.next_cursor;
      const forward = await pagesOf(
        mcp,
        { jobs: ["keys"], lines, cursor },
        "more lines are there.*\\nNewer lines",
      );
      const ahead: string[] = [];
      for (let at = cursor, page = 0; page < 40; page += 1) {
        const next = await mcp.ok("job_logs", { jobs: ["keys"], lines, cursor: at });
        ahead.push(next.text, JSON.stringify(next.data));
        at = next.data.next_cursor;
        if (next.text.includes("after")) break;
      }
      expect(ahead.join()).toContain("after");
      const back = await pagesOf(mcp, { jobs: ["keys"], lines }, "Older lines");
      expect(back.join()).toContain("before");
      expect(leaked([...forward, ...ahead, ...back], body)).toEqual([]);
    },
  );

  test("stays hidden where another line comes between", async ({ mcp, platform }) => {
    const body = bodyOf(60);
    const log = [BEGIN, ...body.slice(0, 30), "step 7 of 9", ...body.slice(30), "end"];
    const job = await startJob(platform, { name: "mixed", script: `${scriptOf(log)}; sleep 600` });
    await untilPrinted(platform, job, "end");
    const pages = await pagesOf(mcp, { jobs: ["mixed"], lines: 12 }, "Older lines");
    const all = await mcp.ok("job_logs", { jobs: ["mixed"] });
    expect(all.text).toContain("step 7 of 9");
    expect(leaked([...pages, all.text, JSON.stringify(all.data)], body)).toEqual([]);
  });

  test("is found by no pattern, shown by no status", async ({ mcp, platform }) => {
    const body = bodyOf(60);
    const part = body[40]?.slice(0, 12).replaceAll("+", "\\+") ?? "";
    const job = await startJob(platform, { name: "felt", script: `${scriptOf([BEGIN, ...body])}\nexit 3` });
    await untilEnded(platform, job);
    const [grep, until, wait, status] = await Promise.all([
      mcp.ok("job_logs", { jobs: ["felt"], grep: part }),
      mcp.ok("job_logs", { jobs: ["felt"], until_pattern: part }),
      mcp.ok("job_wait", { jobs: ["felt"], until: "log", pattern: part }),
      mcp.ok("job_status", { jobs: ["felt"] }),
    ]);
    expect(grep.data.logs[0].matches).toBe(0);
    expect(until.data.logs[0].matched).toBe(false);
    expect(wait.data.finished).toBe(false);
    expect(leaked([until.text, status.text, JSON.stringify(status.data)], body)).toEqual([]);
  });

  test("stays hidden in what a command printed, cut in the middle of it", async ({ platform }) => {
    const mcp = await connectAgent(platform, { ...openPolicy, allowPlainSecrets: true });
    const body = bodyOf(220);
    const job = await startJob(platform, { name: "runs", script: "echo up; sleep 600" });
    await untilPrinted(platform, job, "up");
    const before = "echo filler line; ".repeat(200);
    const command = `${before}\n${scriptOf([BEGIN, ...body])}`;
    const { text, data } = await mcp.ok("job_exec", { job: "runs", command });
    expect(text).toContain("left out here");
    expect(leaked([text, JSON.stringify(data)], body)).toEqual([]);
    await mcp.client.close();
  });

  test("hides no other lines", async ({ mcp, platform }) => {
    const lines = Array.from({ length: 30 }, (_, index) => `/data/runs/checkpoint/abcdefghijklmnop${index}`);
    await untilEnded(platform, await startJob(platform, { name: "paths", script: scriptOf(lines) }));
    const { data } = await mcp.ok("job_logs", { jobs: ["paths"], lines: 10 });
    expect(data.logs[0].log).toBe(lines.slice(-10).join("\n"));
  });
});
