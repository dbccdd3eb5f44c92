import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { onTestFinished, vi } from "vitest";
import { WITHIN } from "./busy.ts";
import { PLANTED } from "./planted.ts";

/** A message of the server, or a batch of them. Tests look into many shapes; vitest's matchers check them. */
// biome-ignore lint/suspicious/noExplicitAny: see above.
type Frame = any;

/** The built bin, spoken to in raw lines: also in what no client of good manners sends. */
export class Bin {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly frames: Frame[] = [];
  stderr = "";
  readonly exited: Promise<number>;

  constructor(args: string[] = ["--emulator"], env: Record<string, string> = {}) {
    const { PATH = "", HOME = "" } = process.env;
    this.child = spawn(process.execPath, ["dist/main.js", ...args], {
      stdio: ["pipe", "pipe", "pipe"],
      env: { PATH, HOME, PLANTED_API_KEY: PLANTED.env, ...env },
    });
    const read = createInterface(this.child.stdout);
    read.on("line", (line) => this.frames.push(JSON.parse(line)));
    this.child.stderr.on("data", (chunk) => {
      this.stderr += String(chunk);
    });
    // Stderr may still be read after the exit.
    this.exited = Promise.all([once(this.child, "close"), once(read, "close")]).then(([[code]]) => code);
    onTestFinished(() => {
      this.child.kill("SIGKILL");
    });
  }

  /** Writes lines: text as it is, everything else as JSON. */
  write(...lines: unknown[]): this {
    for (const line of lines)
      this.child.stdin.write(`${typeof line === "string" ? line : JSON.stringify(line)}\n`);
    return this;
  }

  /** Writes no more, and resolves with the exit code when everything was read. */
  end(last = ""): Promise<number> {
    this.child.stdin.end(last);
    return this.exited;
  }

  /** The first message that fits, once it is there. */
  frame(fits: (frame: Frame) => boolean): Promise<Frame> {
    return vi.waitFor(() => {
      const found = this.frames.find(fits);
      if (found === undefined) throw new Error(`no such message among ${this.frames.length}`);
      return found;
    }, WITHIN);
  }

  answer(id: number | string): Promise<Frame> {
    return this.frame((frame) => frame.id === id);
  }
}

export function request(id: unknown, method: string, params?: unknown): object {
  return { jsonrpc: "2.0", id, method, ...(params === undefined ? {} : { params }) };
}

export function initialize(protocolVersion = "2025-11-25", capabilities: object = {}): object {
  return request("init", "initialize", {
    protocolVersion,
    capabilities,
    clientInfo: { name: "t", version: "0" },
  });
}

export function toolCall(id: unknown, name: string, args?: unknown): object {
  return request(id, "tools/call", { name, ...(args === undefined ? {} : { arguments: args }) });
}
