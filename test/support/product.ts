import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";
import { type Params, postModern } from "./http-requests.ts";

/** What a tool answered. */
export interface ToolAnswer {
  text: string;
  isError: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into many shapes; vitest's matchers check them.
  data: any;
}

/** The built server, however it is spoken to. */
export interface Product {
  readonly pid: number;
  /** Undefined where the call was given up or the server ended before it answered. */
  call(name: string, args: object, signal?: AbortSignal): Promise<ToolAnswer | undefined>;
  /** Any other request; resolves once it was answered or given up. */
  ask(method: string, params: Params, signal?: AbortSignal): Promise<unknown>;
  kill(signal?: NodeJS.Signals): Promise<void>;
}

/** How a server is started. */
interface Process {
  args?: string[];
  env?: Record<string, string>;
  /** Options of Node. */
  node?: string[];
}

interface Frame {
  id?: number;
  result?: { content: { text?: string }[]; isError?: boolean; structuredContent?: unknown };
  error?: { message: string };
}

/** One over stdio, in its own process. */
export async function startStdio(given: Process): Promise<Product> {
  const child = launch(given, ["pipe", "pipe", "ignore"]);
  const waiting = new Map<number, (frame: Frame | undefined) => void>();
  const gone = once(child, "exit");
  let lastId = 0;
  const send = (message: object) =>
    void child.stdin?.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  child.stdin?.on("error", () => undefined);
  if (child.stdout !== null)
    createInterface(child.stdout).on("line", (line) => {
      const frame: Frame = JSON.parse(line);
      waiting.get(frame.id ?? 0)?.(frame);
    });
  void gone.then(() => {
    for (const answer of waiting.values()) answer(undefined);
  });
  const ask = async (method: string, params: object, signal?: AbortSignal) => {
    lastId += 1;
    const id = lastId;
    if (child.exitCode !== null || child.signalCode !== null) return undefined;
    const answered = new Promise<Frame | undefined>((resolve) => waiting.set(id, resolve));
    const giveUp = () => {
      send({ method: "notifications/cancelled", params: { requestId: id } });
      waiting.get(id)?.(undefined);
    };
    signal?.addEventListener("abort", giveUp);
    send({ id, method, params });
    const frame = await answered;
    signal?.removeEventListener("abort", giveUp);
    waiting.delete(id);
    return frame;
  };
  await ask("initialize", {
    ...{ protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "0" } },
  });
  send({ method: "notifications/initialized" });
  return {
    pid: child.pid ?? 0,
    ask,
    call: async (name, given, signal) =>
      toAnswer(await ask("tools/call", { name, arguments: given }, signal)),
    kill: (signal) => kill(child, signal),
  };
}

/** One over HTTP for callers of the platform at `url`; its calls are those of `token`. */
export async function startHttp(
  { url, token, keyFile }: { url: string; token: string; keyFile?: string },
  { args = [], env, node = [] }: Process = {},
): Promise<Product & { url: URL }> {
  const key = keyFile === undefined ? [] : ["--key-file", keyFile];
  const listening = ["--http", "--port", "0", "--auth", "platform", "--log-level", "info"];
  const own = { args: [...listening, ...key, ...args], env: { APOLO_URL: url, ...env }, node };
  const child = launch(own, ["ignore", "ignore", "pipe"]);
  const at = await address(child);
  const headers = { authorization: `Bearer ${token}` };
  const ask = (method: string, params: Params, signal?: AbortSignal) =>
    postModern(at, method, params, { headers, ...(signal && { signal }) })
      .then((response) => response.text())
      .catch(() => undefined);
  return {
    ...{ url: at, pid: child.pid ?? 0, ask },
    async call(name, given, signal) {
      const answer = await ask("tools/call", { name, arguments: given }, signal);
      return answer === undefined ? undefined : toAnswer(lastFrame(answer));
    },
    kill: (signal) => kill(child, signal),
  };
}

function launch({ args = [], env, node = [] }: Process, stdio: ("pipe" | "ignore")[]): ChildProcess {
  const { PATH = "" } = process.env;
  const own = { PATH, HOME: "/nonexistent", ...env };
  const child = spawn(process.execPath, [...node, "dist/main.js", ...args], { stdio, env: own });
  onTestFinished(() => kill(child));
  return child;
}

async function kill(child: ChildProcess, signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill(signal);
  await gone;
}

async function address({ stderr }: ChildProcess): Promise<URL> {
  if (stderr === null) throw new Error("stderr is not piped");
  for await (const line of createInterface(stderr)) {
    const at = /MCP at (\S+)/.exec(line)?.[1];
    if (at === undefined) continue;
    stderr.resume();
    return new URL(at);
  }
  throw new Error("the server did not start");
}

/** Of an answer in JSON, or as a stream of events. */
function lastFrame(body: string): Frame | undefined {
  const lines = body.split("\n").flatMap((line) => (line.startsWith("data:") ? [line.slice(5)] : []));
  const text = lines.filter((line) => line.trim() !== "").at(-1) ?? body;
  return text === "" ? undefined : JSON.parse(text);
}

function toAnswer(frame: Frame | undefined): ToolAnswer | undefined {
  if (frame === undefined) return undefined;
  const { result, error } = frame;
  if (result === undefined) return { text: error?.message ?? "", isError: true, data: undefined };
  const text = result.content.map((part) => part.text ?? "").join("\n");
  return { text, isError: result.isError === true, data: result.structuredContent };
}
