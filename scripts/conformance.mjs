// The official conformance suite over HTTP, for both eras of the protocol: once against the product with the suite's
// fixtures added (test/conformance), once against the product as it is shipped, where no fixture is needed.
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const work = mkdtempSync(join(tmpdir(), "conformance-"));
const VERSIONS = ["2025-11-25", "2026-07-28"];
const SUITE = "@modelcontextprotocol/conformance@0.2.0-alpha.12";
/** The suite needs a newer Node than the product does; npm has that, too. */
const NEEDED_NODE = 22;
const PACKAGES = Number.parseInt(process.versions.node, 10) < NEEDED_NODE ? ["node@24", SUITE] : [SUITE];
const READY_MS = 30_000;

/** What the product does not have: scenarios and checks, none of which the suite scores. All others must pass. */
const NOT_OFFERED = [
  [/^server-sse-polling /, "streams that are resumed: a call whose connection is lost is made again"],
  [/^http-custom-header-server-validation /, "arguments repeated in headers: no tool asks for it"],
  [/^tasks-mrtr-/, "questions during a task: tools that wait ask nobody"],
  [/^tasks-required-task-error /, "tools that work as tasks only: each answers a client without tasks, too"],
  [
    / sep-2663-tasks-get-status-failed$/,
    "tasks that fail: what goes wrong is told in the result of the call",
  ],
];
const WITHOUT_FIXTURES = [
  "caching",
  "dns-rebinding-protection",
  "http-header-validation",
  "input-required-result-unsupported-methods",
  "ping",
  "prompts-list",
  "resources-list",
  "sep-2164-resource-not-found",
  "server-initialize",
  "server-session-lifecycle",
  "server-sse-multiple-streams",
  "tools-list",
];

const say = (text) => process.stdout.write(`${text}\n`);

/** Runs a command of the suite's package; nothing is asked, little is said. */
function suite(command) {
  const packages = PACKAGES.flatMap((name) => ["-p", name]);
  return promisify(execFile)("npx", ["-y", ...packages, "-c", command], { cwd: work, maxBuffer: 2 ** 26 });
}

/** Starts a server, which ends with this process, and returns its address once it is ready. */
function start(...args) {
  const child = spawn(process.execPath, args, { cwd: root, stdio: ["pipe", "pipe", "pipe"] });
  process.once("exit", () => child.kill());
  return new Promise((resolve, reject) => {
    let told = "";
    const late = setTimeout(() => reject(new Error(`${args.at(-1)} does not start: ${told}`)), READY_MS);
    child.once("exit", () => reject(new Error(`${args.join(" ")} ended: ${told}`)));
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk) => {
        told += chunk;
        const [address] = /http:\S+\/mcp\b/.exec(told) ?? [];
        if (address === undefined) return;
        clearTimeout(late);
        resolve(address);
      });
  });
}

/** What the suite found in all that a version requires, by scenario. */
async function runAll(url, version) {
  const { out, told } = await run([`--url ${url} --requirements ${version}`]);
  if (!told.includes("SUMMARY")) throw new Error(`the suite broke off: ${told}`);
  return found(out);
}

/** The same in some scenarios. One by one they stay below the rate that the product allows a caller. */
async function runSome(url, version, scenarios) {
  const { out, told } = await run(
    scenarios.map((name) => `--url ${url} --scenario ${name} --spec-version ${version}`),
  );
  const results = found(out);
  if (results.length < scenarios.length) throw new Error(`the suite broke off: ${told}`);
  return results;
}

async function run(options) {
  const out = mkdtempSync(join(work, "out-"));
  const commands = options.map((given) => `conformance server ${given} -o ${out}`);
  const { stdout, stderr } = await suite(commands.join("; ")).catch((error) => error);
  return { out, told: `${stdout}${stderr}` };
}

function found(out) {
  return readdirSync(out).map((folder) => ({
    scenario: folder.replace(/^server-|-\d{4}-\d\d-\d\dT.*$/g, ""),
    checks: JSON.parse(readFileSync(join(out, folder, "checks.json"), "utf8")),
  }));
}

/** Prints what was found that counts, and says how many checks failed. */
function report(title, results) {
  const checks = results
    .flatMap(({ scenario, checks }) => checks.map((check) => ({ ...check, scenario })))
    .filter(({ scenario, id }) => !NOT_OFFERED.some(([name]) => name.test(`${scenario} ${id}`)));
  const scenarios = new Set(checks.map(({ scenario }) => scenario));
  const count = (status) => checks.filter((check) => check.status === status).length;
  const failed = count("FAILURE");
  say(`${title}: ${scenarios.size} scenarios, ${count("SUCCESS")} checks passed, ${failed} failed`);
  for (const { status, scenario, id, errorMessage } of checks)
    if (status === "FAILURE" || status === "WARNING")
      say(`  ${status.toLowerCase()}: ${scenario} ${id}: ${errorMessage}`);
  return failed;
}

async function main() {
  try {
    await suite("conformance --version");
  } catch (error) {
    say(
      `conformance: skipped, npm cannot fetch ${PACKAGES.join(" and ")} (${String(error.stderr).slice(0, 300)})`,
    );
    return 0;
  }
  const [extended, shipped] = await Promise.all([
    start("--import", "tsx", "test/conformance/serve.ts"),
    start("dist/main.js", "--emulator", "--http", "--port", "0", "--log-level", "info"),
  ]);
  let failed = 0;
  for (const version of VERSIONS) {
    const all = await runAll(extended, version);
    failed += report(`${version}, with the suite's fixtures`, all);
    const bare = all.map(({ scenario }) => scenario).filter((name) => WITHOUT_FIXTURES.includes(name));
    failed += report(`${version}, as shipped`, await runSome(shipped, version, bare));
  }
  for (const [, what] of NOT_OFFERED) say(`not offered: ${what}`);
  return failed === 0 ? 0 : 1;
}

process.once("exit", () => rmSync(work, { recursive: true, force: true }));
process.exit(await main());
