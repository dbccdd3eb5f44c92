import { describe, expect, test, vi } from "vitest";
import { PlatformError } from "../../../src/client/errors.ts";
import type { LogLine } from "../../../src/client/logs/lines.ts";
import { readResuming } from "../../../src/client/logs/resume.ts";
import type { Passed } from "../../../src/client/logs/sieved.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { archived, NOW, type Play, playedLog } from "../../support/played-log.ts";

type Asked = Parameters<typeof readResuming>[1];

const lost = (retryAfterMs?: number) => new PlatformError("unavailable", "lost", { retryAfterMs });
/** Says this at once, then is lost. */
const loses = (text: string, error: Error = lost()): Play => ({
  frames: [[0, text]],
  fails: { atMs: 0, error },
});
const ends = (text: string): Play => ({ frames: [[0, text]], closesAtMs: 0 });
const timeOf = (ms: number) => archived("", ms).trim();
const one = archived("one", 1);
const two = archived("two", 2);
const three = archived("three", 3);

interface Reading extends Partial<Asked> {
  take?: (line: LogLine) => boolean;
  signal?: AbortSignal;
}

/** Reads from one connection after the other, the time going on as fast as it can. */
async function read(plays: Play[], { take = () => true, signal, ...window }: Reading = {}) {
  fakeClock(NOW);
  const log = playedLog(plays);
  const told: (string | number)[] = [];
  const { sieve } = window;
  const asked: Asked = {
    ...{ id: "job-1", where: {}, since: undefined, isOver: true, deadlineMs: 60_000 },
    ...{ silence: { least: 3000, most: 3000 }, ...window },
    ...(sieve && {
      sieve: { wants: (block) => sieve.wants(block), passed: ({ passed }: Passed) => void told.push(passed) },
    }),
  };
  const reading = readResuming(
    log.at,
    asked,
    (line) => {
      if (!take(line)) return false;
      told.push(line.text);
      return true;
    },
    { signal },
  ).then((end) => ({ ...end, atMs: performance.now() }));
  reading.catch(() => undefined);
  await vi.runAllTimersAsync();
  const since = log.asked.map((query) => query.get("since"));
  return { reading, told, since, atMs: performance.now() };
}

describe("a log whose connection is lost", () => {
  test("goes on behind its last line, and counts what it took once", async () => {
    const { reading, told, since } = await read([
      loses(`${one}bare\n${two}`),
      loses(two + three),
      ends(three),
    ]);

    expect(told).toEqual(["one", "bare", "two", "three"]);
    expect(since).toEqual([null, "2026-08-01T12:00:00.002Z", "2026-08-01T12:00:00.003Z"]);
    expect(await reading).toMatchObject({
      ...{ ending: "closed", linesRead: 5, bytesRead: `${one}bare\n${two}${three}${three}`.length },
      cursor: { time: timeOf(3), count: 1 },
    });
  });

  test("shows no part of a line before its place as the unfinished one", async () => {
    const after = { time: timeOf(2), count: 1 };
    const restOf = async (text: string) =>
      (await (await read([{ frames: [[0, text]], pongMs: 0 }], { after, isOver: false })).reading).rest?.text;

    expect(await restOf(one.slice(0, -2))).toBeUndefined();
    expect(await restOf(two.slice(0, -2))).toBeUndefined();
    expect(await restOf(two + two.slice(0, -2))).toBe("tw");
    expect(await restOf(two + three.slice(0, -2))).toBe("thre");
  });

  test("begins at the time it was to begin at while it has brought nothing", async () => {
    const begin = new Date("2026-08-01T12:00:00.001Z");
    const { told, since } = await read([loses(""), ends(one)], { since: begin });

    expect(told).toEqual(["one"]);
    expect(since).toEqual([begin.toISOString(), begin.toISOString()]);
  });

  test("is opened three times without a new line", async () => {
    const { reading, since } = await read([loses(""), loses(""), loses(""), ends(one)]);

    await expect(reading).rejects.toThrow("lost");
    expect(since).toHaveLength(3);
  });

  test("is opened three times more after each new line", async () => {
    const plays = [
      loses(""),
      loses(""),
      loses(one),
      loses(one),
      loses(one + two),
      loses(two),
      ends(two + three),
    ];

    expect((await read(plays)).told).toEqual(["one", "two", "three"]);
  });

  test("is opened again after what the platform asks for, up to ten seconds", async () => {
    const { told, atMs } = await read([loses(one, lost(10_000)), ends(one + two)]);
    expect(told).toEqual(["one", "two"]);
    expect(atMs).toBeGreaterThanOrEqual(10_000);

    const { reading, since } = await read([loses(one, lost(10_001)), ends(one + two)]);
    await expect(reading).rejects.toThrow("lost");
    expect(since).toHaveLength(1);
  });

  test.for([
    ["not a fault of the platform", new TypeError("a defect")],
    ["none that passes", new PlatformError("not_found", "gone")],
  ] as const)("is not opened again for what is %s", async ([, error]) => {
    const { reading, since } = await read([loses(one, error), ends(one + two)]);

    await expect(reading).rejects.toBe(error);
    expect(since).toHaveLength(1);
  });

  test("tells why it was lost rather than that the time was over then", async () => {
    const overtime = new PlatformError("timed_out", "no result");

    await expect((await read([loses(""), loses("", overtime)])).reading).rejects.toThrow("lost");
    await expect((await read([loses("", overtime)])).reading).rejects.toBe(overtime);
    // After a new line that fault is past.
    await expect((await read([loses(""), loses(one, overtime)])).reading).rejects.toBe(overtime);
  });

  test("is not opened again for a caller who has gone, whose time is over or not", async () => {
    const gone = new Error("enough");
    const { reading, since } = await read([loses(one), ends(two)], { signal: AbortSignal.abort(gone) });
    await expect(reading).rejects.toBe(gone);
    expect(since).toHaveLength(1);

    const overtime = AbortSignal.abort(new DOMException("over", "TimeoutError"));
    await expect((await read([loses(one), ends(two)], { signal: overtime })).reading).rejects.toThrow("lost");
  });
});

