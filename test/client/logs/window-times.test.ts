import { describe, expect, test, vi } from "vitest";
import type { LogLine } from "../../../src/client/logs/lines.ts";
import { type Ending, readWindow, type Window } from "../../../src/client/logs/window.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { archived, live, NOW, type Play, playedLog } from "../../support/played-log.ts";

const WINDOW: Window = {
  ...{ id: "job-1", where: {}, since: undefined, isOver: false, deadlineMs: 20_000 },
  silence: { least: 3000, most: 3000 },
};

interface Reading extends Partial<Window> {
  take?: (line: LogLine) => boolean;
  /** Of the platform, against ours. */
  clockAheadMs?: number;
}

/** Reads it, the time going on as fast as it can. */
async function read(play: Play, { take = () => true, clockAheadMs = 0, ...window }: Reading = {}) {
  fakeClock(NOW);
  const { at, done } = playedLog([play], { clockAheadMs });
  const lines: string[] = [];
  const reading = readWindow(at, { ...WINDOW, ...window }, (line) => {
    lines.push(line.text);
    return take(line);
  }).then((end) => ({ ...end, atMs: performance.now() }));
  await vi.runAllTimersAsync();
  return { end: await reading, lines, done };
}

/** So many lines of a job that prints one every 75 ms; the time of each is `laterMs` after that of the one before. */
const flow = (count: number, laterMs: number, { fromMs = -60_000, print = live } = {}) =>
  Array.from({ length: count }, (_, index): [number, string] => [
    (index + 1) * 75,
    print(`${index}`, fromMs + index * laterMs),
  ]);

describe("the log of a running job that says nothing", () => {
  test.for<[string, Play, Reading, number]>([
    ["as long as is wanted", {}, {}, 3000],
    ["hardly where it opened fast", {}, { silence: { least: 50, most: 300 } }, 50],
    ["longer where it opened slowly", { openMs: 20 }, { silence: { least: 50, most: 300 } }, 140],
  ])("is waited for %s", async ([, play, reading, atMs]) => {
    const { end, done } = await read({ pongMs: 1, ...play }, reading);

    expect(end).toEqual({ atMs, ending: "quiet", bytesRead: 0, linesRead: 0, firstMs: 0, rest: undefined });
    expect(done).toEqual(["close"]);
  });
});

describe("the log of a running job that falls silent", () => {
  test.for<[string, string, Ending]>([
    ["in its archive", archived("one"), "quiet"],
    ["behind a time without a fraction", "2026-08-01T11:00:00Z one\n", "quiet"],
    ["behind a line without a time", "one 0.123456789\n", "quiet"],
    ["in its live part", live("one"), "caught_up"],
    ["behind the mark between them", `${archived("one")}SEPARATOR\n`, "caught_up"],
    ["behind the mark and a time as fine as the archive's", `SEPARATOR\n${archived("one")}`, "caught_up"],
  ])("%s is over once a ping was answered", async ([, text, ending]) => {
    const { end, done } = await read({ frames: [[10, text]], pongMs: 5 });

    expect(end).toMatchObject({ ending, atMs: 165, firstMs: 10, rest: undefined });
    expect(done).toEqual(["ping at 160", "close"]);
  });

  test("stays live once it was", async () => {
    const frames: [number, string][] = [
      [10, live("one")],
      [20, archived("two")],
    ];
    expect((await read({ frames, pongMs: 5 })).end).toMatchObject({ ending: "caught_up", linesRead: 2 });
  });

  test.for<[string, Play, number]>([
    ["is waited for longer where the first bytes took long", { frames: [[80, archived("one")]] }, 560],
    ["is not where it is live", { frames: [[80, live("one")]] }, 230],
  ])("%s", async ([, play, pingMs]) => {
    const { end, done } = await read({ pongMs: 5, ...play });

    expect(done).toEqual([`ping at ${pingMs}`, "close"]);
    expect(end.atMs).toBe(pingMs + 5);
  });

  test("may be held back by a connection that answers no ping", async () => {
    const { end, done } = await read({ frames: [[10, live("one")]] });

    expect(end).toMatchObject({ ending: "held", atMs: 3160 });
    expect(done).toEqual(["ping at 160", "close"]);
  });

  test.for<[string, Play, Ending, number, number]>([
    ["between ping and pong", { frames: [[170, live("two")]], pongMs: 20 }, "caught_up", 2, 340],
    ["right before the pong", { frames: [[165, live("two")]], pongMs: 5 }, "caught_up", 2, 320],
    ["later than that", { frames: [[166, live("two")]], pongMs: 5 }, "caught_up", 1, 165],
    ["as the end, before the pong", { closesAtMs: 164, pongMs: 5 }, "closed", 1, 164],
    ["as the end, later than that", { closesAtMs: 166, pongMs: 5 }, "caught_up", 1, 165],
  ])("misses nothing that comes %s", async ([, { frames = [], ...play }, ending, linesRead, atMs]) => {
    const { end } = await read({ ...play, frames: [[10, live("one")], ...frames] });

    expect(end).toMatchObject({ ending, linesRead, atMs });
  });

  test("shows the line it is at, as unfinished", async () => {
    const { end, lines } = await read({
      frames: [[10, `${live("one")}${live("two").trimEnd()}`]],
      pongMs: 5,
    });

    expect([lines, end.linesRead]).toEqual([["one"], 1]);
    expect(end.rest).toMatchObject({ text: "two", open: true });
  });
});

