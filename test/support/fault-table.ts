import { type FaultTest, TAGS } from "./fault-tests.ts";

export const DOCUMENT = "docs/reliability.md";
const BEGIN = "<!-- Made by `npm run reliability`. -->\n";
const END = "\n<!-- The end of what is made. -->";

/** How many cases a test was run with, and how many of them this machine could not run. */
export interface Cases {
  passed: number;
  skipped: number;
}

/** The document with the table of these tests. */
export function withTable(document: string, rows: readonly (FaultTest & Cases)[]): string {
  const [before = "", rest = ""] = document.split(BEGIN);
  const [, after = ""] = rest.split(END);
  return `${before}${BEGIN}\n${TAGS.map((tag) => section(tag, rows)).join("\n")}${END}${after}`;
}

/** The rows of the document, without what is known only by running the tests. */
export function rowsOf(document: string): string[] {
  const lines = document.split("\n").filter((line) => line.startsWith("| ") && line.includes("`"));
  return lines.map((line) => line.replace(/\| [^|]* \|$/, "|"));
}

export function rowOf({ file, subject, outcome }: FaultTest): string {
  const words = [subject, `**${outcome.replaceAll("|", "\\|")}**`].filter((text) => text !== "");
  return `| ${words.join(" ")} | \`${file}\` |`;
}

function section({ name, description }: (typeof TAGS)[number], rows: readonly (FaultTest & Cases)[]): string {
  const own = rows.filter(({ tag }) => tag === name);
  const lines = own.map((row) => `${rowOf(row)} ${shown(row)} |`);
  return [
    `## ${description}`,
    "",
    "| what was done to it, and what happened | test | cases passed |",
    "|---|---|---|",
  ]
    .concat(lines, "")
    .join("\n");
}

function shown({ passed, skipped }: Cases): string {
  return skipped === 0 ? String(passed) : `${passed}, ${skipped} could not be run`;
}
