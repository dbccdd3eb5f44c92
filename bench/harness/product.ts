import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { end, Usage } from "./process.ts";

const VERSION = "2026-07-28";
const ENVELOPE = {
  "io.modelcontextprotocol/protocolVersion": VERSION,
  "io.modelcontextprotocol/clientInfo": { name: "bench", version: "0" },
  "io.modelcontextprotocol/clientCapabilities": {},
};

type Fields = Record<string, unknown>;

/** An answer of the server, and its bytes on the wire. */
export interface Answer {
  result: { isError?: boolean; content?: { text?: string }[]; structuredContent?: Fields } & Fields;
  bytes: number;
}

/** Where compiled code is kept: one place for all of a run, as a user has. */
const home = mkdtempSync(join(tmpdir(), "bench-home-"));

export function environment(more: Record<string, string> = {}): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: home, ...more };
}

export function request(id: number, method: string, params: Fields = {}): string {
  const { _meta, ...rest } = params;
  return `${JSON.stringify({ jsonrpc: "2.0", id, method, params: { ...rest, _meta: { ...ENVELOPE, ...asFields(_meta) } } })}\n`;
}

/** A server over stdio in the newest version of the protocol: the built one, unless another program is named. */
export class Product {
  readonly child: ChildProcess;
  readonly usage: Usage;
  /** What the server said unasked, by its method. */
  readonly notices = new Map<string, number>();
  readonly #waiting = new Map<number, (answer: { message: Fields; bytes: number }) => void>();
  /** Rejects when the server has ended by itself. */
  readonly #ended: Promise<never>;
  #lastId = 0;

  constructor(passedConfig: string, program = "dist/main.js", env: Record<string, string> = {}) {
    this.child = spawn(process.execPath, [program], {
      stdio: ["pipe", "pipe", "ignore"],
      env: environment({ APOLO_PASSED_CONFIG: passedConfig, ...env }),
    });
    this.usage = new Usage(this.child);
    this.#ended = new Promise((_, reject) => {
      this.child.once("exit", (code) => code !== null && reject(new Error(`the server ended (${code})`)));
    });
    this.#ended.catch(() => undefined);
    if (this.child.stdout === null) throw new Error("no output to read");
    createInterface(this.child.stdout).on("line", (line) => this.#hear(line));
  }

  async ask(method: string, params: Fields = {}): Promise<Answer> {
    this.#lastId += 1;
    const id = this.#lastId;
    const answered = new Promise<{ message: Fields; bytes: number }>((resolve) => {
      this.#waiting.set(id, resolve);
    });
    this.child.stdin?.write(request(id, method, params));
    const { message, bytes } = await Promise.race([answered, this.#ended]);
    if (message.error !== undefined) throw new Error(`${method}: ${JSON.stringify(message.error)}`);
    return { result: asFields(message.result), bytes };
  }

  /** @throws {Error} where the tool says that it failed */
  async call(name: string, args: Fields, _meta: Fields = {}): Promise<Answer> {
    const answer = await this.ask("tools/call", { name, arguments: args, _meta });
    if (answer.result.isError === true)
      throw new Error(`${name}: ${answer.result.content?.[0]?.text?.slice(0, 500)}`);
    return answer;
  }

  async close(): Promise<void> {
    await end(this.child);
  }

  #hear(line: string): void {
    const message: Fields = JSON.parse(line);
    if (typeof message.method === "string")
      this.notices.set(message.method, (this.notices.get(message.method) ?? 0) + 1);
    else if (typeof message.id === "number")
      this.#waiting.get(message.id)?.({ message, bytes: Buffer.byteLength(line) });
  }
}

function asFields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/** Waits for the first line that a process prints. */
export async function firstLine(child: ChildProcess): Promise<void> {
  if (child.stdout !== null) await once(child.stdout, "data");
}
