import { describe } from "vitest";
import { WebSocket } from "ws";
import { grepLines } from "../../../src/jobs/output/grep.ts";
import { siftFor } from "../../../src/jobs/output/sift.ts";
import { makeRedactor } from "../../../src/jobs/redact/index.ts";
import { FEWEST_LINES, LogSearch } from "../../../src/operations/logs/found.ts";
import { searchLog } from "../../../src/operations/logs/search.ts";
import { gate } from "../../support/gate.ts";
import { answerJob, playLog, stamp } from "../../support/log-stub.ts";
import { expect, JOB_ID, test } from "../../support/platform-stub.ts";

const COUNT = 20_000;
const endMs = Date.parse("2026-08-01T12:00:00Z");

/** Lines over two hours, ever denser, three of one moment; some match, some in pairs, and a secret would. */
const printed = Array.from({ length: COUNT }, (_, index) => {
  const at = endMs - 7_200_000 * (1 - Math.floor(index / 3) / 6667) ** 3;
  const text = index % 97 < 2 ? `line ${index} hit=1` : `line ${index} of a long log`;
  return { at: Math.floor(at), text: index === 5000 ? "password=hit=1hit=1hit" : text };
});

describe("searchLog", () => {
  test.for([
    ["all matches", { context: 0, most: 5000 }],
    ["the newest matches and what stands around them", { context: 60, most: 300 }],
  ] as const)("finds %s, and searches every line once", async ([, { context, most }], { stub, platform }) => {
    answerJob(stub, { startMs: endMs - 7_300_000, endMs });
    const { opened } = playLog(stub, { archived: printed, live: [], isRunning: false });
    const job = await platform.jobs.status(JOB_ID);
    const redact = makeRedactor();
    const matches = (text: string) => text.includes("hit=1");
    const wanted = { matches, sift: siftFor("(?:hit|miss)=1", {}), context, most, redact };
    const call = { signal: new AbortController().signal, progress: () => undefined };
    const { found, linesRead, ...read } = await searchLog(platform, { job, bearing: {}, wanted }, call);
    const shown = printed.map(({ text }, index) => (index === 5000 ? redact(text).text : text));
    const expected = grepLines(shown, { pattern: "hit=1", context, maxMatches: most, newestFirst: true });
    expect(found).toMatchObject({
      searchedLines: COUNT,
      matches: expected.matches,
      shown: expected.shown,
    });
    const blocks = expected.blocks.toReversed();
    expect(found.lines.map(({ line }) => line.text)).toEqual(blocks.flat().map(({ text }) => text));
    expect(found.lines.slice(1).filter(({ isApart }) => isApart)).toHaveLength(blocks.length - 1);
    expect(read).toMatchObject({ reachedStart: true, ending: "closed", ended: true });
    expect(opened.length).toBeGreaterThan(1);
    expect(linesRead).toBeLessThan(COUNT + opened.length * 1000);
  });

  test("looks at no line of a block that holds nothing it requires, before the first match either", () => {
    const sift = siftFor("hit=1", {});
    const wanted = { matches: () => false, sift, context: 0, most: 100, redact: makeRedactor() };
    const search = new LogSearch(wanted, { hasLead: false, isUnsure: false }, () => undefined);
    const block = Buffer.from("a line of a long log\n".repeat(FEWEST_LINES));
    expect(search.wants(block)).toBe(true);
    for (let line = 0; line < FEWEST_LINES; line += 1) search.line({ text: "a line of a long log" });
    expect(search.wants(block)).toBe(false);
    expect(search.wants(Buffer.from("hit=1\n"))).toBe(true);
    expect(search.wants(block)).toBe(true);
  });

  test("ends with its caller's signal, however much is still to come", async ({ stub, platform }) => {
    answerJob(stub, { startMs: endMs - 60_000, endMs });
    const lines = Buffer.from(`${stamp(endMs - 500, 6)} a line of an endless log\n`.repeat(1000));
    const cancelled = new AbortController();
    let sent = 0;
    const closed = gate();
    stub.play("/log_ws", async (socket) => {
      socket.on("close", closed.open);
      for (; socket.readyState === WebSocket.OPEN; sent += 1) {
        if (sent === 20) cancelled.abort(new Error("not wanted any more"));
        await new Promise((resolve) => socket.send(lines, resolve));
      }
    });
    const job = await platform.jobs.status(JOB_ID);
    const wanted = {
      ...{ matches: () => false, sift: siftFor("hit=1", {}) },
      ...{ context: 0, most: 100, redact: makeRedactor() },
    };
    const call = { signal: cancelled.signal, progress: () => undefined };

    await expect(searchLog(platform, { job, bearing: {}, wanted }, call)).rejects.toThrow(
      "not wanted any more",
    );
    await closed.opened;

    expect(sent).toBeLessThan(100);
  });
});
