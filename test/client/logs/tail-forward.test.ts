import { describe } from "vitest";
import type { TailOptions } from "../../../src/client/index.ts";
import { answerJob, playLog, printed, texts } from "../../support/log-stub.ts";
import { expect, JOB_ID, type PlatformStub, reply, test, wireJob } from "../../support/platform-stub.ts";

const startMs = Date.parse("2026-08-01T12:00:00Z");
const at = (second: number) => new Date(startMs + second * 1000);
const placeOf = (second: number, count: number) => ({ time: at(second).toISOString(), count });

/** A job that printed `line 0` to `line 9`, one a second; two have the time of the last but one. */
function printTen(stub: PlatformStub): void {
  answerJob(stub, { startMs, endMs: startMs + 60_000 });
  const archived = Array.from({ length: 10 }, (_, index) => ({
    at: startMs + Math.min(index, 8) * 1000,
    text: `line ${index}`,
  }));
  playLog(stub, { archived, live: [], isRunning: false });
}

const linesOf = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}`);

describe("reading a log forward", () => {
  test.for<[string, TailOptions, string[], boolean]>([
    ["all of it", {}, linesOf(0, 9), false],
    ["as many lines as wanted", { lines: 2 }, linesOf(0, 1), true],
    ["as many lines as there are", { lines: 10 }, linesOf(0, 9), false],
    ["as many bytes as wanted", { maxBytes: 14 }, linesOf(0, 1), true],
    ["no more bytes than wanted", { maxBytes: 21 }, linesOf(0, 2), true],
    ["one line however few bytes are wanted", { maxBytes: 1 }, linesOf(0, 0), true],
    ["from a time on", { since: at(7) }, linesOf(7, 9), false],
    ["up to a time", { until: at(2) }, linesOf(0, 2), false],
    ["after a place", { after: placeOf(6, 1) }, linesOf(7, 9), false],
    ["after a place within one time", { after: placeOf(8, 1) }, linesOf(9, 9), false],
    ["after a place, whatever time is given", { after: placeOf(6, 1), since: at(8) }, linesOf(7, 9), false],
    ["until enough has come", { isEnough: ({ text }) => text === "line 3" }, linesOf(0, 3), true],
  ])("gives %s", async ([, options, lines, more], { stub, platform }) => {
    printTen(stub);

    const tail = await platform.jobs.tail(JOB_ID, { first: true, ...options });

    expect(texts(tail)).toEqual(lines);
    expect([tail.more, tail.reachedStart]).toEqual([more, options.after === undefined]);
  });

  test("skips what is older than a time within a second", async ({ stub, platform }) => {
    answerJob(stub, { startMs, endMs: startMs + 60_000 });
    playLog(stub, { archived: [], live: printed(6, { fromMs: startMs, stepMs: 200 }), isRunning: false });

    const tail = await platform.jobs.tail(JOB_ID, { first: true, since: at(0.5), lines: 2 });

    expect(texts(tail)).toEqual(["line 4", "line 5"]);
  });

  test("says after which place the next part goes on", async ({ stub, platform }) => {
    printTen(stub);
    const first = await platform.jobs.tail(JOB_ID, { first: true, lines: 9 });
    const rest = await platform.jobs.tail(JOB_ID, { after: first.cursor });

    expect([first.cursor?.count, texts(rest)]).toEqual([1, ["line 9"]]);
  });
});

test("a log is read where its job is", async ({ stub, platform }) => {
  stub.on(`GET /api/v1/jobs/${JOB_ID}`, (response) =>
    reply(response, wireJob({ cluster_name: "west", status: "succeeded" })),
  );
  playLog(stub, { archived: [], live: [], isRunning: false });

  await platform.jobs.tail(JOB_ID, { first: true });
  await platform.jobs.tail(JOB_ID, { first: true, where: { cluster: "default" } });

  const read = stub.seen
    .filter((name) => name.includes("log_ws"))
    .map((name) => name.replace(/\/jobs.*/, ""));
  expect(read).toEqual(["GET /west", "GET /default"]);
});
