import { describe } from "vitest";
import type { LogLine, Platform, ScanOptions } from "../../../src/client/index.ts";
import { answerJob, playLog, printed } from "../../support/log-stub.ts";
import { expect, JOB_ID, type PlatformStub, test } from "../../support/platform-stub.ts";

const startMs = Date.parse("2026-08-01T12:00:00Z");
const at = (second: number) => new Date(startMs + second * 1000);
const timeOf = (second: number) => at(second).toISOString().replace("Z", "000Z");

/** A job that printed `line 0` to `line 59`, one a second. */
function printMinute(stub: PlatformStub) {
  answerJob(stub, { startMs, endMs: startMs + 60_000 });
  const archived = Array.from({ length: 60 }, (_, second) => ({
    at: startMs + second * 1000,
    text: `line ${second}`,
  }));
  return playLog(stub, { archived, live: [], isRunning: false });
}

/** The numbers of the lines that a scan tells; by default it looks at none that it need not. */
async function scanned(platform: Platform, options: Partial<ScanOptions> = {}, wants = false) {
  const told: number[] = [];
  let passed = 0;
  const scan = await platform.jobs.scan(JOB_ID, {
    reader: {
      wants: () => wants,
      line: ({ text }) => told.push(Number(text.replace("line ", ""))),
      passed: (lines) => {
        passed += lines.passed;
      },
    },
    ...options,
  });
  return { told, passed, scan };
}

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

describe("a scan of a log", () => {
  test("tells every line where each may be wanted", async ({ stub, platform }) => {
    printMinute(stub);

    const { told, passed, scan } = await scanned(platform, {}, true);

    expect([told, passed]).toEqual([numbers(0, 59), 0]);
    expect(scan).toMatchObject({ linesRead: 60, ending: "closed", cursor: { time: timeOf(59), count: 1 } });
    expect(scan.bytesRead).toBeGreaterThan(60 * 30);
    expect(scan.tookMs).toBeGreaterThan(0);
  });

  test("counts the lines that nobody wants", async ({ stub, platform }) => {
    answerJob(stub, { startMs, endMs: startMs + 60_000 });
    playLog(stub, { archived: printed(2000, { fromMs: startMs, stepMs: 25 }), live: [], isRunning: false });

    const { told, passed, scan } = await scanned(platform);

    expect(told.length + passed).toBe(2000);
    expect(passed).toBeGreaterThan(1000);
    expect(scan).toMatchObject({ linesRead: 2000, ending: "closed" });
  });

  test.for<[string, Partial<ScanOptions>, number, number]>([
    ["since a time", { since: at(50) }, 50, 59],
    [
      "from a time, whatever else is said",
      { from: at(55), since: at(10), after: { time: timeOf(20), count: 1 } },
      55,
      59,
    ],
    ["after a place", { after: { time: timeOf(50), count: 1 } }, 51, 59],
    [
      "after a place, whatever time is given",
      { after: { time: timeOf(50), count: 1 }, since: at(55) },
      51,
      59,
    ],
    ["until a time", { until: at(3) }, 0, 3],
    ["before a place", { before: { time: timeOf(3), count: 0 } }, 0, 2],
    ["before a place in a time", { before: { time: timeOf(3), count: 1 } }, 0, 3],
    [
      "between two places",
      { after: { time: timeOf(3), count: 1 }, before: { time: timeOf(6), count: 1 } },
      4,
      6,
    ],
  ])("tells the lines %s", async ([, options, from, to], { stub, platform }) => {
    printMinute(stub);
    expect((await scanned(platform, options, true)).told).toEqual(numbers(from, to));
  });

  test.for<[string, Partial<ScanOptions>, number]>([
    ["the end", { until: at(3) }, 3],
    ["the place it ends before", { before: { time: timeOf(3), count: 1 } }, 3],
    ["a time from which each counts", { wholeFrom: { time: timeOf(57), count: 0 } }, 59],
  ])("tells those at %s although nobody wants them", async ([, options, last], { stub, platform }) => {
    printMinute(stub);
    expect((await scanned(platform, options)).told.at(-1)).toBe(last);
  });

  test.for<[string, Partial<ScanOptions>, number]>([
    ["until a time", { until: at(10) }, 401],
    ["before a place", { before: { time: timeOf(10), count: 0 } }, 400],
    ["since a time within a second", { since: at(10.5) }, 1580],
  ])("counts none but the lines %s", async ([, options, count], { stub, platform }) => {
    answerJob(stub, { startMs, endMs: startMs + 60_000 });
    playLog(stub, { archived: [], live: printed(2000, { fromMs: startMs, stepMs: 25 }), isRunning: false });

    const { told, passed } = await scanned(platform, options);

    expect(told.length + passed).toBe(count);
  });

  test("tells each line of a part that is wanted as a whole", async ({ stub, platform }) => {
    answerJob(stub, { startMs, endMs: startMs + 60_000 });
    playLog(stub, { archived: printed(2000, { fromMs: startMs, stepMs: 25 }), live: [], isRunning: false });

    const { told, passed } = await scanned(platform, { wholeFrom: { time: timeOf(40), count: 0 } });

    expect(told.slice(-400)).toEqual(numbers(1601, 2000));
    expect(passed).toBeGreaterThan(0);
  });

  test("does not ask for a job that it is given", async ({ stub, platform }) => {
    printMinute(stub);
    const job = await platform.jobs.get(JOB_ID);
    stub.seen.length = 0;

    await scanned(platform, { job, since: at(58) });

    expect(stub.seen.filter((name) => !name.includes("log_ws"))).toEqual([]);
  });

  test.for([
    ["finished where the job has ended", { endMs: startMs + 60_000 }, undefined],
    ["open where it may go on", {}, true],
  ] as const)("tells a last line without its end as %s", async ([, more, open], { stub, platform }) => {
    answerJob(stub, { startMs, ...more });
    stub.play("/log_ws", (socket) =>
      socket.send(Buffer.from(`${timeOf(1)} one\n${timeOf(2)} two`), () => socket.close(1000)),
    );
    const lines: LogLine[] = [];

    await platform.jobs.scan(JOB_ID, {
      reader: { wants: () => true, line: (line) => lines.push(line), passed() {} },
    });

    expect(lines.map((line) => [line.text, line.open])).toEqual([
      ["one", undefined],
      ["two", open],
    ]);
  });

  test.for<[string, Partial<ScanOptions>, string[]]>([
    ["from a time, lines without one too", { from: at(2) }, ["bare", "two", "thr"]],
    ["until a time, not the one it is at", { until: at(2) }, ["bare", "one", "two"]],
    [
      "before a place, not the one it is at",
      { before: { time: timeOf(3), count: 0 } },
      ["bare", "one", "two"],
    ],
  ])("tells a running job's lines %s", async ([, options, texts], { stub, platform }) => {
    answerJob(stub, { startMs });
    stub.play("/log_ws", (socket) =>
      socket.send(Buffer.from(`bare\n${timeOf(1)} one\n${timeOf(2)} two\n${timeOf(3)} thr`), () =>
        socket.close(1000),
      ),
    );
    const lines: string[] = [];

    await platform.jobs.scan(JOB_ID, {
      reader: { wants: () => true, line: ({ text }) => lines.push(text), passed() {} },
      ...options,
    });

    expect(lines).toEqual(texts);
  });

  test("fails for a job that is not there", async ({ platform }) => {
    await expect(scanned(platform)).rejects.toMatchObject({ code: "platform_error" });
  });
});
