import { createHash } from "node:crypto";
import { connect as connectTcp, type Socket } from "node:net";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { connectPlatform, type Platform, PlatformError } from "../../src/client/index.ts";
import { visible } from "../../src/foreign.ts";
import { BUG_WORDS } from "../support/bug-words.ts";
import { check } from "../support/check.ts";
import { connectAgent } from "../support/fixtures.ts";
import { configOf, JOB_ID, token, wireJob } from "../support/jobs.ts";
import { rawServer } from "../support/raw-server.ts";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const MEBIBYTE = 1024 * 1024;

interface Raw {
  opcode: number;
  payload: Buffer;
  fin: boolean;
  rsv: number;
  masked: boolean;
  /** What the frame says of its length, if not the truth. */
  told?: number | undefined;
}

/** A frame as RFC 6455 has it, or nearly. */
function frameOf({ opcode, payload, fin, rsv, masked, told = payload.length }: Raw): Buffer {
  const first = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  const mask = masked ? 0x80 : 0;
  const head = Buffer.alloc(told < 126 ? 2 : told < 65_536 ? 4 : 10);
  head[0] = first;
  head[1] = mask | (told < 126 ? told : told < 65_536 ? 126 : 127);
  if (head.length === 4) head.writeUInt16BE(told, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(told), 2);
  return Buffer.concat([head, Buffer.alloc(masked ? 4 : 0), payload]);
}

const channel = (number: number, text: string) => Buffer.concat([Buffer.of(number), Buffer.from(text)]);
const closing = (code: number, reason = "") =>
  Buffer.concat([Buffer.of(code >> 8, code & 255), Buffer.from(reason)]);

const payload = fc.oneof(
  fc
    .constantFrom(
      ...[
        "",
        "line\n",
        "2026-08-01T10:00:00.123456789Z line\n",
        "\r\n\r\n",
        "no end",
        "{}",
        "null",
        '{"cpu":1e400}',
      ],
      ...[
        '{"cpu":1,"memory_bytes":-1,"timestamp":1e308}',
        '{"cpu":"1","memory_bytes":{},"timestamp":[]}',
        "[[[[",
      ],
      ..."\u001b]0;x\u0007|\u202e|é|\0|\ufeff".split("|"),
      "x".repeat(70_000),
    )
    .map((text) => Buffer.from(text)),
  fc.constantFrom(
    ...[
      channel(1, "out\n"),
      channel(2, "err\n"),
      channel(7, "seven"),
      channel(255, ""),
      channel(0, "in"),
      channel(4, "{}"),
    ],
    ...[
      '{"exit_code":0}',
      '{"exit_code":1e400}',
      '{"exit_code":"0","message":[]}',
      '{"exit_code":-1}',
      "",
      "{",
      "[]",
    ].map((text) => channel(3, text)),
    ...[
      channel(3, JSON.stringify({ exit_code: 3, message: "m".repeat(100_000) })),
      Buffer.of(0xff, 0xfe, 0xc3),
    ],
    Buffer.alloc(4 * MEBIBYTE + 1, "x"),
  ),
);
const code = fc.oneof(
  fc.constantFrom(1000, 1001, 1002, 1006, 1009, 1011, 1012, 1015, 3000, 4999),
  fc.nat(65_535),
);
const usual = { fin: true, rsv: 0, masked: false };
const frame = fc
  .oneof(
    {
      weight: 6,
      arbitrary: fc.record({ opcode: fc.constantFrom(1, 2), payload }).map((one) => ({ ...usual, ...one })),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        opcode: fc.nat(15),
        payload,
        fin: fc.boolean(),
        rsv: fc.constantFrom(0, 0, 0, 1, 4, 7),
        masked: fc.constantFrom(false, false, true),
        told: fc.constantFrom(undefined, undefined, 0, 1, 200, 70_000, 5 * MEBIBYTE, 2 ** 40),
      }),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(code, fc.constantFrom("", "gone", "\u001b[2J", "x".repeat(120)))
        .map(([number, reason]) => ({ ...usual, opcode: 8, payload: closing(number, reason) })),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(8, 9, 10).map((opcode) => ({ ...usual, opcode, payload: Buffer.of(3) })),
    },
  )
  .map(frameOf);

interface Script {
  bytes: Buffer;
  end: "end" | "reset";
}

const script: fc.Arbitrary<Script> = fc
  .record({
    frames: fc.array(frame, { maxLength: 5 }),
    lost: fc.constantFrom(0, 0, 0, 1, 5),
    end: fc.constantFrom("end" as const, "reset" as const),
  })
  .map(({ frames, lost, end }) => {
    const all = Buffer.concat(frames);
    return { bytes: all.subarray(0, Math.max(0, all.length - lost)), end };
  });

