import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { Bin, initialize, toolCall } from "../support/bin.ts";

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "operator-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

async function ready(args: string[] = [], env: Record<string, string> = {}): Promise<Bin> {
  const bin = new Bin(["--emulator", ...args], env).write(initialize());
  await bin.answer("init");
  return bin;
}

/** Runs code in the server's process before it starts. */
function having(code: string): Record<string, string> {
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` };
}

describe("a second signal", () => {
  const HANGING = 'import { Server } from "node:http"; Server.prototype.close = () => undefined;';

  test("ends the server at once, when what it closes hangs", async () => {
    const bin = await ready([], having(HANGING));
    // While it stands still both arrive, in whatever order the system hands them over.
    for (const signal of ["SIGSTOP", "SIGINT", "SIGTERM", "SIGCONT"] as const) bin.child.kill(signal);
    expect([130, 143]).toContain(await bin.exited);
  });
});

describe("a bug", () => {
  // Throws where nobody waits, and rejects what nobody awaits, whenever told to.
  const BUGGY =
    'process.on("SIGUSR1",()=>{void Promise.reject(new Error("first bug"));setImmediate(()=>{throw new Error("second bug")})})';

  test("in one call does not end the server, and is logged with its stack", async () => {
    const bin = await ready(["--log-format", "json"], having(BUGGY));
    bin.child.kill("SIGUSR1");
    await vi.waitFor(() => expect(bin.stderr).toMatch(/first bug[\s\S]*second bug/), { timeout: 30_000 });
    bin.write(toolCall(1, "job_list"));
    expect((await bin.answer(1)).result.isError).toBeFalsy();
    const logged = bin.stderr
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(logged).toMatchObject([
      { level: "error", message: expect.stringContaining("Error: first bug\n    at ") },
      { level: "error", message: expect.stringContaining("Error: second bug\n    at ") },
    ]);
    expect(await bin.end()).toBe(0);
  });
});

describe("the audit file", () => {
  test("that cannot be opened keeps the server from starting", async () => {
    const bin = new Bin(["--emulator", "--audit", "/proc/nope/audit.jsonl"]);
    expect(await bin.exited).toBe(2);
    expect(bin.stderr).toMatch(
      /^apolo-jobs-mcp: --audit: \/proc\/nope\/audit.jsonl cannot be opened .*ENOENT.*\n$/,
    );
  });

  test("that is a pipe nobody reads does not hold the start up", async () => {
    const pipe = join(folder(), "pipe");
    execFileSync("mkfifo", [pipe]);
    const bin = new Bin(["--emulator", "--audit", pipe, "--log-format=json"]);
    expect(await bin.exited).toBe(2);
    expect(JSON.parse(bin.stderr)).toMatchObject({
      level: "error",
      message: expect.stringContaining("ENXIO"),
    });
  });

  test("goes on in a new one after SIGUSR2", async () => {
    const file = join(folder(), "audit.jsonl");
    const bin = await ready(["--audit", file]);
    const start = (id: number) =>
      bin.write(toolCall(id, "job_start", { image: "ubuntu", command: "true", wait_seconds: 0 })).answer(id);
    await start(1);
    renameSync(file, `${file}.1`);
    bin.child.kill("SIGUSR2");
    await vi.waitFor(() => expect(existsSync(file)).toBe(true), { timeout: 30_000, interval: 10 });
    await start(2);
    const tools = [`${file}.1`, file].map((path) => JSON.parse(readFileSync(path, "utf8")).tool);
    expect(tools).toEqual(["job_start", "job_start"]);
  });
});

describe("a server over HTTP", () => {
  test("shows its metrics, and ends at a signal", async () => {
    const bin = new Bin(["--emulator", "--http", "--port", "0", "--log-level", "info"]);
    const [, url = ""] = await vi.waitFor(
      () => /MCP at (\S+)/.exec(bin.stderr) ?? Promise.reject(bin.stderr),
      {
        timeout: 30_000,
        interval: 10,
      },
    );
    const headers = { "content-type": "application/json", accept: "application/json, text/event-stream" };
    await (await fetch(url, { method: "POST", headers, body: JSON.stringify(initialize()) })).text();
    const answer = await fetch(new URL("/metrics", url));
    expect(answer.headers.get("content-type")).toContain("text/plain");
    expect(await answer.text()).toContain("\napolo_mcp_sessions 1\n");
    bin.child.kill("SIGTERM");
    expect(await bin.exited).toBe(0);
  });
});
