// What somebody gets who packs, or installs by git, a clone that was never built: looks at what is packed, installs it
// into an empty folder, and runs a job with it on each Node that npm can fetch.
import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { Client as NewClient } from "@modelcontextprotocol/client";
import { StdioClientTransport as NewTransport } from "@modelcontextprotocol/client/stdio";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const work = mkdtempSync(join(tmpdir(), "package-"));
const clone = join(work, "clone");
const NODES = [20, 22, 24, 26];
const MOST_BYTES = 4_000_000;
/** What runs, its licences, what it is made of, and what hosts and registries read. */
const PACKED =
  /^(dist\/[\w.-]+\.(js|d\.ts|json|html|wasm\.br|txt)|skills\/[\w-]+\/SKILL\.md|LICENSE|README\.md|package\.json|server\.json|\.mcp\.json|\.claude-plugin\/\w+\.json)$/;
const NEEDED = [
  "dist/main.js",
  "dist/client.d.ts",
  "dist/emulator.d.ts",
  "dist/THIRD-PARTY.txt",
  "dist/sbom.cdx.json",
  "LICENSE",
  "server.json",
];
const QUIET = ["--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"];

function run(cwd, command, ...args) {
  return execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }).trim();
}

function expect(condition, what) {
  if (!condition) throw new Error(`the package: ${what}`);
}

/** Packs the clone, and looks at what that is. */
function pack() {
  const options = ["--json", "--loglevel=silent", "--pack-destination", work];
  const told = run(clone, "npm", "pack", ...options);
  const [{ filename, unpackedSize, files }] = JSON.parse(told.slice(told.search(/^\[/m)));
  const paths = files.map(({ path }) => path);
  const strange = paths.filter((path) => !PACKED.test(path));
  expect(strange.length === 0, `holds ${strange.join(", ")}`);
  const missing = NEEDED.filter((path) => !paths.includes(path));
  expect(missing.length === 0, `lacks ${missing.join(", ")}`);
  expect(unpackedSize <= MOST_BYTES, `has ${unpackedSize} bytes, ${MOST_BYTES} at most`);
  process.stdout.write(`packed: ${paths.length} files, ${(unpackedSize / 1e6).toFixed(2)} MB\n`);
  return join(work, filename);
}

/** The Node of this major version: the one that runs this, else npm's; undefined where npm cannot fetch it. */
async function nodeOf(major) {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const folder = join(work, `node-${major}`);
  const node = join(folder, "node_modules/node/bin/node");
  const args = ["install", ...QUIET, "--prefix", folder, `node@${major}`];
  await promisify(execFile)("npm", args).catch(() => undefined);
  return existsSync(node) ? node : undefined;
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

/** Has the library's types looked at from each kind of module, where npm can fetch what does that. */
function lookAtTypes(tarball) {
  const attw = [
    "exec",
    "--yes",
    ...QUIET,
    "--package=@arethetypeswrong/cli@0.18",
    "--",
    "attw",
    "--profile=node16",
  ];
  try {
    run(work, "npm", ...attw.slice(0, -2), "attw", "--version");
  } catch {
    return process.stdout.write("types: npm cannot fetch what looks at them, skipped\n");
  }
  run(work, "npm", ...attw, tarball);
  process.stdout.write("types: right for import and require\n");
}

/** Runs a job on the library's emulator with its client, imported by name and required. */
function useLibrary(folder, node = process.execPath) {
  const body = `
    (async () => {
      const emulator = await startEmulator();
      const platform = connectPlatform(loginFromPassedConfig(emulator.passedConfig));
      const { id } = await platform.jobs.start({ image: "ubuntu", command: "echo packed" });
      await untilStarted(platform, id);
      for await (const { text } of platform.jobs.follow(id)) console.log(text);
      console.log((await untilFinished(platform, id)).status);
      await platform.close();
      await emulator.close();
    })();`;
  const client = "{ connectPlatform, loginFromPassedConfig, untilFinished, untilStarted }";
  const imported = `import ${client} from "apolo-jobs-mcp/client"; import { startEmulator } from "apolo-jobs-mcp/emulator";`;
  const required = `const ${client} = require("apolo-jobs-mcp/client"); const { startEmulator } = require("apolo-jobs-mcp/emulator");`;
  for (const [type, head] of Object.entries({ module: imported, commonjs: required })) {
    const told = run(folder, node, `--input-type=${type}`, "--eval", head + body);
    expect(told === "packed\nsucceeded", `the library's job told ${told}`);
  }
}

/** Asks for its version, greets it in both eras, lists its tools, and runs one job on its emulator. */
async function use(bin, node = process.execPath) {
  const { version } = JSON.parse(run(clone, "git", "show", "HEAD:package.json"));
  expect(run(work, node, bin, "--version") === version, `--version is not ${version}`);
  const client = new Client({ name: "package", version: "1" });
  const server = { command: node, args: [bin, "--emulator"], cwd: work };
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
  const fetched = Promise.all(NODES.map(nodeOf));
  const tarball = pack();
  lookAtTypes(tarball);
  const bin = install("packed", tarball);
  await use(bin);
  useLibrary(join(work, "packed"));
  process.stdout.write("packed from an unbuilt clone: runs\n");

  for (const [at, node] of (await fetched).entries()) {
    if (node !== undefined) await use(bin, node);
    process.stdout.write(
      `Node ${NODES[at]}: ${node === undefined ? "npm cannot fetch it here, skipped" : "runs"}\n`,
    );
  }

  await use(install("git", `git+${pathToFileURL(clone).href}`));
  process.stdout.write("installed by git: runs\n");
} finally {
  rmSync(work, { recursive: true, force: true });
}
