import { describe, expect, test } from "vitest";
import { type LogLine, LogLines, parseStamped, timeKey } from "../../../src/client/logs/lines.ts";

const TIME = "2026-08-01T10:00:00.123456789Z";

function read(bytes: Buffer, cuts: number[] = []): { lines: LogLine[]; rest: LogLine | undefined } {
  const log = new LogLines();
  const ends = [...cuts, bytes.length];
  const lines = ends.flatMap((end, index) => log.push(bytes.subarray(ends[index - 1] ?? 0, end)));
  return { lines, rest: log.rest() };
}

describe("the lines of a log", { tags: "logs" }, () => {
  test("are whole wherever the bytes were split", () => {
    const bytes = Buffer.from(`${TIME} naïve 🚀\n${TIME} привет\n${TIME} op🚀n`);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const { lines, rest } = read(bytes, [cut]);
      expect(lines.map(({ text }) => text)).toEqual(["naïve 🚀", "привет"]);
      expect(rest).toEqual({ time: TIME, text: "op🚀n", open: true });
    }
  });

  test("may be empty, the first one too", () => {
    const { lines, rest } = read(Buffer.from("\n\nx\n"));
    expect([lines.map(({ text }) => text), rest]).toEqual([["", "", "x"], undefined]);
  });

  test("never show a torn character or a part of a time as unfinished", () => {
    const bytes = Buffer.from(`${TIME} a🚀`);
    const seen = Array.from(
      { length: bytes.length + 1 },
      (_, end) => read(bytes.subarray(0, end)).rest?.text ?? "",
    );
    expect(new Set(seen)).toEqual(new Set(["", "a", "a🚀"]));
  });

  test("show what is torn at the end of a job for what it is", () => {
    const log = new LogLines();
    log.push(Buffer.from(`${TIME} caf\u00c3`, "latin1"));
    expect(log.rest()?.text).toBe("caf");
    expect(log.rest({ isLast: true })?.text).toBe("caf\ufffd");
  });

  test("are whole in pieces that end inside a character, also unfinished", () => {
    const text = `${"€".repeat(10_000)}end`;
    const whole = Buffer.from(text);
    const [first, second] = [whole.subarray(0, 16_384), whole.subarray(16_384)];
    const { rest } = read(Buffer.concat([Buffer.from(`${TIME} `), first, Buffer.from(`\n${TIME} `), second]));
    expect(rest).toEqual({ time: TIME, text, open: true });
  });

  test.each([
    [600_000, "x", 1],
    [300_001, "é", 2],
    [200_000, "🚀", 4],
  ])("of %i characters keep both ends and count what lies between", (count, character, size) => {
    const bytes = Buffer.from(`${TIME} <${character.repeat(count)}>\n`);
    const cuts = Array.from({ length: 40 }, (_, index) => index * 16_001).filter((at) => at < bytes.length);
    const { lines } = read(bytes, cuts);
    const [line] = lines;
    const units = character.length * count + 2;
    expect(line?.text).toMatch(/^<.*>$/);
    expect(line?.text).not.toContain("\ufffd");
    expect((line?.text.length ?? 0) + (line?.cut?.characters ?? 0)).toBe(units);
    expect(Buffer.byteLength(line?.text ?? "")).toBeLessThanOrEqual(256 * 1024 + 2 * size);
  });

  test.each([
    ["in one run", (text: string) => [`${TIME} ${text}`]],
    ["in pieces", (text: string) => (text.match(/.{1,16384}/g) ?? []).map((piece) => `${TIME} ${piece}`)],
  ])("that are too long say exactly where what is left out stood, %s", (_, printed) => {
    const text = `${"A".repeat(131_072)}${"M".repeat(100_000)}${"B".repeat(131_072)}`;
    const finished = read(
      Buffer.from(
        printed(text)
          .map((line) => `${line}\n`)
          .join(""),
      ),
    ).lines[0];
    const unfinished = read(Buffer.from(printed(text).join("\n"))).rest;
    for (const line of [finished, unfinished]) {
      const { at, characters } = line?.cut ?? { at: 0, characters: 0 };
      expect(characters).toBeGreaterThan(80_000);
      expect(line?.text === text.slice(0, at) + text.slice(at + characters)).toBe(true);
    }
    const { at = 0 } = finished?.cut ?? {};
    expect(finished?.text.slice(at - 1, at + 1)).toBe("AB");
  });

  test("are counted whole beside others in one chunk", () => {
    const long = "y".repeat(300_000);
    const { lines } = read(Buffer.from(`${TIME} a\n${TIME} ${long}\n${TIME} b\n`));
    expect(lines.map(({ text, cut }) => text.length + (cut?.characters ?? 0))).toEqual([1, 300_000, 1]);
  });

  test.each([[0], [7], [16_400]])("are put together from a container runtime's pieces, cut at %i", (cut) => {
    const text = `${"é".repeat(20_000)}end`;
    const whole = Buffer.from(text);
    const pieces: Buffer[] = [];
    for (let at = 0; at < whole.length; at += 16_384) {
      const time = `2026-08-01T10:00:00.00000${pieces.length}Z `;
      pieces.push(Buffer.concat([Buffer.from(time), whole.subarray(at, at + 16_384), Buffer.from("\n")]));
    }
    const after = Buffer.from(`${TIME} next\n`);
    const { lines } = read(Buffer.concat([...pieces, after]), [cut]);
    expect(lines).toEqual([
      { time: "2026-08-01T10:00:00.000000Z", text },
      { time: TIME, text: "next" },
    ]);
  });
});

