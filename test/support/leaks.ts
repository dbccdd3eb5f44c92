import childProcess, { type ChildProcess } from "node:child_process";
import fs from "node:fs";
import { type IncomingMessage, ServerResponse } from "node:http";
import { syncBuiltinESMExports } from "node:module";
import type { Readable } from "node:stream";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
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

function tapOutput(stream: Readable | null, where: string): void {
  if (stream !== null) tap(stream, "push", (_, chunk) => leaks.saw(stream, where, asText(chunk)));
}

function tapProduct(child: ChildProcess, args: unknown): void {
  if (!Array.isArray(args) || !args.some((arg) => String(arg).endsWith(PRODUCT))) return;
  // Of the emulator alone it is the login that it hands out.
  if (!args.includes("emulator")) tapOutput(child.stdout, "stdout of the product");
  tapOutput(child.stderr, "stderr of the product");
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

function tapAll(): void {
  tap(InMemoryTransport.prototype, "send", (self, message) => {
    const { method } = Object(message) as { method?: string };
    if (method === undefined || !ASKED_BY_CLIENTS.test(method))
      leaks.saw(self, "a message to the agent", JSON.stringify(message));
  });
  for (const name of ["write", "end"] as const)
    tap(ServerResponse.prototype, name, (self, chunk) => {
      if (SERVED.test(urlOf(self))) leaks.saw(self, `the answer to ${urlOf(self)}`, asText(chunk));
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
