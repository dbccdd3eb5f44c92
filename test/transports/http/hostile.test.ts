import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { connect, type Socket } from "node:net";
import { text as bodyText } from "node:stream/consumers";
import { describe, onTestFinished, vi } from "vitest";
import { WITHIN } from "../../support/busy.ts";
import { expect, test } from "../../support/fixtures.ts";
import { serveHttp } from "../../support/http.ts";
import { serveTeam } from "../../support/replicas.ts";

const MIB = 1024 * 1024;
const JSON_TYPE = "application/json";
const PING = { jsonrpc: "2.0", id: 1, method: "ping" };

interface Sent {
  body?: unknown;
  method?: string;
  headers?: Record<string, string>;
}

/** A request in which every header can be what it likes. */
async function send(url: URL, { body = PING, method = "POST", headers = {} }: Sent) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const all = { "content-type": JSON_TYPE, accept: `${JSON_TYPE}, text/event-stream`, ...headers };
  const asked = request(url, { method, headers: all, agent: false }).on("error", () => undefined);
  asked.end(text);
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  return { status: answer.statusCode, body: await bodyText(answer) };
}

function open(url: URL): Socket {
  const socket = connect(Number(url.port), url.hostname);
  // It may be closed before all of it was read.
  socket.on("error", () => undefined);
  onTestFinished(() => {
    socket.destroy();
  });
  return socket;
}

async function untilClosed(socket: Socket) {
  let text = "";
  socket.on("data", (chunk) => {
    text += String(chunk);
  });
  await new Promise((resolve) => socket.once("close", resolve));
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]), text };
}

