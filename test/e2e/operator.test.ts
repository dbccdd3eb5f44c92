import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
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
    await vi.waitFor(() => expect(bin.stderr).toMatch(/first bug[\s\S]*second bug/), { timeout: 15_000 });
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
    const bin = new Bin(["--emulator", "--audit", "/nope/audit.jsonl"]);
    expect(await bin.exited).toBe(2);
    expect(bin.stderr).toMatch(
      /^apolo-jobs-mcp: --audit: \/nope\/audit.jsonl cannot be opened .*ENOENT.*\n$/,
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
});
