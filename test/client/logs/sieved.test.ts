import { describe, expect, test } from "vitest";
import { SameTime } from "../../../src/client/logs/cursor.ts";
import { LogLines, timeKey } from "../../../src/client/logs/lines.ts";
import { SievedLines, spanOf } from "../../../src/client/logs/sieved.ts";

const lineAt = (index: number) =>
  `2026-08-01T12:00:${String(Math.floor(index / 700) % 60).padStart(2, "0")}.${String(index % 700 < 350 ? 1 : 2).padStart(6, "0")}Z ${textOf(index)}\n`;
const textOf = (index: number) => (index % 2500 === 2400 ? `needle ${index}` : `line ${index} é`);

function* chunks(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe("SievedLines", () => {
  const count = 10_000;
  const long = `2026-08-01T12:00:20.000000Z ${"x".repeat(16_384)}\n2026-08-01T12:00:20.000001Z needle in pieces\n`;
  const all = Buffer.from(
    Array.from({ length: count }, (_, index) => (index === 7000 ? long : lineAt(index))).join(""),
  );

  test.for([1, 97, 5000, 64 * 1024])(
    "counts what it passes, tells each wanted line and those before it, in chunks of %i bytes",
    (size) => {
      const plain = new LogLines();
      const expected = [...chunks(all, size)].flatMap((chunk) => plain.push(chunk));
      const lines = new SievedLines({ wants: (block) => block.includes("needle") });
      const told = [...[...chunks(all, size)].flatMap((chunk) => lines.push(chunk)), ...lines.end()];
      let number = 0;
      const [place, truth] = [new SameTime(), new SameTime()];
      for (const item of told) {
        if ("passed" in item) place.sawPassed(item);
        else {
          place.saw(item);
          expect(item).toEqual(expected[number]);
        }
        const next = number + ("passed" in item ? item.passed : 1);
        for (const line of expected.slice(number, next)) truth.saw(line);
        expect(place.cursor).toEqual(truth.cursor);
        number = next;
      }
      expect(number).toBe(expected.length);
      const texts = new Set(told.flatMap((item) => ("passed" in item ? [] : [item.text])));
      expect(texts).toContain(textOf(2300));
      expect([...texts].filter((text) => text.includes("needle"))).toHaveLength(5);
      expect(texts.size).toBeLessThan(expected.length);
    },
  );
});

test("the span of lines is their first and last time, as far as they have one", () => {
  const [first, last] = [lineAt(0), lineAt(900)];
  expect(spanOf(Buffer.from(first + last))).toEqual({
    first: timeKey(first.slice(0, 27)),
    last: timeKey(last.slice(0, 27)),
  });
  expect(spanOf(Buffer.from(`plain\n${last}`)).first).toBe("");
  expect(spanOf(Buffer.from(`${first}plain\n`)).last).toBe("");
});
