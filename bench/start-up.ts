import { spawn } from "node:child_process";
import { once } from "node:events";
import { compare, type Figure } from "./measure.ts";

const INITIALIZE = JSON.stringify({
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "bench", version: "0" } },
});

/** From spawning the bin to its first answer, against a bare `node -e 0`. */
export async function startUp(): Promise<Figure[]> {
  const bare = { baseline: bareNode, what: "node -e 0", rounds: 15 };
  return [
    await compare("spawn to initialize", { ours: () => initialize([]), ...bare }),
    await compare("spawn to initialize, --emulator", { ours: () => initialize(["--emulator"]), ...bare }),
  ];
}

async function initialize(args: string[]): Promise<void> {
  const child = spawn(process.execPath, ["dist/main.js", ...args], {
    stdio: ["pipe", "pipe", "ignore"],
    env: { PATH: process.env.PATH, HOME: "/nonexistent" },
  });
  child.stdin.write(`${INITIALIZE}\n`);
  await once(child.stdout, "data");
  child.kill();
}

async function bareNode(): Promise<void> {
  await once(spawn(process.execPath, ["-e", "0"], { stdio: "ignore" }), "exit");
}