describe("parseStamped", () => {
  test.each([
    ["2026-08-01T10:00:00.123456Z hello", "2026-08-01T10:00:00.123456Z", "hello"],
    ["2026-08-01T10:00:00Z  two blanks", "2026-08-01T10:00:00Z", " two blanks"],
    ["2026-08-01T12:00:00.123456789+02:00 x", "2026-08-01T12:00:00.123456789+02:00", "x"],
  ])("takes the time off %s", (line, time, text) => {
    expect(parseStamped(line)).toEqual({ time, text });
  });

  test("reads an offset with or without a colon", () => {
    const times = ["2026-08-01T12:00:00+0200", "2026-08-01T12:00:00.5-02:00"];
    expect(times.map((time) => parseStamped(`${time} x`))).toEqual(
      times.map((time) => ({ time, text: "x" })),
    );
  });

  test.each([
    "2026 was a year",
    "2026-00-01T10:00:00Z",
    "2026-13-01T10:00:00+02:00 x",
    "2026-08-00T10:00:00Z",
    "2026-08-32T10:00:00+02:00 x",
    "2026-08-01T24:00:00Z",
    "2026-08-01T10:60:00+02:00 x",
    "2026-08-01T10:00:60Z x",
    "2026-08-01T10:00:00+99:00 x",
    "2026-08-01T10:00:00+02:60 x",
  ])("leaves a line without a time as it is: %s", (line) => {
    expect(parseStamped(line)).toEqual({ text: line });
  });
});

describe("timeKey", () => {
  test("is the same for the archived and the live form of one time", () => {
    expect(timeKey("2026-08-01T10:00:00.123456Z")).toBe(timeKey("2026-08-01T12:00:00.123456789+02:00"));
    expect(timeKey("2026-08-01T10:00:00+00:00")).toBe(timeKey("2026-08-01T09:00:00.0000009-0100"));
    expect(timeKey("2026-08-01T10:00:00Z")).toBe("2026-08-01T10:00:00.000000");
  });

  test("orders times of any precision", () => {
    const times = [
      "2026-08-01T10:00:00Z",
      "2026-08-01T10:00:00.1Z",
      "2026-08-01T10:00:00.100001Z",
      "2026-08-01T10:00:01Z",
    ];

    expect(times.map(timeKey).toSorted()).toEqual(times.map(timeKey));
  });
});
