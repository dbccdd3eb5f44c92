import { describe } from "vitest";
import { answerJob, playLog, stamp, texts } from "../../support/log-stub.ts";
import { expect, JOB_ID, test } from "../../support/platform-stub.ts";

const endMs = Date.parse("2026-08-01T12:00:00Z");
/** So much text takes more than half of the usual limit where the machine has much else to do. */
const limitMs = 60_000;

/** Lines printed at one rate up to a moment. */
function burst(count: number, { fromMs, toMs }: { fromMs: number; toMs: number }) {
  const stepMs = (toMs - fromMs) / count;
  return Array.from({ length: count }, (_, index) => ({
    at: Math.round((fromMs + index * stepMs) * 1000) / 1000,
    text: `line ${index + 1} of a burst that is printed in no time at all`,
  }));
}

describe("tail: cost in proportion to what is shown", () => {
  test.for([
    ["just before the end", 3000, 0],
    ["two seconds before the end", 3000, 2000],
    ["in a moment", 100, 500],
    ["past the second that the platform calls the end", 2000, -900],
  ] as const)("of a burst %s", async ([, lengthMs, beforeEndMs], { stub, platform }) => {
    answerJob(stub, { startMs: endMs - 3_600_000, endMs });
    const toMs = endMs - beforeEndMs;
    const archived = burst(80_000, { fromMs: toMs - lengthMs, toMs });
    const { opened } = playLog(stub, { archived, live: [], isRunning: false });
    const tail = await platform.jobs.tail(JOB_ID, { lines: 100, limitMs });
    expect(texts(tail)).toEqual(archived.slice(-100).map(({ text }) => text));
    expect(tail.bytesRead).toBeLessThan(80_000 * 80 * 0.6);
    expect(opened.length).toBeLessThan(20);
  });

  test("of a dense log that falls silent before its job ends", async ({ stub, platform }) => {
    answerJob(stub, { startMs: endMs - 60_000, endMs });
    const archived = burst(80_000, { fromMs: endMs - 4500, toMs: endMs - 500 });
    const { opened } = playLog(stub, { archived, live: [], isRunning: false });
    const tail = await platform.jobs.tail(JOB_ID, { lines: 100, limitMs });
    expect(texts(tail)).toEqual(archived.slice(-100).map(({ text }) => text));
    expect(tail.bytesRead).toBeLessThan(800_000);
    expect(opened.length).toBeLessThan(8);
  });

  test("reaches to the end of a log that goes on behind its archive", async ({ stub, platform }) => {
    answerJob(stub, { startMs: endMs - 60_000, endMs });
    const archived = burst(5, { fromMs: endMs - 20_000, toMs: endMs - 10 });
    const live = burst(5, { fromMs: endMs + 10, toMs: endMs + 990 }).map((line) => ({
      ...line,
      text: `live ${line.text}`,
    }));
    playLog(stub, { archived, live, isRunning: false });
    const all = [...archived, ...live].map(({ text }) => text);
    const tail = await platform.jobs.tail(JOB_ID, { lines: 7 });
    expect(texts(tail)).toEqual(all.slice(-7));
    expect(tail).toMatchObject({ live: false, ending: "closed" });
    const first = await platform.jobs.tail(JOB_ID, { before: tail.start });
    expect(texts(first)).toEqual(all.slice(0, 3));
    const next = await platform.jobs.tail(JOB_ID, { after: first.cursor, lines: 4 });
    expect(texts(next)).toEqual(all.slice(3, 7));
  });
});

describe("tail: on a clock that is off", { tags: "logs" }, () => {
  test.for([-86_400_000, -3_600_000, -1500, 1500, 60_000, 86_400_000])(
    "of the platform by %i ms",
    async (aheadMs, { stub, platform }) => {
      const nowMs = () => Date.now() + aheadMs;
      const began = nowMs() - 10_000;
      stub.server.prependListener("request", (_, response) =>
        response.setHeader("date", new Date(nowMs()).toUTCString()),
      );
      answerJob(stub, { startMs: began });
      const live = Array.from({ length: 100 }, (_, index) => ({
        at: began + index * 99,
        text: `line ${index + 1}`,
      }));
      playLog(stub, { archived: [], live, isRunning: true });
      const tail = await platform.jobs.tail(JOB_ID, { lines: 200 });
      expect(texts(tail)).toEqual(live.map(({ text }) => text));
      expect(tail).toMatchObject({ ending: "caught_up", more: false });
      const on = await platform.jobs.tail(JOB_ID, { after: { time: stamp(began, 9), count: 1 }, lines: 200 });
      expect(on.lines).toHaveLength(99);
    },
  );

  test.for([-60_000, 60_000])("of the nodes alone, by %i ms", async (aheadMs, { stub, platform }) => {
    const began = Date.now() - 10_000;
    answerJob(stub, { startMs: began - 120_000 });
    const live = Array.from({ length: 100 }, (_, index) => ({
      at: began + aheadMs + index * 99,
      text: `line ${index + 1}`,
    }));
    playLog(stub, { archived: [], live, isRunning: true });
    const tail = await platform.jobs.tail(JOB_ID, { lines: 200 });
    expect(texts(tail)).toEqual(live.map(({ text }) => text));
  });
});
