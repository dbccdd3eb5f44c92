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
  socket.write([...lines, "Host: emulator", "", ""].join("\r\n"));
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

describe("a body that is no UTF-8", () => {
  test("is refused with the text of the platform's codec", async () => {
    const { token } = platform;
    const answer = await fetch(`${platform.context.origin}/api/v1/jobs`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: new Uint8Array([0xff]),
    });
    expect(await answer.json()).toEqual({
      error: "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
    });
  });
});
