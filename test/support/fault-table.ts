import { type FaultTest, TAGS } from "./fault-tests.ts";

export const DOCUMENT = "docs/reliability.md";
const BEGIN = "<!-- Made by `npm run reliability`. -->\n";
const END = "\n<!-- The end of what is made. -->";

/** A test, and what came of it. */
export interface Row {
  test: FaultTest;
  /** In words. */
  cases: string;
}

/** How many cases a test was run with, and how many of them this machine could not run. */
export interface Cases {
  passed: number;
  skipped: number;
}

/** The document with the table of these tests. */
export function withTable(document: string, rows: readonly Row[]): string {
  const [before = "", rest = ""] = document.split(BEGIN);
  const [, after = ""] = rest.split(END);
  return `${before}${BEGIN}\n${TAGS.map((tag) => section(tag, rows)).join("\n")}${END}${after}`;
}

const ROW = /^(\| .*\| `[\w/-]+` \|) ([^|]*) \|$/gm;

/** The rows of the document, without what is known only by running the tests. */
export function rowsOf(document: string): string[] {
  return Array.from(document.matchAll(ROW), ([, row = ""]) => row);
}

/** What the document tells of each row. */
export function casesIn(document: string): Map<string, string> {
  return new Map(Array.from(document.matchAll(ROW), ([, row = "", cases = ""]) => [row, cases]));
}

export function rowOf({ file, subject, outcome }: FaultTest): string {
  const words = [subject, `**${outcome.replaceAll("|", "\\|")}**`].filter((text) => text !== "");
  return `| ${words.join(" ")} | \`${file}\` |`;
}

export function inWords({ passed, skipped }: Cases): string {
  return skipped === 0 ? String(passed) : `${passed}, ${skipped} could not be run`;
}

function section({ name, description }: (typeof TAGS)[number], rows: readonly Row[]): string {
  const own = rows.filter(({ test }) => test.tag === name);
  const lines = own.map(({ test, cases }) => `${rowOf(test)} ${cases} |`);
  return [
    `## ${description}`,
    "",
    "| what was done to it, and what happened | test | cases passed |",
    "|---|---|---|",
    ...lines,
    "",
  ].join("\n");
}
