import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { replay } from "../test/contract/wire/replay.ts";

// Replays a file of recorded calls through src/client and prints every difference.
const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error("usage: npm run --silent wire -- FILE");
  process.exit(2);
}
const beside = join(dirname(file), "login.json");
const carried = new URL("../test/fixtures/wire/login.json", import.meta.url);
const { config_response } = JSON.parse(await readFile(existsSync(beside) ? beside : carried, "utf8"));
const replayed = await replay(JSON.parse(await readFile(file, "utf8")), config_response);
const failed = replayed.filter(({ differences }) => differences.length > 0);
for (const { id, differences } of failed)
  for (const difference of differences) console.log(`${id}: ${difference}`);
console.log(`${replayed.length - failed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length === 0 ? 0 : 1;
