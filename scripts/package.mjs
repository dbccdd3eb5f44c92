// What somebody gets who packs, or installs by git, a clone that was never built: installs it into an
// empty folder, and runs a job with it.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Client as NewClient } from "@modelcontextprotocol/client";
import { StdioClientTransport as NewTransport } from "@modelcontextprotocol/client/stdio";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const work = mkdtempSync(join(tmpdir(), "package-"));
const clone = join(work, "clone");
const QUIET = ["--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"];

function run(cwd, command, ...args) {
  return execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }).trim();
}

function expect(condition, what) {
  if (!condition) throw new Error(`the package: ${what}`);
}

/** Installs `spec` as a user does who wants the program, not its sources. */
function install(name, spec) {
  const folder = join(work, name);
  mkdirSync(folder);
  run(folder, "npm", "init", "-y");
  run(folder, "npm", "install", ...QUIET, "--omit=dev", spec);
  return join(folder, "node_modules/.bin/apolo-jobs-mcp");
}

/** Greets it as a client of the new era does. */
async function discover(server, version) {
  const options = { versionNegotiation: { mode: { pin: "2026-07-28" } } };
  const client = new NewClient({ name: "package", version: "1" }, options);
  await client.connect(new NewTransport(server));
  const told = client.getServerVersion()?.version;
  await client.close();
  expect(told === version, `server/discover does not tell ${version}`);
}

/** Asks for its version, greets it in both eras, lists its tools, and runs one job on its emulator. */
async function use(bin) {
  const { version } = JSON.parse(run(clone, "git", "show", "HEAD:package.json"));
  expect(run(work, bin, "--version") === version, `--version is not ${version}`);
  const client = new Client({ name: "package", version: "1" });
  const server = { command: bin, args: ["--emulator"], cwd: work };
  await discover(server, version);
  await client.connect(new StdioClientTransport(server));
  try {
    expect(client.getServerVersion()?.version === version, `initialize does not tell ${version}`);
    const { tools } = await client.listTools();
    expect(
      tools.some(({ name }) => name === "job_start"),
      "there is no job_start",
    );
    const job = { image: "ubuntu", command: "echo packed", name: "packed", wait_seconds: 20 };
    await client.callTool({ name: "job_start", arguments: job });
    const wait = { jobs: ["packed"], until: "finished", wait_seconds: 20 };
    const { content } = await client.callTool({ name: "job_wait", arguments: wait });
    const told = content.map(({ text }) => text).join("\n");
    expect(told.includes("succeeded"), `its job did not succeed: ${told}`);
  } finally {
    await client.close();
  }
}

try {
  run(work, "git", "clone", "--quiet", pathToFileURL(root).href, clone);

  run(clone, "npm", "ci", ...QUIET, "--omit=dev");
  expect(!existsSync(join(clone, "dist")), "built without the development dependencies");

  rmSync(join(clone, "node_modules"), { recursive: true, force: true });
  symlinkSync(join(root, "node_modules"), join(clone, "node_modules"));
  const packed = run(clone, "npm", "pack", ...QUIET, "--pack-destination", work)
    .split("\n")
    .at(-1);
  await use(install("packed", join(work, packed)));
  process.stdout.write("packed from an unbuilt clone: runs\n");

  await use(install("git", `git+${pathToFileURL(clone).href}`));
  process.stdout.write("installed by git: runs\n");
} finally {
  rmSync(work, { recursive: true, force: true });
}
