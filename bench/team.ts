import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** The emulator, with a job that runs, and tokens of as many callers as wanted. */
export interface World {
  url: string;
  passedConfig: string;
  job: string;
  tokens: string[];
}

/** The built server for whoever has a token of the emulator. */
export async function startServer(
  { url }: World,
  node: string[] = [],
): Promise<{ url: string; child: ChildProcess }> {
  const flags = ["--http", "--port", "0", "--auth", "platform", "--log-level", "info"];
  const child = spawn(process.execPath, [...node, "dist/main.js", ...flags], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { PATH: process.env.PATH, HOME: "/nonexistent", APOLO_URL: url },
  });
  for await (const line of createInterface(child.stderr)) {
    const at = /MCP at (\S+)/.exec(line)?.[1];
    if (at === undefined) continue;
    child.stderr.resume();
    return { url: at, child };
  }
  throw new Error("the server did not start");
}

/** An emulator in a process of its own. */
export async function startEmulator(callers: number): Promise<{ emulator: ChildProcess; world: World }> {
  const outfile = fileURLToPath(new URL("../dist/bench-emulator.mjs", import.meta.url));
  const entryPoints = [fileURLToPath(new URL("./http-emulator.ts", import.meta.url))];
  await build({ entryPoints, outfile, bundle: true, platform: "node", format: "esm", packages: "external" });
  const child = fork(outfile, { env: { ...process.env, BENCH_CALLERS: String(callers) } });
  const [told] = await once(child, "message");
  return { emulator: child, world: told };
}
