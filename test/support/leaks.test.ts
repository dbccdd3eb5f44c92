import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { expect, test } from "vitest";
import { token } from "./jobs.ts";
import { leaks, PLANTED } from "./planted.ts";

const SECRET = token("alice");

test("a secret in a message to an agent fails the test", async () => {
  const [near, far] = InMemoryTransport.createLinkedPair();
  await near.start();
  await far.send({ jsonrpc: "2.0", id: 1, result: { content: [{ type: "text", text: SECRET }] } });
  expect(() => leaks.check()).toThrow("a message to the agent");
});

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
