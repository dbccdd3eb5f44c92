import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { InMemoryTransport as NewInMemoryTransport } from "@modelcontextprotocol/client";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { expect, onTestFinished, test } from "vitest";
import { token } from "./jobs.ts";
import { leaks, PLANTED } from "./planted.ts";

const SECRET = token("alice");

const TRANSPORTS = { old: InMemoryTransport, new: NewInMemoryTransport };

test.for(["old", "new"] as const)(
  "a secret in a message to an agent of the %s SDK fails the test",
  async (age) => {
    const [near, far] = TRANSPORTS[age].createLinkedPair();
    await near.start();
    await far.send({ jsonrpc: "2.0", id: 1, result: { content: [{ type: "text", text: SECRET }] } });
    expect(() => leaks.check()).toThrow("a message to the agent");
  },
);

test("a secret in what an agent sends does not", async () => {
  const [near, far] = InMemoryTransport.createLinkedPair();
  await far.start();
  await near.send({
    jsonrpc: "2.0",
    id: 1,
    method: "tools/call",
    params: { name: "job_start", arguments: { SECRET } },
  });
  expect(() => leaks.check()).not.toThrow();
});

test("a secret on stderr fails the test, also in pieces", () => {
  process.stderr.write(SECRET.slice(0, 40));
  process.stderr.write(`${SECRET.slice(40)}\n`);
  expect(() => leaks.check()).toThrow("stderr");
});

test.for(["/mcp", "/metrics", "/"])("a secret in an answer to %s fails the test", async (path) => {
  const server = createServer((_, response) => response.end(PLANTED.env)).listen(0, "127.0.0.1");
  await once(server, "listening");
  // A listening server has an address with a port.
  const { port } = server.address() as AddressInfo;
  await fetch(`http://127.0.0.1:${port}${path}`).then((answer) => answer.text());
  server.close();
  expect(() => leaks.check()).toThrow(`the answer to ${path}:`);
});

test("a secret in a header of an answer fails the test", async () => {
  const server = createServer((_, response) => response.writeHead(200, { "x-error": SECRET }).end());
  await once(server.listen(0, "127.0.0.1"), "listening");
  // A listening server has an address with a port.
  const { port } = server.address() as AddressInfo;
  await fetch(`http://127.0.0.1:${port}/mcp`).then((answer) => answer.text());
  server.close();
  expect(() => leaks.check()).toThrow("the headers of the answer to /mcp:");
});

test("a secret in a trace fails the test", () => {
  const spanProcessors = [new SimpleSpanProcessor(new InMemorySpanExporter())];
  const tracer = new BasicTracerProvider({ spanProcessors }).getTracer("test");
  tracer.startSpan("tools/call", { attributes: { "url.full": `http://host/?token=${SECRET}` } }).end();
  expect(() => leaks.check()).toThrow("a trace");
});

/** A process that is taken for the product. */
async function product(script: string, args: string[] = []) {
  const folder = mkdtempSync(join(tmpdir(), "leaks-"));
  mkdirSync(join(folder, "dist"));
  const main = join(folder, "dist/main.js");
  writeFileSync(main, script);
  const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  });
  const [line] = await once(createInterface(child.stderr), "line");
  return { line: String(line), folder };
}

test("a secret in what the product answers over HTTP fails the test", async () => {
  const { line } = await product(`
    const server = require("node:http").createServer((_, answer) => answer.end("${SECRET}"));
    server.listen(0, "127.0.0.1", () => console.error("MCP at http://127.0.0.1:" + server.address().port + "/mcp"));
  `);
  await fetch(line.replace("MCP at ", "")).then((answer) => answer.text());
  expect(() => leaks.check()).toThrow("an answer of the product over HTTP");
});

test("a secret in the product's audit file fails the test", async () => {
  const file = join(tmpdir(), `audit-${process.pid}.jsonl`);
  onTestFinished(() => rmSync(file));
  await product(`require("node:fs").writeFileSync(process.argv[3], "${SECRET}"); console.error("done");`, [
    "--audit",
    file,
  ]);
  expect(() => leaks.check()).toThrow(`the file ${file}:`);
});