describe("over HTTP", () => {
  test("a page of another site reaches nothing", async ({ platform }) => {
    const { url } = await serveHttp(platform);
    const forged = { host: "attacker.example:8811" };
    expect(await send(url, { headers: forged })).toMatchObject({ status: 403 });
    for (const origin of ["https://attacker.example", "null"])
      expect(await send(url, { headers: { origin } })).toMatchObject({ status: 403 });
    expect(await send(url, { headers: { origin: url.origin } })).toMatchObject({ status: 200 });
  });

  test("a name that the operator gave is the server's", async ({ platform }) => {
    const { url } = await serveHttp(platform, { allowedHosts: ["jobs.example"] });
    const headers = { host: "jobs.example", origin: "https://jobs.example" };
    expect(await send(url, { headers })).toMatchObject({ status: 200 });
  });

  test("the address that the operator gave is the server's", async ({ platform }) => {
    const { url } = await serveHttp(platform, { host: "127.0.0.2" });
    expect(await send(url, {})).toMatchObject({ status: 200 });
  });

  test("params of null are none, also in a batch", async ({ platform }) => {
    const { url } = await serveHttp(platform);
    const body = { ...PING, params: null };
    for (const sent of [body, [body]])
      expect(await send(url, { body: sent })).toMatchObject({
        status: 200,
        body: expect.stringContaining('"result":{}'),
      });
  });

  test("a connection that its client wants closed is closed after the answer", async ({ platform }) => {
    const { url } = await serveHttp(platform);
    const body = JSON.stringify(PING);
    const type = `content-type: ${JSON_TYPE}\r\naccept: ${JSON_TYPE}, text/event-stream`;
    for (const first of ["HTTP/1.0", "HTTP/1.1\r\nconnection: close"]) {
      const socket = open(url);
      socket.write(
        `POST /mcp ${first}\r\nhost: localhost\r\n${type}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
      const { text } = await untilClosed(socket);
      expect(text).toMatch(/\r\nconnection: close\r\n[\s\S]*"result":{}/i);
    }
  });

  test("a body over 4 MiB is refused, also where its length is not said", async ({ platform }) => {
    const { url } = await serveHttp(platform);
    const stdin = "x".repeat(5 * MIB);
    const body = { ...PING, method: "tools/call", params: { name: "job_exec", arguments: { stdin } } };
    const known = await send(url, { body });
    expect(known).toMatchObject({ status: 413, body: expect.stringContaining("4 MiB") });
    const socket = open(url);
    const head = ["host: localhost", `content-type: ${JSON_TYPE}`, "transfer-encoding: chunked"];
    socket.write(`POST /mcp HTTP/1.1\r\n${head.join("\r\n")}\r\n\r\n`);
    const piece = `${MIB.toString(16)}\r\n${"x".repeat(MIB)}\r\n`;
    for (let written = 0; written < 5; written += 1) socket.write(piece);
    expect(await untilClosed(socket)).toMatchObject({ status: 413 });
  });

  test.for([
    [{ body: "{" }, 400, /-32700.*not JSON/],
    [{ body: "" }, 400, /-32700/],
    [{ body: [] }, 400, /error/],
    [{ body: "3" }, 400, /error/],
    [{ body: { jsonrpc: "2.0", method: 7, id: 1 } }, 400, /error/],
    [
      { body: { ...PING, params: { _meta: "x" } } },
      200,
      /"id":1,"error":{"code":-32602,.*_meta: expected object/,
    ],
    [{ headers: { "content-type": "text/plain" } }, 415, /application\/json/],
    [{ method: "PUT" }, 405, /POST/],
    [{ method: "GET", body: "" }, 405, /POST/],
    [{ headers: { "mcp-session-id": "gone" } }, 404, /initialize again/],
    [{ method: "DELETE", headers: { "mcp-session-id": "gone" }, body: "" }, 404, /initialize again/],
    [{ headers: { "mcp-protocol-version": "1999-01-01" } }, 400, /version/i],
  ] as [Sent, number, RegExp][])(
    "%j is answered with %i, in words",
    async ([sent, status, words], { platform }) => {
      const { url } = await serveHttp(platform);
      const answer = await send(url, sent);
      expect(answer).toMatchObject({ status, body: expect.stringMatching(words) });
    },
  );

  test("headers that contradict the body are refused", async ({ platform }) => {
    const { url } = await serveHttp(platform);
    const _meta = {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientCapabilities": {},
      "io.modelcontextprotocol/clientInfo": { name: "test", version: "0" },
    };
    const body = { ...PING, method: "tools/call", params: { name: "job_list", arguments: {}, _meta } };
    const version = { "mcp-protocol-version": "2026-07-28" };
    const headers = { ...version, "mcp-method": "tools/call", "mcp-name": "job_kill" };
    expect(await send(url, { body, headers })).toMatchObject({
      status: 400,
      body: expect.stringContaining("-32020"),
    });
    expect(await send(url, { body, headers: { ...headers, "mcp-name": "job_list" } })).toMatchObject({
      status: 200,
    });
  });

  test("a batch counts as the calls that it holds", async ({ emulator }) => {
    const { url } = await serveTeam(emulator, new Uint8Array(32));
    const sendBatch = (user: string, length: number) =>
      send(new URL(url), {
        body: Array.from({ length }, (_, id) => ({ ...PING, id })),
        headers: { authorization: `Bearer ${emulator.tokenFor(user)}` },
      });
    expect(await sendBatch("alice", 100)).toMatchObject({ status: 200 });
    expect(await sendBatch("bob", 101)).toMatchObject({ status: 429 });
  });

  test("a request that never comes whole is given up", async ({ platform }) => {
    const { url } = await serveHttp(platform, { requestMs: 300 });
    const socket = open(url);
    socket.write(
      `POST /mcp HTTP/1.1\r\nhost: localhost\r\ncontent-type: ${JSON_TYPE}\r\ncontent-length: 100\r\n\r\n{`,
    );
    expect((await untilClosed(socket)).status).toBe(408);
  });

  test("the server answers others while somebody sends garbage", async ({ platform }) => {
    const { url } = await serveHttp(platform);
    const sockets = Array.from({ length: 20 }, () => open(url));
    for (const socket of sockets) socket.write("\x16\x03\x01\x00\xa5 not HTTP \0\r\n\r\n");
    await vi.waitFor(async () => expect(await send(url, {})).toMatchObject({ status: 200 }), WITHIN);
  });
});
