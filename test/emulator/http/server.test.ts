import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Scripted } from "../support/scripted.ts";
import { startScripted } from "../support/scripted.ts";

let platform: Scripted;
beforeAll(async () => {
  platform = await startScripted();
});
afterAll(() => platform.close());

async function exchange(lines: readonly string[]): Promise<string> {
  const { hostname, port } = new URL(platform.context.origin);
  const socket = connect(Number(port), hostname);
  socket.write([...lines, "Host: localhost", "", ""].join("\r\n"));
  return text(socket);
}

describe("a request that offers another protocol", () => {
  test("is answered in this one, as by a server that knows no HTTP/2", async () => {
    const answer = await exchange([
      "GET /api/v1/config HTTP/1.1",
      "Connection: Upgrade, HTTP2-Settings",
      "Upgrade: h2c",
      "HTTP2-Settings: AAMAAABkAAQAAP__",
    ]);
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).toContain('"authorized": false');
  });
});

describe("a body that is too large", () => {
  test("is refused, and its connection goes on", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = async (method: string, body: Buffer) => {
      const asked = request(`${platform.context.origin}/api/v1/jobs`, {
        agent,
        method,
        headers: { authorization: `Bearer ${platform.token}` },
      });
      asked.end(body);
      // A response event brings one response.
      const [response] = (await once(asked, "response")) as [IncomingMessage];
      return { status: response.statusCode, text: await text(response) };
    };
    const refused = await ask("POST", Buffer.alloc(4 * 2 ** 20, "x"));
    expect(refused.status).toBe(413);
    expect(refused.text).toContain("actual body size 4194304");
    expect((await ask("GET", Buffer.alloc(0))).status).toBe(200);
    agent.destroy();
  });
});
