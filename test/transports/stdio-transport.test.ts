import { once } from "node:events";
import { PassThrough, Writable } from "node:stream";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import { describe, expect, test } from "vitest";
import { StdioTransport } from "../../src/transports/stdio-transport.ts";
import { WITHIN } from "../support/busy.ts";

/** A reader that takes nothing until it is told to. */
function stopped() {
  let release: (() => void) | undefined;
  let isReading = false;
  const lines: { id?: unknown; method?: string; params?: Record<string, unknown> }[] = [];
  const stream = new Writable({
    highWaterMark: 1000,
    write(chunk, _encoding, done) {
      if (String(chunk) !== "") lines.push(JSON.parse(String(chunk)));
      if (isReading) done();
      else release = done;
    },
  });
  return {
    ...{ stream, lines },
    read() {
      isReading = true;
      release?.();
    },
  };
}

const updated = (uri: string): JSONRPCMessage => ({
  jsonrpc: "2.0",
  method: "notifications/resources/updated",
  params: { uri },
});
const progress = (step: number): JSONRPCMessage => ({
  jsonrpc: "2.0",
  method: "notifications/progress",
  params: { progressToken: "t", progress: step },
});

/** A transport to that reader, which answers each request with a text of `size`. */
async function answering(stream: Writable, size: number) {
  const input = new PassThrough();
  const transport = new StdioTransport(input, stream, String);
  const heard: unknown[] = [];
  transport.onmessage = (message) => {
    heard.push(message);
    if ("id" in message && message.id !== undefined)
      void transport.send({ jsonrpc: "2.0", id: message.id, result: { text: "x".repeat(size) } });
  };
  await transport.start();
  return { transport, input, heard };
}

describe("what is sent to a reader that has stopped", () => {
  test("is kept once per resource, list and call, and no progress comes after its answer", async () => {
    const { stream, lines, read } = stopped();
    const transport = new StdioTransport(new PassThrough(), stream, String);
    await transport.start();
    for (let id = 0; id < 20; id += 1)
      await transport.send({ jsonrpc: "2.0", id, result: { text: "x".repeat(100) } });
    const before = stream.writableLength;
    for (let round = 0; round < 5000; round += 1) {
      for (const job of ["a", "b", "c"]) await transport.send(updated(`job://${job}`));
      await transport.send({ jsonrpc: "2.0", method: "notifications/resources/list_changed" });
      await transport.send(progress(round), { relatedRequestId: 50 });
      await transport.send(progress(round), { relatedRequestId: 51 });
    }
    await transport.send({ jsonrpc: "2.0", id: 51, result: {} });
    expect(stream.writableLength - before).toBeLessThan(200);
    read();
    await transport.idle();
    const notices = lines.filter(({ method }) => method !== undefined);
    expect(notices.map(({ params }) => params?.uri).filter(Boolean)).toEqual([
      "job://a",
      "job://b",
      "job://c",
    ]);
    expect(notices.filter(({ method }) => method?.endsWith("list_changed"))).toHaveLength(1);
    expect(notices.filter(({ method }) => method?.endsWith("progress"))).toEqual([{ ...progress(4999) }]);
    expect(lines.filter(({ id }) => id !== undefined)).toHaveLength(21);
  });

  test("is kept for each request that listens to a resource", async () => {
    const { stream, lines, read } = stopped();
    const transport = new StdioTransport(new PassThrough(), stream, String);
    await transport.start();
    await transport.send({ jsonrpc: "2.0", id: 0, result: { text: "x".repeat(2000) } });
    const listeners = [1, "1", 2];
    for (const method of ["notifications/resources/updated", "notifications/resources/list_changed"])
      for (const id of [...listeners, ...listeners]) {
        const _meta = { "io.modelcontextprotocol/subscriptionId": id };
        await transport.send({ jsonrpc: "2.0", method, params: { uri: "job://a", _meta } });
      }
    read();
    await transport.idle();
    const told = lines.flatMap(({ params }) => Object.values(params?._meta ?? {}));
    expect(told).toEqual([...listeners, ...listeners]);
  });

  test("keeps the server from reading more, until it is read", async () => {
    const { stream, read } = stopped();
    const { transport, input, heard } = await answering(stream, 1_000_000);
    for (let id = 0; id < 100; id += 1) {
      input.write(`${JSON.stringify({ jsonrpc: "2.0", id, method: "ping" })}\n`);
      await new Promise(setImmediate);
    }
    expect(heard.length).toBeLessThan(10);
    read();
    await expect.poll(() => heard.length, WITHIN).toBe(100);
    await transport.idle();
    expect(stream.writableLength).toBe(0);
  });

  test("does not hide that the client has stopped writing", async () => {
    const { stream, read } = stopped();
    const { transport, input, heard } = await answering(stream, 5_000_000);
    const ended = once(input, "end");
    for (const id of [1, 2, 3]) {
      input.write(`${JSON.stringify({ jsonrpc: "2.0", id, method: "ping" })}\n`);
      await new Promise(setImmediate);
    }
    expect(heard).toHaveLength(1);
    input.end();
    await ended;
    transport.end();
    expect(heard).toHaveLength(3);
    read();
    await transport.idle();
  });
});