/** A platform with one running job, whose sockets say what a test wants. */
async function platformOf(said: () => Script): Promise<Platform> {
  let origin = "";
  const answer = (socket: Socket, value: unknown) => {
    const body = JSON.stringify(value);
    socket.write(
      `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
  };
  origin = await rawServer((socket, request) => {
    const key = /^sec-websocket-key: (.*)\r$/im.exec(request)?.[1];
    if (key !== undefined) return play(socket, key, said());
    if (/^GET \/api\/v1\/config/.test(request)) return answer(socket, configOf(origin));
    if (/^GET \/api\/v1\/jobs\?/.test(request)) return answer(socket, { jobs: [wireJob({ name: "real" })] });
    if (/^GET \/api\/v1\/jobs\//.test(request)) return answer(socket, wireJob({ name: "real" }));
    // Frames of the client.
  });
  const place = { cluster: "default", org: "acme", project: "vision" };
  const login = { source: "token" as const, url: `${origin}/api/v1`, token: token("alice"), ...place };
  const platform = connectPlatform(login, { retries: 0 });
  onTestFinished(() => platform.close());
  return platform;
}

function play(socket: Socket, key: string, { bytes, end }: Script): void {
  const accept = createHash("sha1")
    .update(key + GUID)
    .digest("base64");
  socket.write(
    `HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  socket.write(bytes, () => (end === "reset" ? socket.resetAndDestroy() : socket.end()));
}

const CALLS: [string, Record<string, unknown>][] = [
  ["job_logs", { jobs: [JOB_ID] }],
  ["job_logs", { jobs: [JOB_ID], grep: "x" }],
  ["job_exec", { job: JOB_ID, command: "true" }],
  ["job_exec", { job: JOB_ID, argv: ["cat"], stdin: "in" }],
  ["job_telemetry", { job: JOB_ID, seconds: 1 }],
  ["job_attach", { job: JOB_ID, input: "x", wait_seconds: 1 }],
  ["job_files", { job: JOB_ID, path: "/x" }],
  ["job_signal", { job: JOB_ID, signal: "TERM", wait_seconds: 0 }],
];

/** The client's own ways to read a socket, each to its end. */
const READERS: ((jobs: Platform["jobs"]) => Promise<unknown>)[] = [
  (jobs) => drain(jobs.monitor(JOB_ID)),
  (jobs) => drain(jobs.top(JOB_ID)),
  (jobs) => jobs.execAndCollect(JOB_ID, { command: "true", maxBytes: 1000 }),
  (jobs) => jobs.execAndCollect(JOB_ID, { command: "cat", stdin: "x".repeat(100_000), maxBytes: 1000 }),
  async (jobs) => drain((await jobs.attach(JOB_ID, { stdin: true, stdout: true })).output),
];

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}

describe("whatever comes through a socket", { tags: "hostility" }, () => {
  test("ends a reader by itself, or in an error that says why", async () => {
    let said: Script = { bytes: Buffer.alloc(0), end: "end" };
    const { jobs } = await platformOf(() => said);
    const holds = fc.asyncProperty(script, fc.constantFrom(...READERS), async (wanted, read) => {
      said = wanted;
      const thrown = await read(jobs).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (thrown === undefined) return;
      expect(thrown).toBeInstanceOf(PlatformError);
      expect(String(thrown)).not.toMatch(BUG_WORDS);
    });
    await check(holds, 80);
  });

  test("is shown within bounds or refused by each tool, and the session goes on", async () => {
    let said: Script = { bytes: Buffer.alloc(0), end: "end" };
    const agent = await connectAgent(await platformOf(() => said));
    onTestFinished(() => agent.client.close());
    const holds = fc.asyncProperty(script, async (wanted) => {
      said = wanted;
      const answers = await Promise.all(CALLS.map(([tool, args]) => agent.call(tool, args)));
      for (const [index, { text, isError }] of answers.entries()) {
        const tool = CALLS[index]?.[0];
        expect(text.length, tool).toBeLessThan(200_000);
        expect(text, tool).not.toMatch(BUG_WORDS);
        expect(visible(text)).toBe(text);
        if (isError) expect(text).toMatch(/^[a-z_]+: \S/);
      }
    });
    await check(holds, 2);
    await agent.ok("job_status", { jobs: [JOB_ID] });
  });

  test("ends one connection of a forwarded port, never the listener", async () => {
    let said: Script = { bytes: Buffer.alloc(0), end: "end" };
    const platform = await platformOf(() => said);
    const failures: unknown[] = [];
    const forward = await platform.jobs.portForward(JOB_ID, {
      port: 80,
      onError: (error) => failures.push(error),
    });
    onTestFinished(() => forward.close());
    const leaving = fc.constantFrom("stays", "leaves", "resets");
    const holds = fc.asyncProperty(script, leaving, async (wanted, how) => {
      said = wanted;
      const local = connectTcp(forward.localPort, "127.0.0.1");
      local.on("error", () => undefined);
      local.write("hello");
      if (how === "leaves") local.end();
      if (how === "resets") local.once("connect", () => local.resetAndDestroy());
      local.resume();
      await new Promise((resolve) => local.once("close", resolve));
    });
    await check(holds, 30);
  });
});
