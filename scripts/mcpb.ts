// The bundle for desktop hosts (`.mcpb`), made and validated by its official tool, which npm fetches:
// npm run mcpb [-- FOLDER]. Then it is unpacked and started as a host does, and lists jobs of an emulated platform.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { mcpbManifest } from "./manifests.ts";

const TOOL = "@anthropic-ai/mcpb@2.1.2";
const [folder = "."] = process.argv.slice(2);
const manifest = mcpbManifest();
const bundle = resolve(folder, `${manifest.name}-${manifest.version}.mcpb`);
const work = mkdtempSync(join(tmpdir(), "mcpb-"));
const [staged, unpacked] = ["staged", "unpacked"].map((name) => join(work, name)) as [string, string];
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^APOLO_/.test(name)));

try {
  stage();
  mcpb("validate", join(staged, "manifest.json"));
  mkdirSync(folder, { recursive: true });
  mcpb("pack", staged, bundle);
  mcpb("unpack", bundle, unpacked);
  await useAsHost();
  const kilobytes = Math.round(statSync(bundle).size / 1000);
  process.stdout.write(`${bundle} (${kilobytes} kB): valid, starts, lists jobs\n`);
} finally {
  rmSync(work, { recursive: true, force: true });
}

function run(command: string, ...args: string[]): string {
  return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

function mcpb(...args: string[]): void {
  run("npm", "exec", "--yes", "--prefer-offline", "--package", TOOL, "--", "mcpb", ...args);
}

/** What of the package runs, with its licences. */
function stage(): void {
  const [{ files }]: [{ files: { path: string }[] }] = JSON.parse(
    run("npm", "pack", "--dry-run", "--json", "--ignore-scripts"),
  );
  for (const { path } of files)
    if (path === "LICENSE" || path.startsWith("dist/")) cpSync(path, join(staged, path));
  writeFileSync(join(staged, "manifest.json"), JSON.stringify(manifest, null, 2));
}

/** Starts it by its manifest, with what a user filled in and the defaults. */
async function useAsHost(): Promise<void> {
  const emulator = spawn(process.execPath, ["dist/main.js", "emulator", "--json"], {
    env: environment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const client = new Client({ name: "mcpb", version: "1" });
  try {
    const { value = "" } = await createInterface(emulator.stdout)[Symbol.asyncIterator]().next();
    const { url, token } = JSON.parse(value);
    await client.connect(new StdioClientTransport(filledIn({ url, token })));
    const { content, isError } = await client.callTool({ name: "job_list", arguments: {} });
    if (isError) throw new Error(`the bundle does not list jobs: ${JSON.stringify(content)}`);
  } finally {
    await client.close();
    emulator.kill();
    await once(emulator, "exit");
  }
}

function filledIn(given: Record<string, string>) {
  const { mcp_config } = manifest.server;
  const values = new Map(
    Object.entries(manifest.user_config).map(([key, option]) => [
      `user_config.${key}`,
      String(given[key] ?? option.default),
    ]),
  ).set("__dirname", unpacked);
  const fill = (text: string) => text.replace(/\$\{([^}]+)\}/g, (all, key) => values.get(key) ?? all);
  const env = Object.entries(mcp_config.env).map(([name, value]) => [name, fill(value)]);
  return {
    command: mcp_config.command,
    args: mcp_config.args.map(fill),
    env: { ...environment, ...Object.fromEntries(env) },
  };
}
