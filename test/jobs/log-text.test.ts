import { describe, expect, test } from "vitest";
import { clampLine, foldTerminal, joinLines, readableLog } from "../../src/jobs/log-text.ts";

const texts = (...lines: string[]) => lines.map((text) => ({ text }));
const read = (...lines: string[]) => readableLog(texts(...lines)).lines.map((line) => line.text);

describe("readableLog", () => {
  test("collapses equal lines in a row", () => {
    const waiting = Array.from({ length: 41 }, () => "waiting for data");
    expect(read("start", ...waiting, "end")).toEqual([
      "start",
      "waiting for data",
      "… repeated 41 times",
      "end",
    ]);
  });

  test("leaves two equal lines alone", () => {
    expect(read("a", "a", "b")).toEqual(["a", "a", "b"]);
  });

  test("makes a run of progress bars its first and last", () => {
    const bars = Array.from(
      { length: 40 },
      (_, i) => ` ${i}%|${"█".repeat(i)}| ${i}/40 [00:0${i % 10}, 1.${i}it/s]`,
    );
    expect(read(...bars, "done")).toEqual([bars[0], "… 38 similar progress lines", bars[39], "done"]);
  });

  test("keeps progress bars when asked to", () => {
    const bars = Array.from({ length: 5 }, (_, i) => `${i}%|##| ${i}/5`);
    expect(readableLog(texts(...bars), { collapseProgress: false }).lines).toHaveLength(5);
  });

  test("keeps metrics, however alike", () => {
    const metrics = Array.from({ length: 10 }, (_, i) => `epoch ${i} loss 0.${i} accuracy ${i}0%`);
    expect(read(...metrics)).toEqual(metrics);
  });

  test("hides a secret that colour codes split, and one that clamping would cut", () => {
    const redact = (text: string) => ({ text: text.replaceAll("hunter2", "[redacted]"), hidden: 2 });
    const printed = texts("pass hun\u001b[1mter2", `${"x".repeat(15)} hunter2`);
    expect(readableLog(printed, { redact, maxLineChars: 20 })).toEqual({
      lines: texts("pass [redacted]", `${"x".repeat(15)} [red … (6 more characters)`),
      hidden: 2,
    });
  });

  test("keeps the time a line was last written at", () => {
    const printed = [
      { text: "0%", time: "2026-11-22T10:00:00Z" },
      { text: "\u001b[A\r100%", time: "2026-11-22T10:05:00Z" },
    ];
    expect(foldTerminal(printed)[0]).toEqual({ text: "100%", time: "2026-11-22T10:05:00Z" });
  });

  test("returns nothing for nothing", () => {
    expect(readableLog([])).toEqual({ lines: [], hidden: 0 });
  });
});

describe("clampLine", () => {
  test("says how many characters were cut", () => {
    expect(clampLine("a".repeat(12_000), 2000)).toBe(`${"a".repeat(2000)} … (10,000 more characters)`);
  });

  test("leaves a line of the limit alone", () => {
    expect(clampLine("abc", 3)).toBe("abc");
  });

  test("splits no character", () => {
    expect(clampLine("ab🎉cd", 3)).toBe("ab … (4 more characters)");
  });
});

describe("joinLines", () => {
  const lines = [{ text: "a", time: "2026-11-22T10:00:00.123456789Z" }, { text: "b" }];

  test("puts the time in front only when asked", () => {
    expect(joinLines(lines)).toBe("a\nb");
    expect(joinLines(lines, { timestamps: true })).toBe("2026-11-22T10:00:00Z a\nb");
  });
});
