import { describe, expect, test } from "vitest";
import { LineSplitter, parseStamped, timeKey } from "../../../src/client/logs/lines.ts";

const bytes = (text: string) => Buffer.from(text);

describe("LineSplitter", () => {
  test("puts a character together that was cut anywhere", () => {
    const text = "naïve 🚀\nпривет\n";
    for (let cut = 0; cut <= bytes(text).length; cut += 1) {
      const splitter = new LineSplitter();
      const whole = bytes(text);
      const lines = [...splitter.push(whole.subarray(0, cut)), ...splitter.push(whole.subarray(cut))];
      expect(lines).toEqual(["naïve 🚀", "привет"]);
    }
  });

  test("keeps what has no newline yet", () => {
    const splitter = new LineSplitter();

    expect(splitter.push(bytes("a\nb"))).toEqual(["a"]);
    expect(splitter.rest()).toBe("b");
    expect(splitter.rest()).toBeUndefined();
  });

  test("cuts a line that never ends, or fails where asked to", () => {
    const cutting = new LineSplitter(4);
    const failing = new LineSplitter(4, () => new Error("too long"));

    expect([...cutting.push(bytes("abcdefgh")), ...cutting.push(bytes("ij\nk\n"))]).toEqual(["abcd", "k"]);
    expect(() => failing.push(bytes("abcdefgh"))).toThrow("too long");
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