describe("a log that is read until a time", () => {
  test.for<[string, Play, Reading]>([
    ["says nothing", {}, {}],
    ["says nothing for just as long as it would be waited for", {}, { silence: { least: 100, most: 100 } }],
    ["has fallen silent", { frames: [[10, live("one")]] }, {}],
    ["never pauses", { frames: flow(50, 0) }, {}],
    ["will be closed", { frames: [[10, live("one")]], closesAtMs: 101 }, { isOver: true }],
  ])("ends then where it %s", async ([, play, reading]) => {
    const { end, done } = await read(play, { ...reading, deadlineMs: 100 });

    expect(end).toMatchObject({ ending: "time", atMs: 100 });
    expect(done).toEqual(["close"]);
  });

  test("does not wait for a pong beyond it", async () => {
    const { end } = await read({ frames: [[10, live("one")]] }, { deadlineMs: 1000 });

    expect(end).toMatchObject({ ending: "time", atMs: 1000 });
  });

  test("is not begun after it", async () => {
    const { end, lines } = await read({ frames: [[0, live("one")]] }, { deadlineMs: 0 });

    expect([end.ending, lines]).toEqual(["time", []]);
  });
});

describe("the log of a job that has ended", () => {
  test("is read until it is closed, however long it is silent, whatever its times", async () => {
    const frames: [number, string][] = [...flow(40, 75, { fromMs: 1 }), [19_000, `${live("last")}end`]];
    const { end, lines, done } = await read({ frames, closesAtMs: 19_500, pongMs: 1 }, { isOver: true });

    expect(end).toMatchObject({ ending: "closed", atMs: 19_500, linesRead: 41 });
    expect(end.rest?.text).toBe("end");
    expect([lines.length, done]).toEqual([41, ["close"]]);
  });

  test.for<[string, Reading, string]>([
    ["is whole", { isOver: true }, "caf\ufffd"],
    ["may go on", { isOver: false }, "caf"],
    ["was not read to its end", { isOver: true, deadlineMs: 2 }, "caf"],
  ])("shows a torn last character only where the log %s", async ([, reading, text]) => {
    const torn = Buffer.from("caf\u00c3", "latin1");
    const { end } = await read({ frames: [[1, torn]], closesAtMs: 3 }, reading);

    expect(end.rest?.text).toBe(text);
  });
});

