import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inTurn, spread } from "../harness/measure.ts";
import { end, MIB, Usage } from "../harness/process.ts";
import { environment, firstLine, Product, request } from "../harness/product.ts";
import { type Bench, type Row, ratioRow } from "../harness/row.ts";

const INITIALIZE = {
  protocolVersion: "2025-11-25",
  capabilities: {},
  clientInfo: { name: "bench", version: "0" },
};
/** A bare node is faster from 22 on, so that the same start is more of them. */
const MOST = Number(process.versions.node.split(".")[0]) < 22 ? 2.2 : 3;

/** From nothing to the first answer. */
export const start: readonly Bench[] = [
  { rows: ["start/initialize", "start/discover"], run: spawned },
  { rows: ["start/npx"], run: npx },
  { rows: ["start/resident"], run: resident },
];

async function spawned(): Promise<Row[]> {
  const initialize = `${JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params: INITIALIZE })}\n`;
  const bare = {
    baseline: () => gone(spawn(process.execPath, ["-e", "0"], { stdio: "ignore" })),
    rounds: 25,
  };
  const first = (message: string) => () =>
    answered(spawn(process.execPath, ["dist/main.js"], piped()), message);
  await keepCompiled(initialize);
  const old = await inTurn({ ours: first(initialize), ...bare });
  const recent = await inTurn({ ours: first(request(1, "server/discover")), ...bare });
  const against = "node -e 0";
  const goal = { atMost: MOST };
  return [
    ratioRow(old, { name: "start/initialize", what: "spawn to initialize", against, goal }),
    ratioRow(recent, { name: "start/discover", what: "spawn to server/discover", against, goal }),
  ];
}

/** What a start compiles is kept for the next one when a session ends. */
async function keepCompiled(message: string): Promise<void> {
  const child = spawn(process.execPath, ["dist/main.js"], piped());
  child.stdin?.end(message);
  await gone(child);
}

/** Both installed already, both by npx, which takes most of it. */
async function npx(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "bench-npx-"));
  try {
    const packed = execFileSync("npm", [
      "pack",
      "--ignore-scripts",
      "--silent",
      "--pack-destination",
      folder,
    ]);
    const ours = join(folder, packed.toString().trim());
    const empty = packEmpty(folder);
    const env = {
      ...environment({ npm_config_cache: join(folder, "cache") }),
      npm_config_update_notifier: "false",
    };
    const by = (tarball: string, bin: string) => async () => {
      const child = spawn("npx", ["--yes", "--offline", "--package", tarball, bin], {
        ...piped(),
        env,
        detached: true,
      });
      await answered(child, request(1, "server/discover"));
    };
    await keepCompiled(request(1, "server/discover"));
    const paired = await inTurn({
      ours: by(ours, "apolo-jobs-mcp"),
      baseline: by(empty, "empty"),
      rounds: 9,
      warmUp: 2,
    });
    const value = paired.ours.median - paired.baseline.median;
    const { ours: own, baseline } = paired;
    return [
      {
        ...{
          name: "start/npx",
          what: "npx of the tarball, to the first answer",
          against: "npx of an empty package",
        },
        ...{ value, unit: "ms more", ours: own, baseline, goal: { atMost: 200 } },
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A package whose program prints a line, and nothing else. */
function packEmpty(folder: string): string {
  const source = join(folder, "empty");
  mkdirSync(source);
  writeFileSync(
    join(source, "package.json"),
    JSON.stringify({ name: "empty", version: "1.0.0", bin: "bin.js" }),
  );
  writeFileSync(join(source, "bin.js"), "#!/usr/bin/env node\nconsole.log(1); setInterval(() => 0, 1000);\n");
  const packed = execFileSync("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: source });
  return join(folder, packed.toString().trim());
}

async function resident(): Promise<Row[]> {
  const [ours, bare]: [number[], number[]] = [[], []];
  for (let round = 0; round < 7; round += 1) {
    const product = new Product("");
    await product.ask("tools/list");
    ours.push(product.usage.residentBytes() / MIB);
    await product.close();
    const child = spawn(process.execPath, ["-e", "console.log(1); process.stdin.resume()"], piped());
    await firstLine(child);
    bare.push(new Usage(child).residentBytes() / MIB);
    await end(child);
  }
  const [own, base] = [spread(ours), spread(bare)];
  const text = (mib: number) => `${Math.round(mib)} MiB`;
  return [
    {
      ...{ name: "start/resident", what: `resident after tools/list: ${text(own.median)}` },
      ...{ against: `bare node: ${text(base.median)}`, value: own.median / base.median, unit: "×" },
      goal: { atMost: 1.6 },
    },
  ];
}

function piped() {
  return { stdio: ["pipe", "pipe", "ignore"] as ["pipe", "pipe", "ignore"], env: environment() };
}

async function answered(child: ChildProcess, message: string): Promise<void> {
  child.stdin?.write(message);
  await firstLine(child);
  if (child.spawnargs[0] === "npx" && child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  else child.kill("SIGKILL");
}

async function gone(child: ChildProcess): Promise<void> {
  await once(child, "exit");
}
