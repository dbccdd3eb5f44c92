import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import { parseArgs } from "node:util";
import { type Mutation, mutationsOf } from "./mutations.ts";

// Puts one fault after the other into a copy of the project, and prints those that no test notices.
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: "string", default: "10" },
    /** Of so many faults one is tried. */
    every: { type: "string", default: "1" },
    /** Runs all related tests on what the nearest ones let pass. */
    related: { type: "boolean", default: false },
  },
});
const ROOT = join(import.meta.dirname, "..");
const FOLDERS = ["client", "tools", "jobs", "server", "resources"].map((folder) => `src/${folder}`);
const FILES = execFileSync("git", ["ls-files"], { cwd: ROOT, encoding: "utf8" }).split("\n");
const RUN_LIMIT_MS = 120_000;
const endsAt = Date.now() + Number(values.minutes) * 60_000;

const copy = mkdtempSync(join(tmpdir(), "mutate-"));
process.on("exit", () => rmSync(copy, { recursive: true, force: true }));
for (const file of FILES.filter((path) => path !== "" && existsSync(join(ROOT, path))))
  cpSync(join(ROOT, file), join(copy, file));
symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));

const faults = shuffled(filesOf(positionals.length > 0 ? positionals : FOLDERS).flatMap(faultsOf)).filter(
  (_, index) => index % Number(values.every) === 0,
);
const sound = new Set<string>();
const survivors: string[] = [];
let tried = 0;
for (const fault of faults) {
  if (Date.now() > endsAt) break;
  tried += 1;
  requireSound(fault.file);
  if (isNoticed(fault)) continue;
  survivors.push(fault.name);
  console.log(fault.name);
}
console.log(
  `${tried} of ${faults.length} faults tried: ${tried - survivors.length} killed, ${survivors.length} survived`,
);

interface Fault extends Mutation {
  file: string;
  name: string;
}

function filesOf(places: readonly string[]): string[] {
  return FILES.filter(
    (file) => file.endsWith(".ts") && places.some((place) => `${file}/`.startsWith(`${place}/`)),
  );
}

function faultsOf(file: string): Fault[] {
  const source = readFileSync(join(ROOT, file), "utf8");
  return mutationsOf(file, source).map((mutation) => {
    const line = source.slice(0, mutation.start).split("\n").length;
    const before = source.slice(mutation.start, mutation.end).replace(/\s+/g, " ").slice(0, 80);
    return {
      ...mutation,
      file,
      name: `${file}:${line}: ${before} → ${mutation.text.slice(0, 80) || "nothing"}`,
    };
  });
}

function isNoticed({ file, start, end, text }: Fault): boolean {
  const path = join(copy, file);
  const source = readFileSync(path, "utf8");
  writeFileSync(path, source.slice(0, start) + text + source.slice(end));
  const passes =
    passesTests(["run", ...nearestTests(file)]) &&
    (!values.related || passesTests(["related", "--run", file]));
  writeFileSync(path, source);
  return !passes;
}

/** Tests that are red by themselves notice every fault. */
function requireSound(file: string): void {
  if (!sound.has(file) && !passesNearest(file)) throw new Error(`Tests of ${file} are red without a fault.`);
  sound.add(file);
}

function passesNearest(file: string): boolean {
  return passesTests(["run", ...nearestTests(file)]);
}

/** A fault that makes tests hang is noticed too. */
function passesTests(args: readonly string[]): boolean {
  const options = ["--maxWorkers=1", "--bail=1", "--reporter=dot", "--exclude=test/e2e/**"];
  const { status } = spawnSync("npx", ["vitest", ...args, ...options], { cwd: copy, timeout: RUN_LIMIT_MS });
  return status === 0;
}

/** `src/client/logs/tail.ts` is tested by `test/client/logs/tail*.test.ts`; what has none of its own by its folder. */
function nearestTests(file: string): string[] {
  const folder = relative("src", join(file, ".."));
  const [subject = ""] = basename(file, ".ts").split("-");
  const own = FILES.filter(
    (path) => path.startsWith(`test/${folder}/${subject}`) && path.endsWith(".test.ts"),
  );
  if (own.length > 0) return own;
  // Operations are tested through the tool of the same name.
  const folders = [folder, folder.replace(/^operations/, "tools"), folder.split("/")[0] ?? ""];
  const tested = folders.find((path) => FILES.some((test) => test.startsWith(`test/${path}/`)));
  return [`test/${tested ?? ""}/`];
}

/** The same order every time, files mixed, so that a run cut short has seen some of each. */
function shuffled<T>(items: readonly T[]): T[] {
  const mix = (index: number) => (index * 2_654_435_761) % 4_294_967_296;
  return items
    .map((item, index) => ({ item, rank: mix(index + 1) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}
