import { type Row, tableOf } from "./harness/row.ts";
import { benches } from "./rows/index.ts";

/** Usage: bench/run.ts [--json] [NAME…], a name being that of a line, e.g. logs/grep, or its beginning. */
const names = process.argv.slice(2).filter((argument) => !argument.startsWith("-"));
const isAsked = (name: string) => names.length === 0 || names.some((asked) => name.startsWith(asked));
const chosen = benches.filter(({ rows }) => rows.some(isAsked));
if (chosen.length === 0) {
  console.error(`no such line: choose of\n${benches.flatMap(({ rows }) => rows).join("\n")}`);
  process.exit(2);
}

const rows: Row[] = [];
for (const { rows: own, run } of chosen) {
  console.error(`… ${own.filter(isAsked).join(", ")}`);
  try {
    rows.push(...(await run()).filter(({ name }) => isAsked(name)));
  } catch (error) {
    // The other lines are worth having.
    console.error(error);
    process.exitCode = 1;
  }
}
const { version, arch, platform } = process;
if (process.argv.includes("--json"))
  console.log(JSON.stringify({ node: version, platform, arch, rows }, undefined, 1));
else console.log(tableOf(rows));
