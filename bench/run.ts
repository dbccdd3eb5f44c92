import { parseArgs } from "node:util";
import { type Bench, type Row, type Scale, tableOf } from "./harness/row.ts";
import { writeDocs } from "./kept/docs.ts";
import { keep } from "./kept/figures.ts";
import { benches } from "./rows/index.ts";

/**
 * Usage: bench/run.ts [--json] [--keep] [--most TIMES] [NAME…], a name being that of a line, e.g. logs/grep, or its
 * beginning.
 */
const { values: flags, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean" },
    keep: { type: "boolean" },
    most: { type: "string", default: "1000" },
  },
});
const isAsked = (name: string) => names.length === 0 || names.some((asked) => name.startsWith(asked));
const chosen = benches.filter(({ rows }) => rows.some(isAsked));
if (chosen.length === 0) {
  console.error(`no such line: choose of\n${benches.flatMap(({ rows }) => rows).join("\n")}`);
  process.exit(2);
}

const rows: Row[] = [];
for (const bench of chosen) {
  console.error(`… ${bench.rows.filter(isAsked).join(", ")}`);
  rows.push(...(await measured(bench, { most: Number(flags.most) })).filter(({ name }) => isAsked(name)));
}
const { version, arch, platform } = process;
if (flags.json === true) console.log(JSON.stringify({ node: version, platform, arch, rows }, undefined, 1));
else console.log(tableOf(rows));
if (flags.keep === true) {
  keep(rows);
  writeDocs();
}

/** The other lines are worth having where one cannot be measured. */
async function measured({ rows: own, run }: Bench, scale: Scale): Promise<Row[]> {
  try {
    return await run(scale);
  } catch (error) {
    console.error(error);
    process.exitCode = 1;
    const missing = String(error).replace(/\s+/g, " ").slice(0, 100);
    return own.map((name) => ({ name, what: "", value: Number.NaN, unit: "", missing }));
  }
}
