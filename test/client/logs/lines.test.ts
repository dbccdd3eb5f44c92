import { describe, expect, test } from "vitest";
import { LineSplitter, parseStamped, timeKey } from "../../../src/client/logs/lines.ts";

const bytes = (text: string) => Buffer.from(text);
const tooLong = () => new Error("too long");

describe("LineSplitter", () => {
  test("puts a character together that was cut anywhere", () => {
    const text = "naïve 🚀\nпривет\n";
    for (let cut = 0; cut <= bytes(text).length; cut += 1) {
      const splitter = new LineSplitter(1000, tooLong);
      const whole = bytes(text);
      const lines = [...splitter.push(whole.subarray(0, cut)), ...splitter.push(whole.subarray(cut))];
      expect(lines).toEqual(["naïve 🚀", "привет"]);
    }
  });

  test("keeps what has no newline yet", () => {
    const splitter = new LineSplitter(1000, tooLong);

    expect(splitter.push(bytes("a\nb"))).toEqual(["a"]);
    expect(splitter.rest()).toBe("b");
    expect(splitter.rest()).toBeUndefined();
  });

  test.each(["abcdefgh", "ab\nabcde\nc", "abcde\n"])("fails at a line that is too long in %j", (text) => {
    expect(() => new LineSplitter(4, tooLong).push(bytes(text))).toThrow("too long");
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

  test("leaves a line without a time as it is", () => {
    expect(parseStamped("2026 was a year")).toEqual({ text: "2026 was a year" });
  });
});

describe("timeKey", () => {
  test("is the same for the archived and the live form of one time", () => {
    expect(timeKey("2026-08-01T10:00:00.123456Z")).toBe(timeKey("2026-08-01T12:00:00.123456789+02:00"));
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
