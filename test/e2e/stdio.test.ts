import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { SOON_MS, WITHIN } from "../support/busy.ts";

const BIN = "dist/main.js";

interface Reply {
  id?: number;
  result?: { structuredContent?: Record<string, unknown>; content?: { text: string }[]; isError?: boolean };
}

/** The bin as a client meets it: lines of JSON both ways. */
class Session {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly stdoutLines: string[] = [];
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #nextId = 1;

  constructor(args: string[], env: Record<string, string> = {}) {
    const { PATH = "", HOME = "" } = process.env;
    this.child = spawn(process.execPath, [BIN, ...args], {
      stdio: ["pipe", "pipe", "pipe"],
      env: { PATH, HOME, ...env },
    });
    createInterface(this.child.stdout).on("line", (line) => {
      this.stdoutLines.push(line);
      const reply: Reply = JSON.parse(line);
      if (reply.id !== undefined) this.#waiting.get(reply.id)?.(reply);
    });
    onTestFinished(() => {
      this.child.kill("SIGKILL");
    });
  }

  request(method: string, params: object = {}): Promise<Reply> {
    const id = this.#nextId++;
    const reply = new Promise<Reply>((resolve) => this.#waiting.set(id, resolve));
    this.#send({ jsonrpc: "2.0", id, method, params });
    return reply;
  }

  async initialize(): Promise<void> {
    const clientInfo = { name: "test", version: "0" };
    await this.request("initialize", { protocolVersion: "2025-11-25", capabilities: {}, clientInfo });
    this.#send({ jsonrpc: "2.0", method: "notifications/initialized" });
  }

  call(name: string, args: object = {}): Promise<Reply> {
    return this.request("tools/call", { name, arguments: args });
  }

  #send(message: object): void {
    this.child.stdin.write(`${JSON.stringify(message)}\n`);
  }
}

const SPINNER = { image: "ubuntu", command: "sh -c 'echo pid $$; sleep 300 & sleep 300'", wait_seconds: 30 };

describe("the bin over stdio", () => {
  test("starts a job on the embedded emulator, and nothing but protocol lines reach stdout", async () => {
    const session = new Session(["--emulator", "--log-level", "debug"]);
    await session.initialize();
    const { result } = await session.call("job_start", { ...SPINNER, name: "spin" });
    expect(result?.content?.[0]?.text).toContain("spin");
    await session.call("job_logs", { jobs: ["spin"] });
    await session.call("no_such_tool");
    expect(session.stdoutLines.length).toBeGreaterThanOrEqual(4);
    for (const line of session.stdoutLines) expect(JSON.parse(line)).toHaveProperty("jsonrpc", "2.0");
  });

  test("exits at once when stdin closes, and ends the processes of its jobs", {
    tags: "leaks",
  }, async () => {
    const session = new Session(["--emulator"]);
    await session.initialize();
    await session.call("job_start", { ...SPINNER, name: "spin" });
    const { result } = await session.call("job_exec", { job: "spin", command: "echo ours=$PPID-$$" });
    expect(result?.isError ?? false).toBe(false);
    const job = await vi.waitFor(() => {
      const pids = descendants(session.child.pid ?? 0);
      expect(pids.length).toBeGreaterThanOrEqual(2);
      return pids;
    }, WITHIN);
    const closedMs = performance.now();
    session.child.stdin.end();
    const [code] = await once(session.child, "exit");
    expect(code).toBe(0);
    expect(performance.now() - closedMs).toBeLessThan(SOON_MS);
    await vi.waitFor(() => expect(job.filter(isAlive)).toEqual([]), WITHIN);
  });

  test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)("exits cleanly on %s", async (signal) => {
    const session = new Session(["--emulator"]);
    await session.initialize();
    session.child.kill(signal);
    const [code] = await once(session.child, "exit");
    expect(code).toBe(0);
  });

  test("starts without any login and answers each call with what to do", async () => {
    const session = new Session([], { HOME: "/nonexistent" });
    await session.initialize();
    const { result } = await session.call("job_list");
    expect(result?.isError).toBe(true);
    expect(result?.content?.[0]?.text).toMatch(/no_login: .*APOLO_PASSED_CONFIG.*--emulator/s);
  });
});

function descendants(pid: number): number[] {
  const path = `/proc/${pid}/task/${pid}/children`;
  if (!existsSync(path)) return [];
  const children = readFileSync(path, "utf8").trim().split(" ").filter(Boolean).map(Number);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

function isAlive(pid: number): boolean {
  try {
    // A zombie that waits for its parent's attention is gone as far as anybody can tell.
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
