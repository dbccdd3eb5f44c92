import type { Socket } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { connectPlatform, type Platform, PlatformError } from "../../../src/client/index.ts";
import { check } from "../../support/check.ts";
import { configOf, JOB_ID, token, wireJob } from "../../support/jobs.ts";
import { rawServer } from "../../support/raw-server.ts";

type Send = (socket: Socket, request: string) => unknown;

const OK = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;

function whole(value: unknown): string {
  const body = JSON.stringify(value);
  return `${OK}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

function connect(origin: string): Platform {
  const place = { cluster: "default", org: "acme", project: "vision" };
  const login = { source: "token" as const, url: `${origin}/api/v1`, token: token("alice"), ...place };
  const platform = connectPlatform(login, { retries: 0 });
  onTestFinished(() => platform.close());
  return platform;
}

/** A platform that answers `/config` properly and everything else so. */
async function platformThat(send: Send): Promise<Platform> {
  const config = whole(configOf("http://127.0.0.1:1"));
  const origin = await rawServer((socket, request) => {
    if (request.startsWith("GET /api/v1/config")) socket.write(config);
    else send(socket, request);
  });
  return connect(origin);
}

/** Writes this again and again, as fast as it is read, until the other side has gone. */
function forEver(socket: Socket, text: string): Promise<unknown> {
  const write = () => {
    while (!socket.destroyed && socket.write(text));
  };
  socket.on("drain", write);
  write();
  return new Promise((resolve) => socket.once("close", resolve));
}

async function listed(platform: Platform): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of platform.jobs.list()) ids.push(id);
  return ids;
}

const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const LONG = "x".repeat(60_000);

describe("a platform that goes on without end", { tags: "hostility" }, () => {
  test.for([
    ["body", `${CHUNKED}${chunk('{"id":"')}`, chunk(LONG), "protocol_error", /sent more than 16 MiB/],
    ["refusal", CHUNKED.replace("200 OK", "403 No"), chunk(`${LONG}\n`), "not_permitted", /not permitted: x/],
    ["headers", "HTTP/1.1 200 OK\r\n", "X-A: b\r\n".repeat(1000), "protocol_error", /more headers than/],
    ["header", "HTTP/1.1 200 OK\r\nX-A: ", "b".repeat(1000), "protocol_error", /more headers than/],
    [
      "trailers",
      `${CHUNKED}${chunk("{}")}0\r\n`,
      "X-A: b\r\n".repeat(1000),
      "protocol_error",
      /more headers than/,
    ],
  ] as const)("is left in its %s", async ([, first, then, code, said]) => {
    let left: Promise<unknown> = Promise.resolve();
    const platform = await platformThat((socket) => {
      socket.write(first);
      left = forEver(socket, then);
    });
    const error = await platform.jobs.get(JOB_ID).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, message: expect.stringMatching(said) });
    expect(String(error).length).toBeLessThan(1500);
    await left;
  });

  test.for([
    ["line", "x".repeat(60_000), /a line that never ends/, false],
    ["list that holds nothing", "\n".repeat(60_000), /^Listing jobs timed out/, true],
    ["list", `${JSON.stringify(wireJob())}\n`, /^Listing jobs timed out/, true],
  ] as const)("is left in its %s", async ([, piece, said, isPatient]) => {
    let left: Promise<unknown> = Promise.resolve();
    const controller = new AbortController();
    let pieces = 0;
    const platform = await platformThat((socket) => {
      socket.write(CHUNKED.replace("json", "x-ndjson"));
      socket.on("drain", () => {
        pieces += 1;
        if (isPatient && pieces === 5) controller.abort(new DOMException("enough", "TimeoutError"));
      });
      left = forEver(socket, chunk(piece));
    });
    const listing = async () => {
      for await (const _ of platform.jobs.list({}, { signal: controller.signal }));
    };
    await expect(listing()).rejects.toThrow(said);
    await left;
  });
});

describe("a compressed answer", { tags: "hostility" }, () => {
  const bomb = Buffer.alloc(64 * 1024 * 1024);
  test.for([
    ["gzip", gzipSync(bomb)],
    ["deflate", deflateSync(bomb)],
    ["br", brotliCompressSync(bomb, { params: { 1: 1 } })],
    ["a\u0001zip", Buffer.from("{}")],
  ] as const)("is not asked for, and not unpacked: %s", async ([coding, body]) => {
    const requests: string[] = [];
    const platform = await platformThat((socket, request) => {
      requests.push(request);
      socket.write(`${OK}Content-Encoding: ${coding}\r\nContent-Length: ${body.length}\r\n\r\n`);
      socket.write(body);
    });
    const said = coding.startsWith("a")
      ? "the connection broke"
      : `compressed (${coding}), which was not asked for`;
    await expect(platform.jobs.get(JOB_ID)).rejects.toThrow(said);
    await expect(listed(platform)).rejects.toThrow(PlatformError);
    expect(requests.join()).not.toMatch(/accept-encoding/i);
  });

  test("of a refusal tells its status", async () => {
    const platform = await platformThat((socket) =>
      socket.write(
        "HTTP/1.1 503 Busy\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\u001f\u008b\u0008",
      ),
    );
    await expect(platform.jobs.get(JOB_ID)).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("failed: status 503"),
    });
  });
});

test("an answer in single bytes is read like any other", { tags: "hostility" }, async () => {
  const line = `${JSON.stringify(wireJob())}\n`;
  const platform = await platformThat(async (socket, request) => {
    const answer = request.includes(JOB_ID)
      ? whole(wireJob())
      : `${CHUNKED.replace("json", "x-ndjson")}${chunk(line)}${chunk("\n")}${chunk(line)}0\r\n\r\n`;
    for (const byte of answer)
      await new Promise((resolve) => socket.write(byte, () => setImmediate(resolve)));
  });
  expect((await platform.jobs.get(JOB_ID)).id).toBe(JOB_ID);
  expect(await listed(platform)).toEqual([JOB_ID, JOB_ID]);
});

describe("bytes that are no answer", { tags: "hostility" }, () => {
  const piece = fc.constantFrom(
    ...[
      "HTTP/1.1 200 OK\r\n",
      "HTTP/1.1 100 Continue\r\n\r\n",
      "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n",
    ],
    ...[
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n",
      "HTTP/0.9 200 OK\r\n",
    ],
    ...[
      "HTTP/1.1 204 No\r\n\r\n",
      "HTTP/1.1 304 Same\r\n\r\n",
      "HTTP/1.1 999 Odd\r\n",
      "HTTP/1.1 -1 \r\n",
      "HTTP/9.9 200\r\n",
    ],
    ...[
      "Content-Length: 5\r\n",
      "Content-Length: -1\r\n",
      "Content-Length: 1e9\r\n",
      "Content-Length: 2, 2\r\n",
    ],
    ...["Transfer-Encoding: chunked\r\n", "Transfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding: x\r\n"],
    ...[
      "Content-Type: text/html\r\n",
      "Retry-After: 99999999999999999999\r\n",
      "Date: yesterday\r\n",
      "X: \u0000\r\n",
    ],
    ...[
      "Location: /elsewhere\r\n",
      "Location: http://[\r\n",
      "Location: ftp://x/\r\n",
      "Connection: close\r\n",
      ": x\r\n",
    ],
    ...[
      "\r\n",
      "\n",
      "\u0000",
      "5\r\nhello\r\n",
      "zz\r\n",
      "-1\r\n",
      "ffffffffffffffff\r\n",
      "0\r\n\r\n",
      "0\r\nX: y\r\n\r\n",
    ],
    ...[
      "{}",
      "[]",
      "null",
      '{"id":',
      "\u00ff\u00fe",
      `${JSON.stringify(wireJob())}\n`,
      '{"error":"x"}\n',
      "<html>",
    ],
    ...["1;a=b\r\n{\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "x".repeat(20_000)],
  );
  const answer = fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join(""));

  test("are an error of their own, or read for what they are; the next answer is understood", async () => {
    let given: string | undefined;
    const platform = await platformThat((socket) => {
      if (given === undefined) socket.write(whole(wireJob()));
      else socket.end(Buffer.from(given, "latin1"));
    });
    const holds = fc.asyncProperty(answer, async (text) => {
      given = text;
      const calls = [
        () => platform.jobs.get(JOB_ID),
        () => listed(platform),
        () => platform.jobs.kill(JOB_ID),
      ];
      for (const call of calls) {
        const error = await call().then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        if (error === undefined) continue;
        expect(error).toBeInstanceOf(PlatformError);
        expect(String(error)).not.toMatch(/undefined|NaN|Infinity|\[object|ERR_INVALID|Cannot read/);
        expect(String(error).length).toBeLessThan(2000);
      }
      given = undefined;
      expect((await platform.jobs.get(JOB_ID)).id).toBe(JOB_ID);
    });
    await check(holds, 25);
  });
});
