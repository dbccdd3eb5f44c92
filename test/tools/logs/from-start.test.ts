import { randomBytes } from "node:crypto";
import { describe } from "vitest";
import type { JobDescription, Platform } from "../../../src/client/index.ts";
import type { Agent } from "../../support/agent.ts";
import { faultProxy } from "../../support/fault-proxy.ts";
import { connectAgent, expect, test } from "../../support/fixtures.ts";
import { startJob, untilEnded, untilPrinted, untilStatus } from "../../support/run-job.ts";
import { SLEEP } from "../../support/sleepers.ts";

/** 2 MB of bars, each redrawn twenty times on its line; from line 300 on they end as `nan`. */
const BARS = `awk 'BEGIN {
  for (line = 1; line <= 1700; line++) {
    for (state = 1; state <= 20; state++)
      printf "\\r%3d%%|##########| %d/20 [00:01<00:02, 3.1it/s, loss=0.%d]", state * 5, state, line
    printf "\\r\\033[Kstep %d loss %s\\n", line, line < 300 ? 0.5 : "nan"
  }
}'`;
const FIRST_NAN = /^300: \d{4}-\d\d-\d\dT[\d:]+Z step 300 loss nan$/m;

const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `${from + index}`);

function offered(text: string): Record<string, unknown> | undefined {
  const [, call] = /^Newer lines: job_logs (.*)$/m.exec(text) ?? [];
  return call === undefined ? undefined : JSON.parse(call);
}

/** Just before a line was printed. */
async function timeOf(platform: Platform, { id }: JobDescription, text: string): Promise<string> {
  const { lines } = await platform.jobs.tail(id);
  const printedMs = Date.parse(lines.find((line) => line.text === text)?.time ?? "");
  return new Date(printedMs - 1).toISOString();
}

/** The log of a call and of those that the text leads on to, while it says that more follows. */
async function pagesOf(mcp: Agent, args: Record<string, unknown>): Promise<string[][]> {
  const pages: string[][] = [];
  for (let next: Record<string, unknown> | undefined = args; next !== undefined && pages.length < 40; ) {
    const { text, data } = await mcp.ok("job_logs", next);
    pages.push(data.logs[0].log.split("\n"));
    next = data.logs[0].more === true ? offered(text) : undefined;
  }
  return pages;
}

