// Stands between an agent and the server it was told to start: `node recorder.mjs FILE PERSON COMMAND…`. Passes on what
// each says, notes requests and answers in FILE, and speaks for the person (accept, decline, or nobody).
import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { createInterface } from "node:readline";

const [file, person, command, ...args] = process.argv.slice(2);
const server = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
const asked = new Map();

const KINDS = {
  "tools/call": ({ name }) => ({ kind: "tool", name }),
  "resources/read": ({ uri }) => ({ kind: "resource", name: uri }),
};

createInterface(process.stdin).on("line", (line) => {
  const message = read(line);
  const about = KINDS[message?.method]?.(message.params ?? {});
  if (about !== undefined) asked.set(message.id, about);
  if (message?.method === "initialize" && person !== "nobody") message.params.capabilities.elicitation = {};
  server.stdin.write(`${message === undefined ? line : JSON.stringify(message)}\n`);
});
process.stdin.on("end", () => server.stdin.end());

createInterface(server.stdout).on("line", (line) => {
  const message = read(line);
  if (message?.method === "elicitation/create" && person !== "nobody") {
    const result = { action: person, ...(person === "accept" ? { content: {} } : {}) };
    server.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id: message.id, result })}\n`);
    return;
  }
  const about = message?.method === undefined ? asked.get(message?.id) : undefined;
  if (about !== undefined) note({ ...about, bytes: bytesIn(message) });
  process.stdout.write(`${line}\n`);
});

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => server.kill(signal));
server.on("exit", (code) => process.exit(code ?? 1));

function read(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function note(entry) {
  appendFileSync(file, `${JSON.stringify(entry)}\n`);
}

/** Of the texts that an answer brings. */
function bytesIn({ id, result, error }) {
  asked.delete(id);
  const texts = [...(result?.content ?? []), ...(result?.contents ?? [])].map(({ text = "" }) => text);
  return Buffer.byteLength([...texts, error?.message ?? ""].join(""));
}
