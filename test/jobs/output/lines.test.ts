import { describe, expect, test } from "vitest";
import { type BodyLine, logBody } from "../../../src/jobs/output/body.ts";
import { clampLine, cleanLines, fitLine } from "../../../src/jobs/output/lines.ts";
import { processorMs } from "../../support/busy.ts";

const texts = (...lines: string[]) => lines.map((text) => ({ text }));
const asIs = (text: string) => ({ text, hidden: 0 });
const shown = (lines: BodyLine[], redact = asIs) =>
  logBody(cleanLines(lines, redact), { timestamps: false }).lines;
const read = (...lines: string[]) => shown(texts(...lines));

describe("a readable log", () => {
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

  test("takes one look at a rule of signs", () => {
    const rules = Array.from({ length: 4000 }, (_, index) => `${"=".repeat(980)} ${index}`);
    expect(processorMs(() => read(...rules))).toBeLessThan(4500);
  });

  test("keeps metrics, however alike", () => {
    const metrics = Array.from({ length: 10 }, (_, i) => `epoch ${i} loss 0.${i} accuracy ${i}0%`);
    expect(read(...metrics)).toEqual(metrics);
  });

  test("hides a secret that colour codes split, and one that clamping would cut", () => {
    const redact = (text: string) => ({ text: text.replaceAll("hunter2", "[redacted]"), hidden: 2 });
    const printed = texts("pass hun\u001b[1mter2", `${"x".repeat(996)} hunter2${"y".repeat(2000)}`);
    expect(shown(printed, redact)).toEqual([
      "pass [redacted]",
      `${"x".repeat(996)} [re … (1,007 characters left out) … ${"y".repeat(1000)}`,
    ]);
  });

  test("counts what was not kept of a line, and splits no character", () => {
    const text = "a".repeat(100_001) + "🎉".repeat(50_000);
    expect(shown([{ text, cut: { at: 100_001, characters: 700_000 } }])).toEqual([
      `${"a".repeat(1000)} … (${(898_001).toLocaleString("en-US")} characters left out) … ${"🎉".repeat(500)}`,
    ]);
  });

  test("counts what the job itself printed as what it is", () => {
    const text = `${"a".repeat(1500)}… (700,000 characters left out) …${"b".repeat(1500)}`;
    expect(read(text)).toEqual([
      `${"a".repeat(1000)} … (${(text.length - 2000).toLocaleString("en-US")} characters left out) … ${"b".repeat(1000)}`,
    ]);
  });

  test("keeps the time a line was last written at", () => {
    const printed = [
      { text: "0%", time: "2026-11-22T10:00:00Z" },
      { text: "\u001b[A\r100%", time: "2026-11-22T10:05:00Z" },
    ];
    expect(cleanLines(printed, asIs)[0]).toEqual({ text: "100%", time: "2026-11-22T10:05:00Z", from: 1 });
  });

  test("puts the time in front only when asked", () => {
    const lines = [{ text: "a", time: "2026-11-22T10:00:00.123456789Z" }, { text: "b" }];
    expect(logBody(lines, { timestamps: false }).lines).toEqual(["a", "b"]);
    expect(logBody(lines, { timestamps: true }).lines).toEqual(["2026-11-22T10:00:00Z a", "b"]);
  });

  test("returns nothing for nothing", () => {
    expect(read()).toEqual([]);
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

describe("fitLine", () => {
  const short = (text: string, hit?: number) => fitLine({ text }, { maxChars: 2000, hit });
  const line = `${"a".repeat(3000)}needle${"b".repeat(4000)}`;

  test("shows head and tail, and how much is left out between", () => {
    expect(short(line)).toBe(`${"a".repeat(1000)} … (5,006 characters left out) … ${"b".repeat(1000)}`);
  });

  test("shows what stands around a hit, and how much is left out on both sides", () => {
    expect(short(line, line.indexOf("needle"))).toBe(
      `… (2,500 characters left out) … ${"a".repeat(500)}needle${"b".repeat(1494)} … (2,506 characters left out) …`,
    );
  });

  test("shows a hit at either end", () => {
    expect(short(line, 0)).toBe(`${"a".repeat(2000)} … (5,006 characters left out) …`);
    expect(short(line, 7005)).toBe(`… (5,006 characters left out) … ${"b".repeat(2000)}`);
  });
});
