import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { goalText, markdownTable, metText, type Row, short, valueText } from "../harness/row.ts";
import { pointsText } from "../rows/growth.ts";
import { type Capacity, capacityOf } from "./capacity.ts";
import { chartOf } from "./chart.ts";
import { type Figures, kept } from "./figures.ts";

const root = new URL("../../", import.meta.url);

/** Renews what the documents say of the kept figures. */
export function writeDocs(): void {
  for (const [path, text] of docs()) writeFileSync(path, text);
}

/** Each file and what it should hold. */
export function docs(): [path: string, text: string][] {
  const all = kept();
  // Of two with as many lines it is the newer Node.
  const [fullest] = all.toReversed().sort((a, b) => b.rows.length - a.rows.length);
  if (fullest === undefined) return [];
  const grown = fullest.rows.filter(({ growth }) => growth !== undefined);
  return [
    filled("bench/README.md", { figures: nodesTable(all) }),
    filled("docs/performance.md", {
      ...{ table: factsTable(fullest), slopes: slopesText(grown), capacity: capacityText(fullest) },
    }),
    [pathOf("docs/img/growth.svg"), chartOf(grown)],
  ];
}

function pathOf(name: string): string {
  return fileURLToPath(new URL(name, root));
}

function filled(name: string, parts: Record<string, string>): [string, string] {
  const path = pathOf(name);
  let text = readFileSync(path, "utf8");
  for (const [part, inside] of Object.entries(parts)) {
    const marked = new RegExp(`(<!-- ${part} -->\n)[\\s\\S]*?(<!-- /${part} -->)`);
    if (!marked.test(text)) throw new Error(`${name} has no place for ${part}`);
    text = text.replace(marked, (_, begin: string, end: string) => `${begin}\n${inside}\n\n${end}`);
  }
  return [path, text];
}

/** Every line, and its value on each Node. */
function nodesTable(all: readonly Figures[]): string {
  const names = new Set(all.flatMap(({ rows }) => rows.map(({ name }) => name)));
  const head = ["line", "goal", ...all.map(({ node, date }) => `Node ${node.slice(1)}, ${date}`)];
  const body = [...names].map((name) => {
    const found = all.map(({ rows }) => rows.find((row) => row.name === name));
    const goal = found.find((row) => row?.goal !== undefined);
    return [`\`${name}\``, goal === undefined ? "" : goalText(goal), ...found.map(figureText)];
  });
  return markdownTable([head, ...body]);
}

function figureText(row: Row | undefined): string {
  if (row === undefined) return "";
  return metText(row) === "no" ? `**${valueText(row)}**` : valueText(row);
}

function factsTable({ node, date, rows }: Figures): string {
  const facts = rows.filter(({ growth }) => growth === undefined);
  const cells = facts.map((row) => [
    row.what,
    row.against ?? "",
    valueText(row),
    goalText(row),
    metText(row),
  ]);
  return `Node ${node.slice(1)}, ${date}, two shared cores:\n\n${markdownTable([["what", "against", "value", "goal", "met"], ...cells])}`;
}

function slopesText(rows: readonly Row[]): string {
  return rows
    .map((row) => {
      const { name, what, value, growth } = row;
      const points = growth === undefined ? "" : pointsText(growth);
      return `- **${name.replace(/^.*\//, "")}** (${what}): ${inWords(value)}, slope ${value.toFixed(2)}. ${points}.`;
    })
    .join("\n");
}

function inWords(slope: number): string {
  const tenfold = 10 ** slope;
  if (slope < 0.05) return "costs the same";
  if (slope < 0.95) return `ten times the work costs ${short(tenfold)} times as much`;
  if (slope <= 1.05) return "grows in proportion";
  return `grows faster than the work: ten times costs ${short(tenfold)} times as much`;
}

function capacityText({ rows }: Figures): string {
  const missing = needed(rows);
  if (typeof missing === "string") return `Not computed: ${missing}.`;
  return [replicaText(missing), callersText(missing), jobsText(missing)].join("\n\n");
}

function needed(rows: readonly Row[]): Capacity | string {
  try {
    return capacityOf(rows);
  } catch (error) {
    return String(error);
  }
}

function replicaText({ callMs, callsPerSecond, callersByMemory, waiting }: Capacity): string {
  return `**A replica** of one core and 512 MiB, as in \`deploy/kubernetes\`: a \`job_status\` takes ${short(callMs)} ms of processor, so that at 60 % of the core it answers ${short(callsPerSecond)} calls a second. Its memory holds ${short(callersByMemory)} callers with a login each. Of callers that only wait for a job it carries ${short(waiting)}.`;
}

function callersText({ replicas, tenth }: Capacity): string {
  const needs = replicas.map(
    ({ everySeconds, replicas: count }) =>
      `${count} where each calls every ${everySeconds === 1 ? "second" : `${everySeconds} seconds`}`,
  );
  return `**10,000 callers** need replicas: ${needs.join(", ")}; and one more for when one is renewed. Checked at one tenth by a simulation of queues with the emulator's measured answer times: ${short(tenth.callers)} callers with a call a second each on the ${tenth.replicas} replicas so computed find half of the answers within ${short(tenth.p50)} ms and 99 of 100 within ${short(tenth.p99)} ms, the replicas being busy ${Math.round(100 * tenth.busy)} % of the time.`;
}

function jobsText({ jobs: { list, report, readByOne } }: Capacity): string {
  const check = ({ foretold }: typeof list) => `${short(foretold)} × what it was`;
  return `**10,000,000 jobs**: a list of the newest 20 would take ${short(list.ms)} ms (the part of the platform, whose index this is, included); a report of them all ${short(report.ms / 1000)} s, more than the 40 s that one may read: it would stop after about ${short(readByOne)} jobs and say back to when it came, so that all take ${Math.ceil(1e7 / readByOne)} calls, each of a shorter period (\`since\`, \`until\`). Nothing is kept in memory meanwhile. Checked at the largest size that was measured: what the smaller ones foretell of it is, of the list, ${check(list)}, of the report, ${check(report)}.`;
}
