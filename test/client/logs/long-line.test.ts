import { describe, expect, test } from "vitest";
import { LongLine } from "../../../src/client/logs/long-line.ts";

describe("LongLine", () => {
  const HALF = 128 * 1024;

  test("keeps a line of the most bytes whole, and one byte more at both ends", () => {
    const read = (length: number) => {
      const long = new LongLine();
      long.push(Buffer.alloc(length, "x"));
      return long.text();
    };
    expect(read(2 * HALF)).toEqual({ text: "x".repeat(2 * HALF) });
    expect(read(2 * HALF + 1)).toEqual({ text: "x".repeat(2 * HALF), cut: { at: HALF, characters: 1 } });
  });

  test("has no whole line any more once some was left out, until it is cleared", () => {
    const long = new LongLine();
    expect(long.isEmpty).toBe(true);
    long.push(Buffer.alloc(4 * HALF, "x"));
    expect(long.whole?.length).toBe(4 * HALF);
    long.push(Buffer.from("y"));
    expect(long.whole).toBeUndefined();
    expect(long.text()).toMatchObject({ cut: { at: HALF, characters: 2 * HALF + 1 } });
    expect(long.text().text.endsWith("xy")).toBe(true);

    long.clear();

    expect([long.isEmpty, long.text()]).toEqual([true, { text: "" }]);
  });

  test("counts what is left out each time it grows", () => {
    const long = new LongLine();
    for (let index = 0; index < 20; index += 1) long.push(Buffer.alloc(HALF, "x"));
    const { text, cut } = long.text();
    expect(text.length + (cut?.characters ?? 0)).toBe(20 * HALF);
    expect(text.length).toBe(2 * HALF);
  });
});
