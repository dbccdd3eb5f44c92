import { inflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { type Course, drawChart } from "../../../src/tools/compare/chart.ts";

const WIDTH = 640;
const HEIGHT = 360;
const [GREY, FIRST_COLOUR] = [2, 4];

/** Rows, from the top, in which each colour stands within the plot. */
function rowsOf(courses: Course[]): Map<number, Set<number>> {
  const png = drawChart(courses) ?? Buffer.alloc(0);
  const at = png.indexOf("IDAT");
  const pixels = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)));
  const rows = new Map<number, Set<number>>();
  for (let y = 0; y < HEIGHT; y += 1)
    for (let x = 76; x < 596; x += 1) {
      const colour = pixels[y * (WIDTH + 1) + 1 + x] ?? 0;
      rows.set(colour, (rows.get(colour) ?? new Set()).add(y));
    }
  return rows;
}

const course = (values: number[], every = 1): Course => ({ values, every });
const heightOf = (rows: Map<number, Set<number>>, colour: number) => {
  const all = [...(rows.get(colour) ?? [])];
  return Math.max(...all) - Math.min(...all);
};

describe("a chart", () => {
  test("draws each course in its colour, over the whole height", () => {
    const rows = rowsOf([course([1, 0.5, 0.25]), course([3, 2, 1], 4)]);
    expect(heightOf(rows, FIRST_COLOUR + 1)).toBeGreaterThan(150);
    expect(rows.has(FIRST_COLOUR)).toBe(true);
    expect(rows.has(GREY)).toBe(false);
  });

  test("is not flattened by one job that diverges, and leaves gaps for what is no number", () => {
    const falling = Array.from({ length: 40 }, (_, index) => 2 / (1 + index));
    const rows = rowsOf([course(falling), course([1, 2, Number.NaN, 1e9, Number.POSITIVE_INFINITY])]);
    expect(heightOf(rows, FIRST_COLOUR)).toBeGreaterThan(150);
  });

  test("has a height for one value, and is none without any", () => {
    expect(rowsOf([course([0.5])]).has(FIRST_COLOUR)).toBe(true);
    expect(drawChart([course([Number.NaN])])).toBeUndefined();
    expect(drawChart([])).toBeUndefined();
  });

  test("of a hundred jobs is small, those beyond the best in grey", () => {
    const many = Array.from({ length: 100 }, (_, job) =>
      course(Array.from({ length: 50 }, (_, index) => Math.sin(index * job) + job)),
    );
    expect(rowsOf(many).has(GREY)).toBe(true);
    expect(drawChart(many)?.length).toBeLessThan(40_000);
  });
});
