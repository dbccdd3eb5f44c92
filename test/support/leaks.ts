import childProcess, { type ChildProcess } from "node:child_process";
import fs from "node:fs";
import { type IncomingMessage, ServerResponse } from "node:http";
import { syncBuiltinESMExports } from "node:module";
import { Socket } from "node:net";
import type { Readable } from "node:stream";
import { InMemoryTransport } from "@modelcontextprotocol/client";
import { InMemoryTransport as OldInMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { type ReadableSpan, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { afterEach, beforeEach } from "vitest";
import { leaks } from "./planted.ts";

/**
 * Everything that any test's server writes passes here: messages to agents, stderr, answers over HTTP (metrics and the
 * page among them), the audit file, traces, and the output of processes of the product. A test in which a login's
 * token or a planted value is in it fails.
 */
const PRODUCT = "dist/main.js";
const SERVED = /^\/(mcp|metrics|health|ready|\.well-known|dashboard|page)?($|[/?])/;
const ASKED_BY_CLIENTS = /^(initialize|ping|(tools|prompts|resources|completion|tasks|skills)\/)/;

type Call = (...args: never[]) => unknown;

/** Lets `see` look at what a method gets, before it does what it always does. */
function tap<T extends object, K extends keyof T>(
  target: T,
  name: K,
  see: (self: T, given: unknown) => void,
) {
  // Whoever calls it knows its types; here it is only passed on.
  const own = target[name] as Call;
  const seen = function (this: T, ...args: never[]) {
    see(this, args[0]);
    return own.apply(this, args);
  };
  target[name] = seen as T[K];
}

const asText = (given: unknown): string =>
  typeof given === "string"
    ? given
    : given instanceof Uint8Array
      ? Buffer.from(given).toString("latin1")
      : "";

function tapOutput(stream: Readable | null, see: (text: string) => void): void {
  if (stream !== null) tap(stream, "push", (_, chunk) => see(asText(chunk)));
}

/** Where processes of the product answer over HTTP. */
const ports = new Set<number>();

function tapProduct(child: ChildProcess, args: unknown): void {
  if (!Array.isArray(args) || !args.some((arg) => String(arg).endsWith(PRODUCT))) return;
  const { stdout, stderr } = child;
  // Of the emulator alone it is the login that it hands out.
  if (!args.includes("emulator"))
    tapOutput(stdout, (text) => leaks.saw(child, "stdout of the product", text));
  tapOutput(stderr, (text) => {
    leaks.saw(stderr ?? child, "stderr of the product", text);
    const port = Number(/MCP at http:\/\/[^/\s]*:(\d+)/.exec(text)?.[1]);
    if (Number.isNaN(port)) return;
    ports.add(port);
    child.once("exit", () => ports.delete(port));
  });
  if (args.includes("--audit")) leaks.mayWrite(String(args[args.indexOf("--audit") + 1]));
}

function tapSpawn(): void {
  const { spawn } = childProcess;
  const tapped = (...given: Parameters<typeof spawn>) => {
    const child = spawn(...given);
    tapProduct(child, given[1]);
    return child;
  };
  childProcess.spawn = tapped as typeof spawn;
  syncBuiltinESMExports();
}

function seeMessage(transport: object, message: unknown): void {
  const { method } = Object(message) as { method?: string };
  if (method === undefined || !ASKED_BY_CLIENTS.test(method))
    leaks.saw(transport, "a message to the agent", JSON.stringify(message));
}

/** All but what belongs to the SDK itself. */
function seeSpan(span: unknown): void {
  const { name, attributes, events, links, status, resource } = span as ReadableSpan;
  const told = { name, attributes, events, links, status, resource: resource.attributes };
  leaks.saw({}, "a trace", JSON.stringify(told));
}

function tapAll(): void {
  tap(InMemoryTransport.prototype, "send", seeMessage);
  tap(OldInMemoryTransport.prototype, "send", seeMessage);
  tap(SimpleSpanProcessor.prototype, "onEnd", (_, span) => seeSpan(span));
  tap(Socket.prototype, "push", (self, chunk) => {
    if (ports.size > 0 && ports.has(self.remotePort ?? 0))
      leaks.saw(self, "an answer of the product over HTTP", asText(chunk));
  });
  for (const name of ["write", "end"] as const)
    tap(ServerResponse.prototype, name, (self, chunk) => {
      if (!SERVED.test(urlOf(self))) return;
      leaks.saw(self, `the answer to ${urlOf(self)}`, asText(chunk));
      // Node tells only here what `writeHead` was given.
      leaks.saw({}, `the headers of the answer to ${urlOf(self)}`, String(Reflect.get(self, "_header")));
    });
  tap(process.stderr, "write", (self, chunk) => leaks.saw(self, "stderr", asText(chunk)));
  const { writeSync } = fs;
  fs.writeSync = ((...given: Parameters<typeof writeSync>) => {
    const text = asText(given[1]);
    if (text.startsWith('{"time"')) leaks.saw(fs, "the audit file", text);
    return writeSync(...given);
  }) as typeof writeSync;
  tapSpawn();
}

function urlOf({ req }: ServerResponse & { req?: IncomingMessage }): string {
  return req?.url ?? "-";
}

const TAPPED = Symbol.for("apolo-jobs-mcp.test.tapped");
// Files of one worker share it.
if (!Reflect.has(globalThis, TAPPED)) {
  Reflect.set(globalThis, TAPPED, true);
  tapAll();
}

beforeEach(() => leaks.forget());
afterEach(() => leaks.check());