describe("a log read after a place", () => {
  const after = { time: timeOf(1), count: 2 };
  const same = [1, 2, 3].map((number) => archived(`${number}`, 1)).join("");

  test("shows what is behind it", async () => {
    const { told, since, reading } = await read([ends(same + two)], { after, since: new Date(0) });

    expect([told, since]).toEqual([["3", "two"], ["2026-08-01T12:00:00.001Z"]]);
    expect((await reading).cursor).toEqual({ time: timeOf(2), count: 1 });
  });

  test("keeps the place while there is nothing behind it", async () => {
    const { reading } = await read([ends(archived("1", 1) + archived("2", 1))], { after });

    expect(await reading).toMatchObject({ cursor: after, ending: "closed" });
  });

  test("ends behind what is enough, and the place stands before that", async () => {
    const { reading, told } = await read([ends(one + two + three)], { take: ({ text }) => text !== "two" });

    expect(await reading).toMatchObject({ ending: "enough", cursor: { time: timeOf(1), count: 1 } });
    expect(told).toEqual(["one"]);
  });
});

describe("the last line of a log, without its end", () => {
  const text = one + two.trimEnd();

  test("is finished where the job is", async () => {
    const { reading, told } = await read([ends(text)]);

    expect(told).toEqual(["one", "two"]);
    expect(await reading).toMatchObject({ rest: undefined, cursor: { time: timeOf(2), count: 1 } });
  });

  test.for<[string, Play, Reading]>([
    ["the job goes on", ends(text), { isOver: false }],
    ["the time is over before the end", { frames: [[0, text]], closesAtMs: 9 }, { deadlineMs: 5 }],
  ])("is open where %s", async ([, play, reading]) => {
    const { told, reading: end } = await read([play], reading);

    expect(told).toEqual(["one"]);
    expect(await end).toMatchObject({
      rest: { text: "two", open: true },
      cursor: { time: timeOf(1), count: 1 },
    });
  });
});

describe("a log read through a sieve", () => {
  const block = (from: number, count: number, ms: number) =>
    Array.from({ length: count }, (_, index) => archived(`${from + index}`, ms)).join("");
  const sieve = { wants: () => false, passed() {} };

  test("goes on behind what was passed when it is lost", async () => {
    const all = block(0, 200, 1) + block(200, 300, 2);
    const frames: [number, string][] = [
      [0, block(0, 200, 1)],
      [1, block(200, 200, 2)],
    ];
    const { reading, told, since } = await read([{ frames, fails: { atMs: 2, error: lost() } }, ends(all)], {
      sieve,
    });

    expect(since).toEqual([null, "2026-08-01T12:00:00.001Z"]);
    // Up to the place each line is looked at again, and those behind it come as they are.
    expect(told).toEqual([200, ...Array.from({ length: 300 }, (_, index) => `${200 + index}`)]);
    const read200 = block(0, 200, 1).length;
    expect(await reading).toMatchObject({ linesRead: 200 + 500, bytesRead: read200 + all.length });
  });

  test("asks it of blocks behind the place alone", async () => {
    const frames: [number, string][] = [
      [0, block(0, 200, 1)],
      [1, block(200, 200, 2)],
      [2, block(400, 200, 3)],
    ];
    const asked: number[] = [];
    const wants = (bytes: Buffer) => asked.push(bytes.length) < 0;
    const { told } = await read([{ frames, closesAtMs: 3 }], {
      after: { time: timeOf(1), count: 199 },
      sieve: { wants, passed() {} },
    });

    expect(asked).toHaveLength(2);
    expect(told.slice(0, 3)).toEqual(["199", 200, 50]);
  });

  test("shows what it wants", async () => {
    const { told } = await read([ends(block(0, 200, 1))], { sieve: { wants: () => true, passed() {} } });

    expect(told).toHaveLength(200);
  });
});