describe("job_logs from the start", () => {
  test("gives the first match in a long log of bars, of a running job and once it has ended", async ({
    mcp,
    platform,
  }) => {
    const job = await startJob(platform, { name: "bars", script: `${BARS}; ${SLEEP}` });
    await mcp.ok("job_logs", { jobs: ["bars"], until_pattern: "step 400 ", lines: 1 });
    const first = async (args: Record<string, unknown>) => {
      const { text, data } = await mcp.ok("job_logs", {
        jobs: ["bars"],
        from: "start",
        grep: "nan",
        ...args,
      });
      expect(Buffer.byteLength(text + JSON.stringify(data))).toBeLessThan(8000);
      expect(text).toMatch(FIRST_NAN);
      expect(data.logs[0]).toMatchObject({ first_line: 1, more: true });
      return data.logs[0];
    };
    expect(await first({ lines: 1 })).toMatchObject({ matches: 1, lines_read: 301 });
    await platform.jobs.kill(job.id);
    await untilEnded(platform, job);
    expect(await first({})).toMatchObject({ matches: 20, lines_read: 320 });
  });

  test("reads no further than the match wanted", async ({ mcp, platform, emulator }) => {
    await untilEnded(platform, await startJob(platform, { name: "bars", script: BARS }));
    const whole = await mcp.ok("job_logs", { jobs: ["bars"], from: "start", grep: "no such line" });
    expect(whole.data.logs[0].bytes_read).toBeGreaterThan(2_000_000);
    const proxy = await faultProxy(emulator);
    const mostBytes = 600_000;
    proxy.add({ path: /log_ws/, after: { bytes: mostBytes, comes: "silence" } });
    const agent = await connectAgent(proxy.platform());
    const { text, data } = await agent.ok("job_logs", {
      jobs: ["bars"],
      from: "start",
      grep: "nan",
      lines: 1,
    });
    expect(text).toMatch(FIRST_NAN);
    expect(text).toContain(
      `1 line with "nan" in the first 300 lines, read from the beginning; more lines follow`,
    );
    expect(data.logs[0].bytes_read).toBeLessThan(mostBytes);
    expect(proxy.seen.filter(({ path }) => path.includes("log_ws"))).toHaveLength(1);
  });

  test("gives the first lines, and all others by going on", async ({ mcp, platform }) => {
    await untilEnded(platform, await startJob(platform, { name: "count", script: "seq 1 1000" }));
    const args = { jobs: ["count"], from: "start", lines: 150 };
    const { text, data } = await mcp.ok("job_logs", args);
    expect(text).toContain(
      "Log: from the beginning: the first 150 lines; more lines follow: use the cursor;",
    );
    expect(data).not.toHaveProperty("older_cursor");
    const next = await mcp.ok("job_logs", { jobs: ["count"], cursor: data.next_cursor, lines: 10 });
    expect(next.text).toContain("reading on: lines 151 to 160;");
    const pages = await pagesOf(mcp, args);
    expect(pages.map((lines) => lines.length)).toEqual([150, 150, 150, 150, 150, 150, 100]);
    expect(pages.flat()).toEqual(numbers(1, 1000));
    const all = await mcp.ok("job_logs", { jobs: ["count"], from: "start", lines: 1000 });
    expect(all.text).toContain("from the beginning: all 1,000 lines; nothing follows, the job has ended;");
    expect(all.data).not.toHaveProperty("next_cursor");
  });

  test("goes on over a lost connection without a gap", { tags: "logs" }, async ({ platform, emulator }) => {
    await untilEnded(platform, await startJob(platform, { name: "count", script: "seq 1 1000" }));
    const proxy = await faultProxy(emulator);
    proxy.add({ path: /log_ws/, times: 1, after: { bytes: 9000, comes: "reset" } });
    const agent = await connectAgent(proxy.platform());
    const { data } = await agent.ok("job_logs", { jobs: ["count"], from: "start", grep: "00$" });
    const found = data.logs[0].log.replace(/ \S+Z /g, " ");
    expect(found).toBe(
      numbers(1, 10)
        .map((hundreds) => `${hundreds}00: ${hundreds}00`)
        .join("\n"),
    );
  });

  test("goes on behind what fitted", async ({ mcp, platform }) => {
    const script = "seq -f 'line %.0f of a log that goes on and on' 1 1500";
    await untilEnded(platform, await startJob(platform, { name: "long", script }));
    const args = { jobs: ["long"], from: "start", lines: 1500 };
    const { text, data } = await mcp.ok("job_logs", args);
    expect(text).toMatch(/all 1,500 lines; [\d,]+ lines of them did not fit: the cursor goes on there/);
    expect(data).not.toHaveProperty("left_out_cursor");
    const lines = (await pagesOf(mcp, args)).flat();
    expect(lines).toEqual(numbers(1, 1500).map((index) => `line ${index} of a log that goes on and on`));
  });

  test("finds every match once by going on, numbered through", async ({ mcp, platform }) => {
    const script = "for i in $(seq 1 30); do echo other; echo hit $i; echo other; done";
    await untilEnded(platform, await startJob(platform, { name: "hits", script }));
    const hits = (await pagesOf(mcp, { jobs: ["hits"], from: "start", grep: "hit", lines: 7 })).flat();
    const expected = numbers(1, 30).map((hit) => `${Number(hit) * 3 - 1}: hit ${hit}`);
    expect(hits.map((line) => line.replace(/ \S+Z /, " "))).toEqual(expected);
    const around = { jobs: ["hits"], from: "start", grep: "hit", lines: 7, context: 1, timestamps: false };
    const lines = (await pagesOf(mcp, around)).flat().filter((line) => line !== "--");
    expect(lines.map((line) => Number.parseInt(line, 10))).toEqual(numbers(1, 90).map(Number));
    const { data } = await mcp.ok("job_logs", {
      jobs: ["hits"],
      from: "start",
      grep: "o",
      invert: true,
      lines: 2,
    });
    expect(data.logs[0].log).toMatch(/^2: \S+Z hit 1\n5: \S+Z hit 2$/);
  });

  test("follows a running job from its first line on", async ({ mcp, platform }) => {
    const script = `seq 1 20; until [ -e go ]; do sleep 0.05; done; seq 21 30; ${SLEEP}`;
    const job = await startJob(platform, { name: "slow", script });
    await untilPrinted(platform, job, "20");
    const { text, data } = await mcp.ok("job_logs", { jobs: ["slow"], from: "start", grep: "5$" });
    // Once all of it is archived, silence does not prove that there is no more.
    expect(text).toMatch(
      /2 lines with "5\$" in (all|the first) 20 lines, read from the beginning; nothing more so far;/,
    );
    expect(data.logs[0]).toMatchObject({ more: false });
    await platform.jobs.execAndCollect(job.id, { command: "touch go" });
    await untilPrinted(platform, job, "30");
    const next = await mcp.ok("job_logs", offered(text));
    expect(next.data.logs[0].log).toMatch(/^25: \S+Z 25$/);
    const waited = { ...offered(text), grep: undefined, until_pattern: "27" };
    const { data: found } = await mcp.ok("job_logs", waited);
    expect(found.logs[0]).toMatchObject({ matched: true, log: numbers(21, 27).join("\n") });
  });

  test("begins at a time, and ends at one", async ({ mcp, platform }) => {
    const script = "seq 1 5; until [ -e go ]; do sleep 0.05; done; seq 6 9";
    const job = await startJob(platform, { name: "timed", script });
    await untilPrinted(platform, job, "5");
    await platform.jobs.execAndCollect(job.id, { command: "touch go" });
    await untilEnded(platform, job);
    const middle = await timeOf(platform, job, "6");
    const late = await mcp.ok("job_logs", { jobs: ["timed"], from: "start", since: middle, grep: "." });
    expect(late.data.logs[0].log).toMatch(/^1: \S+Z 6\n2: \S+Z 7\n3: \S+Z 8\n4: \S+Z 9$/);
    expect(late.text).toContain(
      `4 lines with "." in all 4 lines of the time asked for, numbered from there;`,
    );
    const early = await mcp.ok("job_logs", { jobs: ["timed"], from: "start", until: middle });
    expect(early.data.logs[0]).toMatchObject({ log: numbers(1, 5).join("\n"), more: false });
    expect(early.text).toContain("all 5 lines of the time asked for; nothing follows in the time asked for");
    const pages = await pagesOf(mcp, { jobs: ["timed"], from: "start", until: middle, lines: 2 });
    expect(pages).toEqual([["1", "2"], ["3", "4"], ["5"]]);
  });

  test("hides a key that began before the page, and does not search it", async ({ mcp, platform }) => {
    const body = Array.from({ length: 60 }, () => randomBytes(48).toString("base64"));
    const key = ["-----BEGIN RSA PRIVATE KEY-----", ...body, "-----END RSA PRIVATE KEY-----"];
    const [head, tail] = [key.slice(0, 20), key.slice(20)].map(
      (lines) => `cat <<'STOP'\n${lines.join("\n")}\nSTOP\n`,
    );
    const script = `echo before\n${head}sleep 0.05\n${tail}echo after`;
    const job = await untilEnded(platform, await startJob(platform, { name: "keys", script }));
    const middle = await timeOf(platform, job, key[20] ?? "");
    const shown = [
      ...(await pagesOf(mcp, { jobs: ["keys"], from: "start", lines: 7 })),
      ...(await pagesOf(mcp, { jobs: ["keys"], from: "start", since: middle, lines: 7 })),
      ...(await pagesOf(mcp, { jobs: ["keys"], from: "start", grep: ".", lines: 7 })),
    ].flat();
    expect(shown.filter((line) => line.endsWith("after"))).toHaveLength(3);
    expect(body.filter((line) => shown.some((text) => text.includes(line)))).toEqual([]);
    const probe = {
      jobs: ["keys"],
      from: "start",
      since: middle,
      grep: (body[25] ?? "").slice(0, 12),
      lines: 1,
    };
    const { data } = await mcp.ok("job_logs", probe);
    expect(data.logs[0]).toMatchObject({ matches: 0, more: false });
  });

  test("says of each job what there is: not run, silent, or ended without a word", async ({
    mcp,
    platform,
    emulator,
  }) => {
    emulator.chaos.add({ job: { name: "held" }, do: { kind: "hold", reason: "Scheduling" } });
    await startJob(platform, { name: "held" });
    await untilStatus(platform, await startJob(platform, { name: "silent", script: SLEEP }), "running");
    await untilEnded(platform, await startJob(platform, { name: "mute", script: "true" }));
    await untilEnded(platform, await startJob(platform, { name: "loud", script: "seq 1 9" }));
    const jobs = ["held", "silent", "mute", "loud"];
    const { text, data } = await mcp.ok("job_logs", { jobs, from: "start", lines: 4 });
    expect(data.logs.map(({ log }: { log: string }) => log)).toEqual(["", "", "", "1\n2\n3\n4"]);
    expect(text).toContain("It printed nothing because it never ran: pending");
    expect(text).toMatch(/Nothing came within \d+ s: whether it has printed anything there is not known/);
    expect(text).toContain("from the beginning: no lines; nothing follows, the job has ended.");
    const next = await mcp.ok("job_logs", { ...offered(text), jobs: ["loud"] });
    expect(next.data.logs[0]).toMatchObject({ log: "5\n6\n7\n8", first_line: 5 });
  });

  test.for([
    [{ until_pattern: "nan" }, /does not wait.*leave out until_pattern and give grep.*e\.g\. (\{.*\})/],
    [{ wait_seconds: 5 }, /does not wait.*leave out wait_seconds, e\.g\. (\{.*\})/],
    [{ grep: "nan", newest_first: true }, /oldest matches first: leave out newest_first, e\.g\. (\{.*\})/],
    [{ cursor: "end" }, /this cursor goes on from the end of the log: leave out cursor, e\.g\. (\{.*\})/],
    [{ cursor: "older" }, /this cursor goes on from the end of the log: leave out cursor, e\.g\. (\{.*\})/],
  ] as const)("refuses %j with a call that works", async ([wrong, message], { mcp, platform }) => {
    await untilEnded(platform, await startJob(platform, { name: "job", script: "seq 1 9" }));
    const { data } = await mcp.ok("job_logs", { jobs: ["job"], lines: 2, until_pattern: "3" });
    const { data: last } = await mcp.ok("job_logs", { jobs: ["job"], lines: 2 });
    const cursors: Record<string, string> = { end: data.next_cursor, older: last.older_cursor };
    const cursor = "cursor" in wrong ? { cursor: cursors[wrong.cursor] } : {};
    const refusal = await mcp.refusal("job_logs", { jobs: ["job"], from: "start", ...wrong, ...cursor });
    expect(refusal).toMatch(message);
    const [, example = "{}"] = message.exec(refusal) ?? [];
    expect((await mcp.ok("job_logs", JSON.parse(example))).text).toContain("from the beginning");
  });
});
