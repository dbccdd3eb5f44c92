import { type Rgb, toPng } from "./png.ts";

/** The course of one job's metric: each `every`th value. */
export interface Course {
  values: readonly number[];
  every: number;
}

/** How many lines have a colour and a number of their own; the others are grey. */
const MOST_COLOURED = 8;

const SIZE = { width: 640, height: 360 };
const PLOT = { left: 76, top: 16, right: 596, bottom: 328 };
const [WHITE, BLACK, GREY, GRID, FIRST_COLOUR] = [0, 1, 2, 3, 4];
// Paul Tol's bright scheme and two more: told apart by people who see few colours.
const PALETTE = "ffffff 222222 c4c4c4 ececec 4477aa ee6677 228833 ccbb44 66ccee aa3377 332288 dd7722"
  .split(" ")
  .map(rgb);
/** How many times the middle half of all values the picture reaches beyond it: one that diverges would flatten all others. */
const REACH = 4;
const LABEL_HEIGHT = 14;

/** Characters of numbers, 3 × 5: five rows of three bits. */
const GLYPHS: Readonly<Record<string, string>> = {
  ...{ 0: "75557", 1: "26227", 2: "71747", 3: "71717", 4: "55711", 5: "74717", 6: "74757", 7: "71222" },
  ...{ 8: "75757", 9: "75717", "-": "00700", "+": "02720", ".": "00002", e: "07747" },
};
const DOT = 2;
const ADVANCE = 4 * DOT;

/** Lines of a metric over its readings as a PNG: numbered at their ends, best first. Undefined where nothing is finite. */
export function drawChart(courses: readonly Course[]): Buffer | undefined {
  const range = rangeOf(courses.flatMap(({ values }) => values.filter(Number.isFinite)));
  if (range === undefined) return undefined;
  const last = Math.max(1, ...courses.map(({ values, every }) => (values.length - 1) * every));
  const canvas = new Canvas();
  axes(canvas, range, last);
  const drawn = courses.map((course, index) => ({ index, points: pointsOf(course, range, last) }));
  // The best one last, so that it lies above the others.
  for (const { index, points } of [...drawn].reverse()) {
    canvas.polyline(points, colourOf(index));
    const end = points.findLast((point) => point !== undefined);
    if (end !== undefined) canvas.dot(end, colourOf(index));
  }
  for (const { index, y } of labels(drawn.slice(0, MOST_COLOURED)))
    canvas.text(String(index + 1), { x: PLOT.right + 10, y }, colourOf(index));
  return toPng(canvas.pixels, { width: SIZE.width, palette: PALETTE });
}

interface Point {
  x: number;
  y: number;
}

interface Range {
  from: number;
  to: number;
}

function rangeOf(finite: readonly number[]): Range | undefined {
  const sorted = [...finite].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  if (sorted.length === 0) return undefined;
  const reach = REACH * (at(0.75) - at(0.25));
  const [low, high] =
    reach > 0 ? [Math.max(at(0), at(0.25) - reach), Math.min(at(1), at(0.75) + reach)] : [at(0), at(1)];
  const margin = (high - low) * 0.04 || Math.abs(high) * 0.1 || 1;
  return { from: low - margin, to: high + margin };
}

/** Where the numbers of lines stand: at their ends, pushed apart, within the picture. */
function labels(drawn: readonly { index: number; points: readonly (Point | undefined)[] }[]) {
  const ends = drawn.flatMap(({ index, points }) => {
    const end = points.findLast((point) => point !== undefined);
    return end === undefined ? [] : [{ index, y: end.y - LABEL_HEIGHT / 2 }];
  });
  ends.sort((a, b) => a.y - b.y);
  let free = 0;
  for (const end of ends) {
    end.y = Math.max(end.y, free);
    free = end.y + LABEL_HEIGHT;
  }
  let floor = SIZE.height;
  for (const end of [...ends].reverse()) {
    end.y = Math.min(end.y, floor - LABEL_HEIGHT);
    floor = end.y;
  }
  return ends;
}

function axes(canvas: Canvas, { from, to }: Range, last: number): void {
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    const y = Math.round(PLOT.bottom - share * (PLOT.bottom - PLOT.top));
    canvas.polyline(
      [
        { x: PLOT.left, y },
        { x: PLOT.right, y },
      ],
      share === 0 ? BLACK : GRID,
    );
    const label = short(from + share * (to - from));
    canvas.text(label, { x: PLOT.left - 8 - label.length * ADVANCE, y: y - 5 }, BLACK);
  }
  const end = String(last + 1);
  canvas.text("1", { x: PLOT.left, y: PLOT.bottom + 10 }, BLACK);
  canvas.text(end, { x: PLOT.right - end.length * ADVANCE, y: PLOT.bottom + 10 }, BLACK);
}

/** What is no number leaves a gap. */
function pointsOf({ values, every }: Course, { from, to }: Range, last: number) {
  return values.map((value, index): Point | undefined => {
    if (!Number.isFinite(value)) return undefined;
    const up = Math.min(1, Math.max(0, (value - from) / (to - from)));
    const x = PLOT.left + ((index * every) / last) * (PLOT.right - PLOT.left);
    return {
      x: Math.round(Math.min(x, PLOT.right)),
      y: Math.round(PLOT.bottom - up * (PLOT.bottom - PLOT.top)),
    };
  });
}

function colourOf(index: number): number {
  return index < MOST_COLOURED ? FIRST_COLOUR + index : GREY;
}

function short(value: number): string {
  const text = Number(value.toPrecision(3)).toString();
  return text.length <= 7 ? text : value.toExponential(1);
}

function rgb(hex: string): Rgb {
  const [red = 0, green = 0, blue = 0] = Buffer.from(hex, "hex");
  return { red, green, blue };
}

class Canvas {
  readonly pixels = new Uint8Array(SIZE.width * SIZE.height).fill(WHITE);

  /** Two pixels wide; a grid line one. */
  polyline(points: readonly (Point | undefined)[], colour: number): void {
    points.forEach((to, index) => {
      const from = points[index - 1] ?? to;
      if (from === undefined || to === undefined) return;
      const steps = Math.max(1, Math.abs(to.x - from.x), Math.abs(to.y - from.y));
      for (let step = 0; step <= steps; step += 1) {
        const x = Math.round(from.x + ((to.x - from.x) * step) / steps);
        const y = Math.round(from.y + ((to.y - from.y) * step) / steps);
        this.#fill({ x, y }, colour === GRID ? 1 : 2, colour);
      }
    });
  }

  /** Shows where a line ends, and a line of one point at all. */
  dot({ x, y }: Point, colour: number): void {
    this.#fill({ x: x - 2, y: y - 2 }, 6, colour);
  }

  text(text: string, { x, y }: Point, colour: number): void {
    [...text].forEach((character, at) => {
      [...(GLYPHS[character] ?? "")].forEach((row, down) => {
        for (const right of [0, 1, 2])
          if ((Number(row) >> (2 - right)) & 1)
            this.#fill({ x: x + at * ADVANCE + right * DOT, y: Math.round(y) + down * DOT }, DOT, colour);
      });
    });
  }

  #fill({ x, y }: Point, size: number, colour: number): void {
    for (let down = 0; down < size; down += 1) {
      if (y + down < 0 || y + down >= SIZE.height) continue;
      this.pixels.fill(colour, (y + down) * SIZE.width + x, (y + down) * SIZE.width + x + size);
    }
  }
}