describe("a running job that never pauses", () => {
  test("is caught up with at the first line that is newer than the question", async () => {
    const { end, lines, done } = await read({ frames: flow(50, 75, { fromMs: -74 }), pongMs: 5 });

    expect(end).toMatchObject({ ending: "caught_up", atMs: 155 });
    expect([lines, done]).toEqual([
      ["0", "1"],
      ["ping at 150", "close"],
    ]);
  });

  test.for([
    ["as fast as time passes", 75],
    ["a third slower", 50],
    ["a third faster", 100],
  ] as const)("is caught up with where its lines come %s", async ([, laterMs]) => {
    const { end, lines, done } = await read({ frames: flow(50, laterMs), pongMs: 5 });

    expect(end).toMatchObject({ ending: "caught_up", atMs: 1575 + 5 });
    expect([lines.length, done]).toEqual([21, ["ping at 1575", "close"]]);
  });

  test("is told by a platform whose clock is ahead of ours", async () => {
    const { done } = await read({ frames: flow(50, 75, { fromMs: 1 }), pongMs: 5 }, { clockAheadMs: 60_000 });

    expect(done).toEqual(["ping at 1575", "close"]);
  });

  test("is caught up with although its first line has no time", async () => {
    const { done } = await read({ frames: [[1, "SEPARATOR\nbare\n"], ...flow(50, 75)], pongMs: 5 });

    expect(done).toEqual(["ping at 1575", "close"]);
  });

  test.for([
    ["of one moment", flow(60, 0), 4650],
    ["too old for how slowly they come", flow(60, 49), 4650],
    ["read faster than they were printed", flow(60, 101), 4650],
    ["of the archive", flow(60, 75, { print: archived }), 4950],
  ] as const)("is read on where its lines are %s", async ([, frames, silentMs]) => {
    const { lines, done } = await read({ frames: [...frames], pongMs: 5 });

    expect(lines).toHaveLength(60);
    expect(done).toEqual([`ping at ${silentMs}`, "close"]);
  });

  test("is caught up with once old lines have been read", async () => {
    const old = flow(21, 0);
    const frames = [...old, ...flow(60, 75).map(([atMs, text]): [number, string] => [atMs + 1575, text])];
    const { done } = await read({ frames, pongMs: 5 });

    expect(done).toEqual(["ping at 3075", "close"]);
  });

  test("is caught up with however fast it prints", async () => {
    const frames = flow(4000, 1, { fromMs: 1 }).map(([atMs, text]): [number, string] => [atMs / 75, text]);
    const { end, lines } = await read({ frames, pongMs: 5 });

    expect(end).toMatchObject({ ending: "caught_up", atMs: 6 });
    expect(lines).toHaveLength(6);
  });

  test("is asked once while no answer comes", async () => {
    const { end, done } = await read({ frames: flow(50, 75, { fromMs: 1 }), pongMs: 1000 });

    expect(done).toEqual(["ping at 75", "close"]);
    expect(end).toMatchObject({ ending: "caught_up", atMs: 1075 });
  });
});

describe("the connection to a log", () => {
  test("is dropped as soon as enough was read", async () => {
    const text = `${live("one")}${live("two")}${live("three")}half of a line`;
    const { end, lines, done } = await read(
      {
        frames: [
          [10, text],
          [20, live("four")],
        ],
      },
      { take: (line) => line.text === "one" },
    );

    expect(end).toMatchObject({ ending: "enough", atMs: 10, bytesRead: text.length, linesRead: 2 });
    expect([lines, end.rest, done]).toEqual([["one", "two"], undefined, ["drop"]]);
  });

  test("is closed when it fails", async () => {
    fakeClock(NOW);
    const { at, done } = playedLog([{ fails: { atMs: 0, error: new Error("lost") } }]);

    await expect(readWindow(at, WINDOW, () => true)).rejects.toThrow("lost");

    expect(done).toEqual(["close"]);
  });
});
