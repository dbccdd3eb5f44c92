/**
 * Random faults against the built product for longer than in the suite:
 * `npm run soak -- [--minutes 10] [--calls N] [--seed N] [starts]`, where `calls` ends the part `leaks` earlier.
 * A seed gives the same calls and faults again, not their order in time.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    calls: { type: "string", default: "Infinity" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
  },
  allowPositionals: true,
});
const { minutes, calls, seed } = values;
console.log(`npm run soak -- --minutes ${minutes} --calls ${calls} --seed ${seed} ${positionals.join(" ")}`);
const parts = positionals.length === 0 ? ["test/soak"] : positionals.map((part) => `test/soak/${part}`);
const run = spawn("npx", ["--no-install", "vitest", "run", "--maxWorkers=1", ...parts], {
  stdio: "inherit",
  env: { ...process.env, SOAK_MINUTES: minutes, SOAK_CALLS: calls, SOAK_SEED: seed },
});
const [code] = await once(run, "exit");
process.exitCode = code ?? 1;
