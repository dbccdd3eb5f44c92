import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { text } from "node:stream/consumers";
import { getRequestListener } from "@hono/node-server";
import { describe, onTestFinished, vi } from "vitest";
import { sent } from "../../../src/transports/http/responses.ts";
import { expect, test } from "../../support/fixtures.ts";
import { serveHttp } from "../../support/http.ts";
import { openSession } from "../../support/http-requests.ts";

const PIECE = new Uint8Array(64 * 1024);

function open(port: number) {
  // A client that says no more can still read.
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true }).on("error", () => undefined);
  onTestFinished(() => void socket.destroy());
  return socket;
}

describe("a client that reads slowly", () => {
  test("is cut off, and what it was told is no longer made", async () => {
    // The listener's own way to say that a stream broke off.
    const said = vi.spyOn(console, "error").mockReturnValue();
    onTestFinished(() => said.mockRestore());
    let pieces = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pieces += 1;
        controller.enqueue(PIECE);
      },
    });
    const over = vi.fn();
    const response = new Response(endless, { headers: { "content-type": "text/event-stream" } });
    const listener = getRequestListener(() => sent({ response, over }), { overrideGlobalObjects: false });
    const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
    server.listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const socket = open((server.address() as AddressInfo).port).pause();
    socket.write("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n");
    await vi.waitFor(() => expect(over).toHaveBeenCalled(), { timeout: 30_000, interval: 20 });
    // What it leaves, and what the system's own buffers hold.
    expect(pieces * PIECE.length).toBeLessThan(24 * 1024 * 1024);
  });

  test("that has said all it will gets its answer", async ({ platform }) => {
    const { url } = await serveHttp(platform);
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" });
    const head = [
      ...["POST /mcp HTTP/1.1", "host: localhost", "content-type: application/json"],
      ...["accept: application/json, text/event-stream", `content-length: ${body.length}`],
    ];
    const socket = open(Number(url.port));
    socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
    expect(await text(socket)).toContain('"result":{}');
  });
});

test("of sessions that their clients ended nothing stays", async ({ platform }) => {
  const server = await serveHttp(platform, { sessions: { idleMs: 60_000, most: 5 } });
  for (let opened = 0; opened < 30; opened += 1) {
    const headers = await openSession(server.url);
    expect(server.sessions()).toBe(1);
    await (await fetch(server.url, { method: "DELETE", headers })).text();
    expect(server.sessions()).toBe(0);
  }
});
