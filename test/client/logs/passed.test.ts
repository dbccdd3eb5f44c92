import { describe, expect, test } from "vitest";
import { LogLines } from "../../../src/client/logs/lines.ts";
import { SievedLines, spanOf } from "../../../src/client/logs/sieved.ts";

const at = (second: number, fraction = "000000") =>
  `2026-08-01T10:00:${String(second).padStart(2, "0")}.${fraction}Z`;
const line = (second: number, text = "x") => ({ time: at(second), text });

describe("spanOf", () => {
  test("gives the times of the first and the last line", () => {
    const keys = ["2026-08-01T10:00:01.000000", "2026-08-01T10:00:03.000000"];
    const span = (text: string) => Object.values(spanOf(Buffer.from(text)));
    expect(span(`${at(1)} a\n${at(2)} b\n${at(3)} c\n`)).toEqual(keys);
    expect(span(`${at(1)} a\n`)).toEqual([keys[0], keys[0]]);
    expect(span(`a\n${at(3)} c\n`)).toEqual(["", keys[1]]);
    expect(span("a\n2026-08-01T10:00:00.0 b\n")).toEqual(["", ""]);
    expect(span(`${at(1)} a\n\n`)).toEqual([keys[0], ""]);
  });
});

describe("SievedLines", () => {
  const block = (from: number, count: number, second: number) =>
    Buffer.from(Array.from({ length: count }, (_, index) => `${at(second)} ${from + index}\n`).join(""));
  const sieved = (isWanted: (text: string) => boolean = () => false) =>
    new SievedLines({ wants: (bytes) => isWanted(bytes.toString()) });

  test("holds back 150 lines, and tells those before them as a number", () => {
    const lines = sieved();
    expect(lines.push(block(0, 100, 1))).toEqual([]);
    expect(lines.push(block(100, 149, 2))).toEqual([]);
    expect(lines.push(block(249, 1, 2))).toEqual([
      { passed: 100, bytes: block(0, 100, 1).length, time: at(1), sameTime: 100 },
    ]);
    const told = lines.end();
    expect(told).toHaveLength(150);
    expect(told[0]).toEqual({ time: at(2), text: "100" });
    expect(lines.end()).toEqual([]);
  });

  test("parts a block where 150 lines begin before what is wanted", () => {
    const lines = sieved((text) => text.includes("wanted"));
    expect(lines.push(block(0, 200, 1))).toEqual([]);
    const told = lines.push(Buffer.from(`${at(2)} wanted\n`));
    expect(told).toHaveLength(152);
    expect(told[0]).toMatchObject({ passed: 50, sameTime: 50 });
    expect(told.slice(1, 2)).toEqual([{ time: at(1), text: "50" }]);
    expect(told.at(-1)).toEqual({ time: at(2), text: "wanted" });
  });

  test("counts those of the last one's time only, in any precision", () => {
    const lines = sieved();
    lines.push(
      Buffer.concat([block(0, 2, 1), Buffer.from(`${at(2, "000000123")} a\n${at(2, "000000456")} b\n`)]),
    );
    expect(lines.push(block(4, 150, 3))).toMatchObject([
      { passed: 4, time: at(2, "000000456"), sameTime: 2 },
    ]);
  });

  test("tells a line that nothing leads past, and one too long to be passed over", () => {
    expect(sieved().push(Buffer.from(`${at(1)} a\nno time\n`))).toEqual([line(1, "a"), { text: "no time" }]);
    const long = "y".repeat(20_000);
    expect(sieved().push(Buffer.from(`${at(1)} ${long}\n`))).toEqual([{ time: at(1), text: long }]);
  });

  test("parts no block where nothing leads past the lines before", () => {
    const lines = sieved((text) => text.includes("wanted"));
    lines.push(Buffer.concat([block(0, 49, 1), Buffer.from("no time\n"), block(50, 150, 1)]));
    const told = lines.push(Buffer.from(`${at(2)} wanted\n`));
    expect(told).toHaveLength(201);
    expect(told[49]).toEqual({ text: "no time" });
  });

  test("passes over a line of 16,384 bytes, and no longer one", () => {
    const long = Buffer.from(`${at(1)} ${"y".repeat(16_384 - 28)}\n`);
    const lines = sieved();
    expect(lines.push(long)).toEqual([]);
    expect(lines.push(block(0, 150, 2))).toMatchObject([{ passed: 1, bytes: 16_385, sameTime: 1 }]);
    expect(sieved().push(Buffer.from(`${at(1)} ${"y".repeat(16_385 - 28)}\n`))).toHaveLength(1);
  });

  test("tells what it holds back once an unfinished line grows too long to be passed over", () => {
    const lines = sieved();
    lines.push(block(0, 3, 1));
    expect(lines.push(Buffer.from(`${at(2)} ${"z".repeat(10_000)}`))).toEqual([]);
    expect(lines.push(Buffer.from("z".repeat(6356)))).toEqual([]);
    expect(lines.push(Buffer.from("z"))).toEqual([line(1, "0"), line(1, "1"), line(1, "2")]);
    expect(lines.push(Buffer.from("z\n"))).toEqual([line(2, "z".repeat(16_358))]);
  });

  test("shows the unfinished line, also of many pieces", () => {
    const lines = sieved();
    lines.push(Buffer.from(`${at(1)} a\n${at(2)} b`));
    expect(lines.end()).toEqual([line(1, "a")]);
    expect(lines.rest()).toEqual({ time: at(2), text: "b", open: true });
    expect(lines.push(Buffer.from("c\n"))).toEqual([line(2, "bc")]);
    const long = sieved();
    const pieces = Array.from({ length: 5 }, () => Buffer.from("z".repeat(5000)));
    for (const piece of [Buffer.from(`${at(1)} `), ...pieces]) expect(long.push(piece)).toEqual([]);
    expect(long.push(Buffer.from("\n"))).toEqual([{ time: at(1), text: "z".repeat(25_000) }]);
  });
});

