import { describe, onTestFinished, vi } from "vitest";
import type { TailOptions } from "../../../src/client/index.ts";
import { answerJob, playLog, stamp, texts } from "../../support/log-stub.ts";
import { expect, JOB_ID, type PlatformStub, reply, test, wireJob } from "../../support/platform-stub.ts";

const startMs = Date.parse("2026-08-01T12:00:00Z");
const at = (second: number) => new Date(startMs + second * 1000);
const placeOf = (second: number, count: number) => ({ time: at(second).toISOString(), count });
const stampOf = (second: number) => stamp(startMs + second * 1000, 6);

/** Lines `line 0` to `line 9`, one a second; two have the time of the last but one. */
const ten = Array.from({ length: 10 }, (_, index) => ({
  at: startMs + Math.min(index, 8) * 1000,
  text: `line ${index}`,
}));

const linesOf = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}`);

/** A log that ends in the midst of its second line. */
function playUnfinished(stub: PlatformStub): void {
  stub.play("/log_ws", (socket) =>
    socket.send(Buffer.from(`${stampOf(1)} one\n${stampOf(2)} two`), () => socket.close(1000)),
  );
}

/** Moves the clock on by a minute, once what is returned is called. */
function minute(): () => void {
  let laterMs = 0;
  const now = performance.now.bind(performance);
  const clock = vi.spyOn(performance, "now").mockImplementation(() => now() + laterMs);
  onTestFinished(() => clock.mockRestore());
  return () => {
    laterMs = 60_000;
  };
}

describe("reading a log back", () => {
  test.for<[string, TailOptions, string[], boolean]>([
    ["all of it", {}, linesOf(0, 9), true],
    ["as many lines as wanted", { lines: 2 }, linesOf(8, 9), false],
    ["as many lines as there are", { lines: 10 }, linesOf(0, 9), true],
    ["as many bytes as wanted", { maxBytes: 14 }, linesOf(8, 9), false],
    ["one line however few bytes are wanted", { maxBytes: 1 }, linesOf(9, 9), false],
    ["since a time", { since: at(7) }, linesOf(7, 9), true],
    ["since a time within a second", { since: at(6.5) }, linesOf(7, 9), true],
    ["until a time", { until: at(2) }, linesOf(0, 2), true],
    ["before a place", { before: placeOf(6, 0) }, linesOf(0, 5), true],
    ["before a place within one time", { before: placeOf(8, 1) }, linesOf(0, 8), true],
    ["the last before a place", { before: placeOf(6, 0), lines: 2 }, linesOf(4, 5), false],
    ["between two places", { after: placeOf(6, 1), before: placeOf(8, 1) }, linesOf(7, 8), true],
    ["between two places of one time", { after: placeOf(8, 1), before: placeOf(8, 2) }, linesOf(9, 9), true],
    ["nothing between a place and itself", { after: placeOf(8, 1), before: placeOf(8, 1) }, [], true],
    ["nothing between places in wrong order", { after: placeOf(8, 2), before: placeOf(8, 1) }, [], true],
    ["before a place, until a time", { before: placeOf(6, 0), until: at(3) }, linesOf(0, 3), true],
    ["before a place, since a time", { before: placeOf(6, 0), since: at(3) }, linesOf(3, 5), true],
  ])("gives %s", async ([, options, lines, reachedStart], { stub, platform }) => {
    answerJob(stub, { startMs, endMs: startMs + 10_000 });
    playLog(stub, { archived: [], live: ten, isRunning: false });

    const tail = await platform.jobs.tail(JOB_ID, options);

    expect(texts(tail)).toEqual(lines);
    expect([tail.reachedStart, tail.more, tail.ending === "time"]).toEqual([reachedStart, false, false]);
  });

  test("says before which line it begins, and after which it ends", async ({ stub, platform }) => {
    answerJob(stub, { startMs, endMs: startMs + 10_000 });
    playLog(stub, { archived: ten, live: [], isRunning: false });

    const { start, cursor, linesRead, tookMs } = await platform.jobs.tail(JOB_ID, { lines: 2 });

    expect(start).toEqual({ time: stampOf(7), count: 1 });
    expect(cursor).toEqual({ time: stampOf(8), count: 2 });
    expect(linesRead).toBe(10);
    expect(tookMs).toBeGreaterThan(0);
    expect(tookMs).toBeLessThan(performance.now());
  });

  test.for<[string, TailOptions, string[], boolean | undefined]>([
    ["back", {}, ["one", "two"], true],
    ["back, until a time before it", { until: at(1) }, ["one"], undefined],
    ["forward", { first: true }, ["one", "two"], true],
    ["forward, until a time before it", { first: true, until: at(1) }, ["one"], undefined],
  ])("shows the line a running job is at: %s", async ([, options, lines, open], { stub, platform }) => {
    answerJob(stub, { startMs: Date.now() - 1000 });
    playUnfinished(stub);

    const tail = await platform.jobs.tail(JOB_ID, options);

    expect([texts(tail), tail.lines.at(-1)?.open]).toEqual([lines, open]);
  });

  test("waits hardly for a job that has not begun", async ({ stub, platform }) => {
    const history = { status: "pending", created_at: new Date(Date.now() - 1000).toISOString() };
    stub.on(`GET /api/v1/jobs/${JOB_ID}`, (response) =>
      reply(response, wireJob({ status: "pending", history })),
    );
    playLog(stub, { archived: [], live: [], isRunning: true });

    const tail = await platform.jobs.tail(JOB_ID, { silenceMs: 3_600_000, limitMs: 30_000 });

    expect(tail).toMatchObject({ lines: [], ending: "quiet", live: true });
  });

  test("gives what a shorter part held where the time ends in a longer one", async ({ stub, platform }) => {
    answerJob(stub, { startMs, endMs: startMs + 60_000 });
    const pass = minute();
    let opened = 0;
    stub.play("/log_ws", (socket) => {
      opened += 1;
      if (opened === 2) return pass();
      socket.send(Buffer.from(`${stampOf(50)} one\n`), () => socket.close(1000));
    });

    const tail = await platform.jobs.tail(JOB_ID);

    expect([texts(tail), opened]).toEqual([["one"], 2]);
    expect(tail).toMatchObject({ reachedStart: false, cursor: { time: stampOf(50), count: 1 } });
  });

  test("reads nothing in no time", async ({ stub, platform }) => {
    answerJob(stub, { startMs, endMs: startMs + 10_000 });
    playLog(stub, { archived: ten, live: [], isRunning: false });

    expect(await platform.jobs.tail(JOB_ID, { limitMs: 0 })).toMatchObject({ lines: [], ending: "time" });
  });
});

describe("reading back a part that holds too much", () => {
  /** 100 lines of 1,000 bytes a second, for half a minute before the end. */
  const long = Array.from({ length: 3000 }, (_, index) => ({
    at: startMs + 30_000 + index * 10,
    text: `${index} `.padEnd(1000, "x"),
  }));

  test.for<[number, number, number]>([
    [1511, 1489, 700],
    [1511, 1489, 301],
    [2900, 1500, 1400],
  ])(
    "is not foreseen by bursts: %i lines and %i, %i ms from the start",
    async ([first, second, secondMs], { stub, platform }) => {
      answerJob(stub, { startMs, endMs: startMs + 1500 });
      const text = (index: number) => `line ${index} of a long log that goes on and on`;
      const archived = Array.from({ length: first + second }, (_, index) => ({
        at: startMs + (index < first ? 300 : secondMs),
        text: text(index),
      }));
      playLog(stub, { archived, live: [], isRunning: false });

      const tail = await platform.jobs.tail(JOB_ID, { lines: 5000 });

      expect(tail.lines.length).toBe(first + second);
      expect(tail.reachedStart).toBe(true);
    },
  );

  test("is foreseen from its beginning, and the next one fits", async ({ stub, platform }) => {
    answerJob(stub, { startMs, endMs: startMs + 60_000 });
    const { opened } = playLog(stub, { archived: long, live: [], isRunning: false });

    const tail = await platform.jobs.tail(JOB_ID, { lines: 100 });

    expect(texts(tail)).toEqual(long.slice(-100).map(({ text }) => text));
    expect(opened).toHaveLength(2);
    expect(tail.bytesRead).toBeGreaterThan(64 * 1024 + 200_000);
    expect(tail.bytesRead).toBeLessThan(64 * 1024 + 260_000);
    expect(tail.reachedStart).toBe(false);
  });
});
