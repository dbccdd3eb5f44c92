import { describe, expect, test, vi } from "vitest";
import { PlatformError } from "../../../src/client/errors.ts";
import { type FollowOptions, followLog } from "../../../src/client/logs/follow.ts";
import type { LogLine } from "../../../src/client/logs/lines.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { archived, live, NOW, type Play, playedLog } from "../../support/played-log.ts";

const timeOf = (ms: number) => archived("", ms).trim();
const lost = { atMs: 0, error: new PlatformError("unavailable", "lost") };

/** Follows one connection after the other, the time going on as fast as it can. */
async function follow(plays: Play[], options: FollowOptions = {}) {
  fakeClock(NOW);
  const { at, ...log } = playedLog(plays);
  const lines: LogLine[] = [];
  const following = (async () => {
    for await (const line of followLog(at, { id: "job-1", options })) lines.push(line);
  })();
  following.catch(() => undefined);
  await vi.runAllTimersAsync();
  const texts = lines.map(({ text, open }) => (open === true ? `${text}…` : text));
  return { following, lines, texts, ...log };
}

describe("following a log", () => {
  test("gives what comes of a line, each time it has grown", async () => {
    const frames: [number, string][] = [
      [1, live("one", 1)],
      [2, archived("tw", 2).trimEnd()],
      [3, "o and"],
      [4, ` more\n${timeOf(4).slice(0, 9)}`],
      [5, `${timeOf(4).slice(9)} three\n`],
    ];
    const growing = ["one", "tw…", "two and…", "two and more", "three"];

    expect((await follow([{ frames, closesAtMs: 6 }], { parts: true })).texts).toEqual(growing);
    expect((await follow([{ frames, closesAtMs: 6 }])).texts).toEqual(["one", "two and more", "three"]);
  });

  test("gives an unfinished line again after a place in its time, and the place's once", async () => {
    const frames: [number, string][] = [
      [1, archived("on", 1).trimEnd()],
      [2, `e\n${archived("tw", 1).trimEnd()}`],
      [3, "o\n"],
    ];
    const after = { time: timeOf(1), count: 1 };

    const { lines } = await follow([{ frames, closesAtMs: 4 }], { parts: true, after });

    expect(lines.filter(({ open }) => open !== true).map(({ text }) => text)).toEqual(["two"]);
  });

  test("gives no part of a line before its place, and each part of one behind it", async () => {
    const [one, two, three] = [live("one", 1), live("two", 1), live("three", 1).trimEnd()];
    const frames: [number, string][] = [
      [1, one.slice(0, -3)],
      [2, one.slice(-3) + two.slice(0, -2)],
      [3, two.slice(-2) + three.slice(0, -2)],
      [4, three.slice(-2)],
    ];
    const parts = async (count: number) =>
      (
        await follow([{ frames, closesAtMs: 5 }], { parts: true, after: { time: timeOf(1), count } })
      ).texts.filter((text, index, all) => text !== all[index - 1]);

    expect(await parts(1)).toEqual(["tw…", "two", "thr…", "three…"]);
    expect(await parts(2)).toEqual(["thr…", "three…"]);
    expect(await parts(3)).toEqual([]);
    expect(
      (await follow([{ frames, closesAtMs: 5 }], { after: { time: timeOf(1), count: 3 } })).texts,
    ).toEqual([]);
  });

  test("gives no part of a line that came before the connection was lost", async () => {
    const [one, two] = [archived("one", 1), archived("two", 2)];
    const frames = (text: string): [number, string][] => Array.from(text, (byte) => [0, byte]);
    const plays: Play[] = [
      { frames: [[0, `${one}bare\n`]], fails: lost },
      { frames: frames(`${one}bare\n${two}`), closesAtMs: 0 },
    ];

    const { texts } = await follow(plays, { parts: true });

    expect(texts.slice(0, 2)).toEqual(["one", "bare"]);
    expect(new Set(texts.slice(2))).toEqual(new Set(["…", "t…", "tw…", "two…", "two"]));
  });

  test("gives no part of the mark between the parts", async () => {
    const frames: [number, string][] = [
      [1, `${archived("one", 1)}SEPARATOR`],
      [2, `\n${live("two", 2)}`],
    ];

    expect((await follow([{ frames, closesAtMs: 3 }], { parts: true })).texts).toEqual(["one", "two"]);
  });

  test("takes the mark between the parts for a line where it has a time", async () => {
    const linesOf = async (text: string) =>
      (await follow([{ frames: [[1, text]], closesAtMs: 2 }])).lines.length;

    expect(await linesOf(archived("SEPARATOR", 1))).toBe(1);
    expect(await linesOf(`${archived("one", 1)}SEPARATOR\n`)).toBe(1);
  });

  test("is opened again five times without a new line", async () => {
    const one = archived("one", 1);
    const loses: Play = { frames: [[0, one]], fails: lost };
    const ends: Play = { frames: [[0, one + archived("two", 2)]], closesAtMs: 0 };

    expect((await follow([...Array<Play>(5).fill(loses), ends])).texts).toEqual(["one", "two"]);

    const given = await follow([...Array<Play>(6).fill(loses), ends]);
    await expect(given.following).rejects.toThrow("lost");
    expect(given.asked.map((query) => query.get("since"))).toEqual([
      null,
      ...Array(5).fill("2026-08-01T12:00:00.001Z"),
    ]);
  });

  test("gives the unfinished line again, grown, once the connection is back", async () => {
    const [one, half] = [archived("one", 1), archived("tw", 2).trimEnd()];
    const plays: Play[] = [
      { frames: [[0, one + half]], fails: lost },
      { frames: [[0, `${one}${half}o\n`]], closesAtMs: 0 },
    ];

    expect((await follow(plays, { parts: true })).texts).toEqual(["one", "tw…", "two"]);
    expect((await follow(plays)).texts).toEqual(["one", "two"]);
  });

  test("opens connections that are kept alive, as a read, and closes each", async () => {
    const plays: Play[] = [
      { frames: [[0, archived("one", 1)]], fails: lost },
      { frames: [[0, archived("one", 1)]], closesAtMs: 0 },
    ];
    const { opened, done } = await follow(plays);

    expect(opened.map(({ ping, isRead }) => [ping, isRead])).toEqual([
      [true, true],
      [true, true],
    ]);
    expect(done).toEqual(["close", "close"]);
  });
});