describe("LogLines", () => {
  test("joins a line in pieces that comes in one chunk, first or between others", () => {
    const full = "p".repeat(16_384);
    const pieces = `${at(2)} ${full}\n${at(2, "5")} end\n`;
    const read = (text: string) => new LogLines().push(Buffer.from(text));
    const joined = line(2, `${full}end`);

    expect(read(`${pieces}${at(3)} b\n${at(4)} c\n`)).toEqual([joined, line(3, "b"), line(4, "c")]);
    const short = Array.from({ length: 2000 }, (_, index) => line(3, `${index}`));
    const behind = short.map(({ time, text }) => `${time} ${text}\n`).join("");
    expect(read(`${at(1)} a\n${pieces}${behind}`)).toEqual([line(1, "a"), joined, ...short]);
    expect(read(`${at(1)} a\n\n${pieces}\n${at(4)} c\n`)).toEqual([
      ...[line(1, "a"), { text: "" }],
      ...[joined, { text: "" }, line(4, "c")],
    ]);
  });

  test("takes a time alone, and one without a blank behind it, for what they are", () => {
    const lines = new LogLines();
    expect(lines.isBetween).toBe(true);
    expect(lines.push(Buffer.from(`${at(1)}\n\n${at(2)}`))).toEqual([
      { time: at(1), text: "" },
      { text: "" },
    ]);
    expect(lines.isBetween).toBe(false);
    expect(lines.rest()).toEqual({ time: at(2), text: "", open: true });
    expect(lines.push(Buffer.from("\n"))).toEqual([{ time: at(2), text: "" }]);
    expect([lines.isBetween, lines.rest()]).toEqual([true, undefined]);
  });

  test("shows what is no part of a time as unfinished, and a whole time", () => {
    const rest = (text: string) => {
      const lines = new LogLines();
      lines.push(Buffer.from(text));
      return lines.rest();
    };
    expect(rest("plain")).toEqual({ text: "plain", open: true });
    expect(rest("20261")).toEqual({ text: "20261", open: true });
    expect([rest("2026"), rest("2026-08-01T12:00:00+02:0")]).toEqual([undefined, undefined]);
    const time = "2026-08-01T12:00:00+02:00";
    expect(rest(time)).toEqual({ time, text: "", open: true });
  });

  test("joins no line of exactly a piece's length that has no time", () => {
    const lines = new LogLines();
    const texts = ["p".repeat(16_384), "next"];
    expect(lines.push(Buffer.from(`${texts.join("\n")}\n`))).toEqual(texts.map((text) => ({ text })));
  });

  test("joins a full piece with an empty last one, and is between lines then", () => {
    const lines = new LogLines();
    expect(lines.push(Buffer.from(`${at(1)} ${"p".repeat(16_384)}\n`))).toEqual([]);
    expect(lines.isBetween).toBe(false);
    expect(lines.rest()).toEqual({ ...line(1, "p".repeat(16_384)), open: true });
    lines.push(Buffer.from("2026-08-01T10"));
    expect(lines.rest()?.text).toHaveLength(16_384);
    expect(lines.push(Buffer.from(":00:02Z \n"))).toEqual([line(1, "p".repeat(16_384))]);
    expect(lines.isBetween).toBe(true);
  });
});
