import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Stryker } from "@stryker-mutator/core";

// Puts one fault after the other into what is named of the source, and prints those that the named tests let pass.
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** Of so many lines, faults are put into one. */
    every: { type: "string", default: "1" },
    /** Chooses other lines. */
    seed: { type: "string", default: "1" },
    /** Leaves out what runs only while a module is loaded, such as tables: each of those takes a fresh start. */
    "skip-static": { type: "boolean", default: false },
    /** Where to write what became of each fault. */
    json: { type: "string" },
  },
});
const files = execFileSync("git", ["ls-files", ...positionals], { encoding: "utf8" }).split("\n");
process.env.MUTATED_TESTS = JSON.stringify(files.filter((file) => file.endsWith(".test.ts")));

const stryker = new Stryker({
  mutate: files.filter((file) => /^src\/.*\.ts$/.test(file)).flatMap(placesIn),
  testRunner: "vitest",
  vitest: { configFile: "scripts/mutate.config.ts", related: false },
  plugins: ["@stryker-mutator/vitest-runner"],
  ignorePatterns: ["dist", "docs/img"],
  // It would rewrite it with an interface that TypeScript 7 no longer has.
  tsconfigFile: "none",
  ignoreStatic: values["skip-static"],
  concurrency: 1,
  timeoutMS: 10_000,
  reporters: ["progress-append-only", "clear-text"],
  ...(values.json !== undefined && {
    reporters: ["progress-append-only", "json"],
    jsonReporter: { fileName: values.json },
  }),
  clearTextReporter: { allowColor: false, reportTests: false },
});
await stryker.runMutationTest();

/** The whole file, or some of its lines: the same for the same seed. */
function placesIn(file: string): string[] {
  const every = Number(values.every);
  if (every === 1) return [file];
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.flatMap((line, index) =>
    rankOf(`${values.seed} ${file} ${index}`) % every === 0
      ? [`${file}:${index + 1}:0-${index + 1}:${line.length}`]
      : [],
  );
}

/** FNV-1a. */
function rankOf(text: string): number {
  let hash = 2_166_136_261;
  for (const char of text) hash = Math.imul(hash ^ char.charCodeAt(0), 16_777_619) >>> 0;
  return hash ^ (hash >>> 15);
}
