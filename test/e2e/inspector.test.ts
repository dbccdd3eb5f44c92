import { type ExecFileOptions, execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test, vi } from "vitest";

/** The package is fetched from npm: not where npm has no way out, nor where somebody would rather not wait. */
const { TEST_INSPECTOR } = process.env;
const WANTED = TEST_INSPECTOR !== "0";
const NPX = ["-y", "-p", "@modelcontextprotocol/inspector@2.12.0", "mcpdo", "--connection", "test"];
const FETCH_LIMIT_MS = 90_000;
/** Of all: it is started five times more. */
const LIMIT_MS = 240_000;
const JOB = {
  image: "ubuntu",
  // Whenever the subscription comes, there is a line after it.
  command: "sh -c 'while :; do echo line; sleep 1; done'",
  name: "watched",
};
const LOG = "job://default/acme/vision/watched/logs";

const run = promisify(execFile);

describe.skipIf(!WANTED)("the inspector's command line (TEST_INSPECTOR=0 leaves it out)", () => {
  test("subscribes to a log and completes names", { timeout: LIMIT_MS }, async (context) => {
    const home = mkdtempSync(join(tmpdir(), "inspector-"));
    onTestFinished(() => rmSync(home, { recursive: true, force: true }));
    const options: ExecFileOptions = {
      env: { ...process.env, HOME: home, MCP_INSPECTOR_SECRET_STORE: "memory" },
      timeout: FETCH_LIMIT_MS,
    };
    const fetched = await run("npx", [...NPX, "private"], options).catch(() => undefined);
    if (fetched === undefined) return context.skip("npm cannot fetch the inspector here");
    const exports = fetched.stdout.toString().matchAll(/^export (\w+)=["']?([^"'\n]*)/gm);
    options.env = {
      ...options.env,
      ...Object.fromEntries(Array.from(exports, ([, name, value]) => [name, value])),
    };
    const mcpdo = async (...args: string[]) =>
      (await run("npx", [...NPX, ...args], options)).stdout.toString();
    onTestFinished(async () => void (await mcpdo("daemon", "stop")));

    await mcpdo("connect", "--", process.execPath, "dist/main.js", "--emulator");
    await mcpdo("tools/call", "job_start", JSON.stringify({ ...JOB, wait_seconds: 5 }));
    const argument = ["--complete-arg-name", "job", "--complete-arg-value", "wa"];
    const prompt = ["--complete-ref-type", "ref/prompt", "--complete-ref", "diagnose-job"];
    expect(await mcpdo("prompts/complete", ...prompt, ...argument)).toContain("watched");
    const resource = [
      "--complete-ref-type",
      "ref/resource",
      "--complete-ref",
      "job://{cluster}/{org}/{project}/{job}",
    ];
    expect(await mcpdo("prompts/complete", ...resource, ...argument)).toContain("watched");

    let told = "";
    const subscribed = spawn("npx", [...NPX, "--format", "json", "resources/subscribe", LOG], {
      env: options.env,
      stdio: ["ignore", "pipe", "ignore"],
      detached: true,
    });
    // npx starts a shell that starts the program: the whole group has to go.
    onTestFinished(() => void process.kill(-(subscribed.pid ?? 0)));
    subscribed.stdout.on("data", (chunk: Buffer) => {
      told += chunk.toString();
    });
    await vi.waitFor(() => expect(told).toMatch(/resources\/updated/), { timeout: FETCH_LIMIT_MS });
    expect(told).toContain(LOG);
  });
});
