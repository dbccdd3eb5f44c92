import { scaleLog } from "d3-scale";
import { line } from "d3-shape";
import type { Point } from "../harness/fit.ts";
import { type Growth, type Row, short } from "../harness/row.ts";

const PANEL = { width: 240, height: 216 };
const PLOT = { left: 54, right: 216, top: 46, bottom: 176 };
const COLUMNS = 4;
const DECADES = [1, 10, 100, 1000];

const STYLE = `
text { font: 11px system-ui, sans-serif; fill: #57606a }
.title { font-weight: 600; font-size: 13px; fill: #1f2328 }
.value { fill: #1f2328; font-weight: 600 }
.grid { stroke: #d0d7de; stroke-width: 1 }
.proportion { stroke: #8c959f; stroke-width: 1.5; stroke-dasharray: 4 4 }
.cost { stroke: #0969da; stroke-width: 2.5; fill: none; stroke-linejoin: round }
.size { fill: #0969da; stroke: #fff; stroke-width: 1.5 }
.paper { fill: #fff }
@media (prefers-color-scheme: dark) {
  text { fill: #9198a1 }
  .title, .value { fill: #f0f6fc }
  .grid { stroke: #30363d }
  .proportion { stroke: #656c76 }
  .cost { stroke: #58a6ff }
  .size { fill: #58a6ff; stroke: #0d1117 }
  .paper { fill: #0d1117 }
}`;

/** Costs by work, a panel for each, both axes in times of the least and logarithmic: SVG in both themes. */
export function chartOf(rows: readonly Row[]): string {
  const panels = rows.flatMap(({ name, value, growth }) =>
    growth === undefined ? [] : [panelOf({ title: name.replace(/^.*\//, ""), slope: value, growth })],
  );
  const cells = [...panels, legend()];
  const [width, height] = [COLUMNS * PANEL.width, Math.ceil(cells.length / COLUMNS) * PANEL.height];
  const placed = cells.map(
    (cell, at) =>
      `<g transform="translate(${(at % COLUMNS) * PANEL.width} ${Math.floor(at / COLUMNS) * PANEL.height})">${cell}</g>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    "<title>How cost grows with work, both axes logarithmic</title>",
    `<style>${STYLE}</style>`,
    `<rect class="paper" width="${width}" height="${height}"/>`,
    ...placed,
    "</svg>\n",
  ].join("\n");
}

const x = scaleLog([1, 1000], [PLOT.left, PLOT.right]);
const y = scaleLog([0.3, 2000], [PLOT.bottom, PLOT.top]).clamp(true);

function panelOf({ title, slope, growth }: { title: string; slope: number; growth: Growth }): string {
  const { points, of, unit } = growth;
  const [[least, cheapest] = [1, 1]] = points;
  const times: Point[] = points.map(([work, cost]) => [work / least, cost / cheapest]);
  const path = line<Point>(
    ([work]) => x(work),
    ([, cost]) => y(cost),
  )(times);
  const dots = times.map(
    ([work, cost]) => `<circle class="size" cx="${px(x(work))}" cy="${px(y(cost))}" r="4"/>`,
  );
  const last = points.at(-1) ?? [1, 1];
  const end = times.at(-1) ?? [1, 1];
  return [
    `<text class="title" x="${PLOT.left}" y="20">${title}</text>`,
    `<text x="${PLOT.right}" y="20" text-anchor="end">slope ${slope.toFixed(2)}</text>`,
    axes(
      DECADES.map((times) => short(least * times)),
      of,
    ),
    proportion(),
    `<path class="cost" d="${path}"/>`,
    ...dots,
    `<text class="value" x="${PLOT.left}" y="${px(y(1) + 17)}">${short(cheapest)} ${unit}</text>`,
    `<text class="value" x="${px(x(end[0]) + 4)}" y="${px(y(end[1]) - 9)}" text-anchor="end">${short(last[1])} ${unit}</text>`,
  ].join("\n");
}

function axes(works: readonly string[], of: string): string {
  const across = DECADES.map((times) => {
    const at = px(y(times));
    const label = `<text x="${PLOT.left - 6}" y="${at + 4}" text-anchor="end">${short(times)} ×</text>`;
    return `<line class="grid" x1="${PLOT.left}" x2="${PLOT.right}" y1="${at}" y2="${at}"/>${label}`;
  });
  const below = works.map(
    (work, at) =>
      `<text x="${px(x(DECADES[at] ?? 1))}" y="${PLOT.bottom + 16}" text-anchor="middle">${work}</text>`,
  );
  const name = `<text x="${(PLOT.left + PLOT.right) / 2}" y="${PLOT.bottom + 31}" text-anchor="middle">${of}</text>`;
  return [...across, ...below, name].join("\n");
}

function proportion(): string {
  return `<line class="proportion" x1="${x(1)}" y1="${px(y(1))}" x2="${x(1000)}" y2="${px(y(1000))}"/>`;
}

function legend(): string {
  const [left, top] = [PLOT.left, PLOT.top + 20];
  return [
    `<path class="cost" d="M${left} ${top}h28"/><circle class="size" cx="${left + 14}" cy="${top}" r="4"/>`,
    `<text x="${left + 38}" y="${top + 4}">measured</text>`,
    `<line class="proportion" x1="${left}" x2="${left + 28}" y1="${top + 26}" y2="${top + 26}"/>`,
    `<text x="${left + 38}" y="${top + 30}">in proportion to work</text>`,
    `<text x="${left}" y="${top + 58}">Up: cost, in times of the least.</text>`,
    `<text x="${left}" y="${top + 74}">Across: work. Both logarithmic.</text>`,
  ].join("\n");
}

/** Tenths of a pixel are enough. */
function px(value: number): number {
  return Math.round(value * 10) / 10;
}
