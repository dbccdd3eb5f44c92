import { decode } from "fast-png";
import { describe, expect, test } from "vitest";
import { drawChart } from "../../../src/tools/compare/chart.ts";

const [FIRST_COLOUR, GREY] = [0, 8];
const PLOT = { left: 76, right: 600 };

interface Course {
  values: number[];
  every: number;
}

/** Where each colour stands from `left` to `right`: rows from the top, and columns. */
function placesOf(courses: Course[], { left, right } = PLOT) {
  const { width, data } = decode(drawChart(courses) ?? new Uint8Array());
  const places = new Map<number, { rows: Set<number>; columns: Set<number> }>();
  for (const [at, colour] of data.entries()) {
    const [x, y] = [at % width, Math.floor(at / width)];
    if (x < left || x >= right) continue;
    const place = places.get(colour) ?? { rows: new Set(), columns: new Set() };
    place.rows.add(y);
    place.columns.add(x);
    places.set(colour, place);
  }
  return places;
}

const course = (values: number[], every = 1): Course => ({ values, every });
const heightOf = (courses: Course[], index: number) => {
  const rows = [...(placesOf(courses).get(FIRST_COLOUR + index)?.rows ?? [])];
  return Math.max(...rows) - Math.min(...rows);
};

describe("a chart", () => {
  test("draws each course in its colour, over the whole height", () => {
    const courses = [course([1, 0.5, 0.25]), course([3, 2, 1], 4)];
    expect(heightOf(courses, 1)).toBeGreaterThan(150);
    expect([...placesOf(courses).keys()]).toContain(FIRST_COLOUR);
    expect([...placesOf(courses).keys()]).not.toContain(GREY);
  });

  test("is not flattened by one job that diverges", () => {
    const falling = Array.from({ length: 40 }, (_, index) => 2 / (1 + index));
    const courses = [course(falling), course([1, 2, 1e9, Number.POSITIVE_INFINITY])];
    expect(heightOf(courses, 0)).toBeGreaterThan(150);
  });

  test("leaves a gap for what is no number, and shows a value between two", () => {
    const gapped = [1, 0.8, Number.NaN, 0.6, Number.NaN, 0.4, 0.2];
    const columns = placesOf([course(gapped)]).get(FIRST_COLOUR)?.columns;
    const step = (596 - 76) / 6;
    const isDrawn = [0, 0.5, 1.5, 2, 2.5, 3, 3.5, 4.5, 5.5, 6].map((at) =>
      columns?.has(Math.round(76 + at * step)),
    );
    expect(isDrawn).toEqual([true, true, false, false, false, true, false, false, true, true]);
  });

  test("numbers lines at their ends, apart where they end together", () => {
    const together = Array.from({ length: 8 }, () => course([3, 2, 1]));
    const rows = [...placesOf(together, { left: 604, right: 640 })].filter(([colour]) => colour < GREY);
    const spans = rows
      .map(([, place]) => [Math.min(...place.rows), Math.max(...place.rows)])
      .toSorted(([a = 0], [b = 0]) => a - b);
    expect(spans).toHaveLength(8);
    for (const [index, [top]] of spans.entries()) expect(top).toBeGreaterThan(spans[index - 1]?.[1] ?? 0);
  });

  test("has a height for one value, and is none without any", () => {
    expect(placesOf([course([0.5])]).has(FIRST_COLOUR)).toBe(true);
    expect(drawChart([course([Number.NaN])])).toBeUndefined();
    expect(drawChart([])).toBeUndefined();
  });

  test("of a hundred jobs is small, those beyond the best in grey", () => {
    const many = Array.from({ length: 100 }, (_, job) =>
      course(Array.from({ length: 50 }, (_, index) => Math.sin(index * job) + job)),
    );
    expect(placesOf(many).has(GREY)).toBe(true);
    expect(drawChart(many)?.length).toBeLessThan(40_000);
  });
});
