/**
 * Runs the tests that try a fault, and writes what happened into docs/reliability.md:
 * `npm run reliability -- [TAG or FILE…]`, by default all of them. Of the others it keeps what is written.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { z } from "zod";
import { type Cases, casesIn, DOCUMENT, inWords, rowOf, withTable } from "../test/support/fault-table.ts";
import { type FaultTest, faultTests, TAGS } from "../test/support/fault-tests.ts";

const report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});
type Report = z.infer<typeof report>;

const folder = mkdtempSync(join(tmpdir(), "reliability-"));
const written = join(folder, "report.json");
const chosen = process.argv.slice(2);
const tests = faultTests();
const isWanted = ({ tag, file }: FaultTest) =>
  chosen.length === 0 || chosen.includes(tag) || chosen.includes(file);
const wanted = tests.filter(isWanted);
const files = new Set(wanted.map(({ file }) => `test/${file}.test.ts`));
const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${written}`];
const run = spawn(
  "npx",
  [
    "--no-install",
    "vitest",
    "run",
    `--tagsFilter=${TAGS.map(({ name }) => name).join(" || ")}`,
    ...reporters,
    ...files,
  ],
  { stdio: "inherit" },
);
const [code] = await once(run, "exit");
if (code === 0) {
  const told = report.parse(JSON.parse(readFileSync(written, "utf8")));
  const before = readFileSync(DOCUMENT, "utf8");
  const known = casesIn(before);
  const rows = tests.flatMap((test) => {
    const cases = wanted.includes(test) ? inWords(casesOf(test, told)) : known.get(rowOf(test));
    return cases === undefined ? [] : [{ test, cases }];
  });
  writeFileSync(DOCUMENT, withTable(before, rows));
}
rmSync(folder, { recursive: true });
process.exitCode = code ?? 1;

function casesOf({ file, subject, outcome }: FaultTest, { testResults }: Report): Cases {
  const name = subject === "" ? outcome : `${subject} ${outcome}`;
  const pattern = new RegExp(`^${name.split("…").map(escaped).join(".*")}$`, "s");
  const path = `test/${file}.test.ts`;
  const results = testResults.find((result) => relative("", result.name) === path)?.assertionResults ?? [];
  const own = results.filter(({ fullName }) => pattern.test(fullName));
  const count = (status: string) => own.filter((result) => result.status === status).length;
  if (count("passed") === 0 && count("skipped") === 0) throw new Error(`${path}: ${name} was not run`);
  return { passed: count("passed"), skipped: count("skipped") };
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
