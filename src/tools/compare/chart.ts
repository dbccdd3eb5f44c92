import { quantileSorted, ticks } from "d3-array";
import { encode } from "fast-png";
import type { Series } from "../../jobs/metrics/series.ts";

type Point = readonly [x: number, y: number];

const [WIDTH, HEIGHT] = [640, 360];
const [LEFT, RIGHT, TOP, BOTTOM] = [76, 596, 16, 328];
// For the best Paul Tol's bright scheme and two more, told apart by people who see few colours; all others are grey.
const PALETTE = "4477aa ee6677 228833 ccbb44 66ccee aa3377 332288 dd7722 c4c4c4 222222 ececec ffffff"
  .split(" ")
  .map((hex) => [...Buffer.from(hex, "hex")]);
const [GREY, BLACK, PALE, WHITE] = [8, 9, 10, 11];
/** How many times the middle half of all values the picture reaches beyond it: one that diverges would flatten all others. */
const REACH = 4;
/** Characters of numbers, 3 × 5 dots: five rows of three bits. */
const GLYPHS: Readonly<Record<string, number>> = {
  ...{ 0: 0o75557, 1: 0o26227, 2: 0o71747, 3: 0o71717, 4: 0o55711, 5: 0o74717, 6: 0o74757, 7: 0o71222 },
  ...{ 8: 0o75757, 9: 0o75717, "-": 0o00700, "+": 0o02720, ".": 0o00002, e: 0o07747 },
};
const [DOT, ADVANCE, LABEL_HEIGHT] = [2, 8, 14];

/** Lines of a metric over its readings as a PNG: numbered at their ends, best first. Undefined where nothing is finite. */
export function drawChart(courses: readonly Series["points"][]): Uint8Array | undefined {
  const finite = courses.flatMap(({ values }) => values.filter(Number.isFinite)).sort((a, b) => a - b);
  if (finite.length === 0) return undefined;
  const [low, high] = rangeOf(finite);
  const last = Math.max(...courses.map(({ values, every }) => (values.length - 1) * every));
  const toX = (reading: number) => LEFT + (reading / Math.max(1, last)) * (RIGHT - LEFT);
  const toY = (value: number) =>
    BOTTOM - Math.min(1, Math.max(0, (value - low) / (high - low))) * (BOTTOM - TOP);
  const picture = new Picture();
  for (const tick of ticks(low, high, 6)) {
    for (let x = LEFT; x < RIGHT; x += 1) picture.dot([x, toY(tick)], 1, PALE);
    const label = String(tick).length <= 8 ? String(tick) : tick.toExponential(2);
    picture.text(label, [LEFT - 8, toY(tick) - 4], BLACK);
  }
  for (const reading of new Set([0, last]))
    picture.text(String(reading + 1), [toX(reading), BOTTOM + 10], BLACK);
  const lines = courses.map(({ values, every }) =>
    values.map((value, at): Point => [toX(at * every), toY(value)]),
  );
  // The best one last, so that it lies above the others.
  for (const [index, points] of [...lines.entries()].reverse()) picture.line(points, Math.min(index, GREY));
  numberEnds(picture, lines.slice(0, GREY));
  return encode({ width: WIDTH, height: HEIGHT, data: picture.pixels, channels: 1, palette: PALETTE });
}

function rangeOf(sorted: number[]) {
  const at = (share: number) => quantileSorted(sorted, share) ?? 0;
  const reach = REACH * (at(0.75) - at(0.25)) || Number.POSITIVE_INFINITY;
  const [low, high] = [Math.max(at(0), at(0.25) - reach), Math.min(at(1), at(0.75) + reach)];
  const margin = (high - low) * 0.04 || Math.abs(high) * 0.1 || 1;
  return [low - margin, high + margin] as const;
}

/** Beside the lines' ends, pushed apart, within the picture. */
function numberEnds(picture: Picture, lines: readonly Point[][]): void {
  const ends = lines.map((points, colour) => ({ colour, y: points.findLast(isThere)?.[1] ?? Number.NaN }));
  const shown = ends.filter(({ y }) => !Number.isNaN(y)).sort((a, b) => a.y - b.y);
  let free = 0;
  for (const [at, { y, colour }] of shown.entries()) {
    const top = Math.max(free, Math.min(y - 4, HEIGHT - (shown.length - at) * LABEL_HEIGHT));
    picture.text(String(colour + 1), [RIGHT + 22, top], colour);
    free = top + LABEL_HEIGHT;
  }
}

const isThere = (point: Point | undefined) => point !== undefined && !Number.isNaN(point[1]);

class Picture {
  readonly pixels = new Uint8Array(WIDTH * HEIGHT).fill(WHITE);

  dot([x, y]: Point, size: number, colour: number): void {
    const [left, top] = [Math.round(x - size / 2), Math.round(y - size / 2)];
    for (let row = top; row < top + size; row += 1)
      this.pixels.fill(colour, row * WIDTH + left, row * WIDTH + left + size);
  }

  /** A dot shows where it ends, also before a gap: nothing is drawn to or from what is no number. */
  line(points: readonly Point[], colour: number): void {
    for (const [at, [x, y]] of points.entries()) {
      const [fromX, fromY] = points[at - 1] ?? [x, y];
      const steps = Math.max(1, Math.abs(x - fromX), Math.abs(y - fromY));
      for (let step = 0; step <= steps; step += 1)
        this.dot([fromX + ((x - fromX) * step) / steps, fromY + ((y - fromY) * step) / steps], 2, colour);
      if (!isThere(points[at + 1])) this.dot([x, y], 6, colour);
    }
  }

  /** A number that ends at `x`. */
  text(text: string, [x, y]: Point, colour: number): void {
    const left = x - text.length * ADVANCE;
    for (const [at, character] of [...text].entries())
      for (let bit = 0; bit < 15; bit += 1)
        if ((GLYPHS[character] ?? 0) & (1 << (14 - bit)))
          this.dot([left + at * ADVANCE + (bit % 3) * DOT, y + Math.floor(bit / 3) * DOT], DOT, colour);
  }
}
