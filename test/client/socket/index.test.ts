import { getEventListeners, once } from "node:events";
import { describe, onTestFinished, vi } from "vitest";
import type { WebSocket } from "ws";
import type { Platform } from "../../../src/client/index.ts";
import { SOON_MS, WITHIN } from "../../support/busy.ts";
import { expect, JOB_ID, type PlatformStub, test, token } from "../../support/platform-stub.ts";
import { deadOrigin, rawServer } from "../../support/raw-server.ts";

async function read(platform: Platform): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of platform.jobs.monitor(JOB_ID)) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

/** A log whose pings come only as the test moves the time. */
async function openLog(stub: PlatformStub, pingMs: number) {
  const platform = stub.connect({ pingMs });
  // Before: undici counts by one timer for a whole worker, which must be a real one.
  await platform.context();
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  return platform.jobs.monitor(JOB_ID)[Symbol.asyncIterator]();
}

describe("a socket", () => {
  test("that the platform refuses is released, and so is whoever could end it", { tags: "leaks" }, async ({
    stub,
    platform,
  }) => {
    const held = new Set<unknown>();
    stub.server.on("connection", (socket) => {
      held.add(socket);
      socket.once("close", () => held.delete(socket));
    });
    stub.refuse = () => "HTTP/1.1 503 No\r\nX-Error: busy\r\nContent-Length: 4\r\n\r\nbusy";
    const { signal } = new AbortController();
    for (let count = 0; count < 5; count += 1)
      await expect(
        platform.jobs.monitor(JOB_ID, {}, { signal })[Symbol.asyncIterator]().next(),
      ).rejects.toThrow("busy");

    await vi.waitFor(() => expect(getEventListeners(signal, "abort")).toHaveLength(0), WITHIN);
    await platform.close();
    await vi.waitFor(() => expect(held.size).toBe(0), WITHIN);
  });

  test("gives what came and ends with a normal close", async ({ stub, platform }) => {
    stub.play("/log_ws", (socket) => {
      socket.send(Buffer.from("a\n"));
      socket.send(Buffer.from("б"));
      socket.close(1000);
    });

    expect(await read(platform)).toBe("a\nб");
  });

  test.for([
    [1006, "unavailable", true],
    [1009, "protocol_error", false],
    [1011, "platform_error", false],
    [1012, "unavailable", true],
    [4000, "platform_error", false],
  ] as const)(
    "fails with what came before when it is closed with %d",
    async ([code, expected, retryable], { stub, platform }) => {
      stub.play("/log_ws", (socket) => {
        socket.send(Buffer.from("a\n"), () =>
          code === 1006 ? socket.terminate() : socket.close(code, "kaput"),
        );
      });
      const chunks: string[] = [];
      const reading = (async () => {
        for await (const chunk of platform.jobs.monitor(JOB_ID)) chunks.push(Buffer.from(chunk).toString());
      })();

      await expect(reading).rejects.toMatchObject({ code: expected, retryable });
      expect(chunks).toEqual(["a\n"]);
    },
  );

  test("tells the reason of a close", async ({ stub, platform }) => {
    stub.play("/top", (socket) => socket.close(1011, "telemetry failed"));
    const measuring = (async () => {
      for await (const _ of platform.jobs.top(JOB_ID)) expect.unreachable();
    })();

    await expect(measuring).rejects.toMatchObject({ code: "platform_error", serverText: "telemetry failed" });
  });

  test("fails on a text frame in a log", { tags: "hostility" }, async ({ stub, platform }) => {
    stub.play("/log_ws", (socket) => socket.send("text"));

    await expect(read(platform)).rejects.toMatchObject({ code: "protocol_error" });
  });

  test("takes a frame of 4 MiB and refuses a larger one", { tags: "hostility" }, async ({
    stub,
    platform,
  }) => {
    const limit = 4 * 1024 * 1024;
    stub.play("/log_ws", (socket) => socket.send(Buffer.alloc(limit, "x"), () => socket.close(1000)));
    expect((await read(platform)).length).toBe(limit);

    stub.play("/log_ws", (socket) => socket.send(Buffer.alloc(limit + 1)));
    await expect(read(platform)).rejects.toMatchObject({ code: "protocol_error" });
  });

  test("ends at once when the caller's signal fires", { tags: "leaks" }, async ({ stub, platform }) => {
    const controller = new AbortController();
    let closed: Promise<unknown> = Promise.resolve();
    stub.play("/log_ws", (socket) => {
      closed = once(socket, "close");
      socket.send(Buffer.from("a\n"));
    });
    const startedAt = performance.now();
    const reading = (async () => {
      for await (const _ of platform.jobs.monitor(JOB_ID, {}, { signal: controller.signal }))
        controller.abort(new Error("enough"));
    })();

    await expect(reading).rejects.toThrow("enough");
    await closed;
    expect(performance.now() - startedAt).toBeLessThan(SOON_MS);
  });

  test("ends after the caller's time limit", async ({ stub, platform }) => {
    stub.play("/log_ws", () => undefined);
    const reading = (async () => {
      for await (const _ of platform.jobs.monitor(JOB_ID, {}, { timeoutMs: 50 })) expect.unreachable();
    })();

    await expect(reading).rejects.toMatchObject({ code: "timed_out" });
  });

  test("is closed when the reader leaves", { tags: "leaks" }, async ({ stub, platform }) => {
    const opened: WebSocket[] = [];
    stub.play("/log_ws", (socket) => {
      opened.push(socket);
      socket.send(Buffer.from("a\n"));
    });
    for await (const _ of platform.jobs.monitor(JOB_ID)) break;
    const [socket] = opened;

    if (socket !== undefined && socket.readyState !== socket.CLOSED) await once(socket, "close");
    expect(socket?.readyState).toBe(3);
  });

  test("holds a fast sender back while the reader is slow", async ({ stub, platform }) => {
    const piece = Buffer.alloc(256 * 1024, "x");
    const total = 40;
    let sent = 0;
    stub.play("/log_ws", async (socket) => {
      for (; sent < total; sent += 1) await new Promise((resolve) => socket.send(piece, resolve));
      socket.close(1000);
    });
    const log = platform.jobs.monitor(JOB_ID)[Symbol.asyncIterator]();
    await log.next();
    // A sender that is not held back would be done long before this many turns of the loop.
    for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    const sentWhileSlow = sent;
    let bytes = piece.length;
    for (let next = await log.next(); next.done !== true; next = await log.next()) bytes += next.value.length;

    expect(sentWhileSlow).toBeLessThan(total);
    expect(bytes).toBe(total * piece.length);
  });

  test("pings, and is lost when nobody answers", async ({ stub }) => {
    const pingMs = 30_000;
    stub.autoPong = false;
    let pings = 0;
    stub.play("/log_ws", (socket) => {
      socket.on("ping", (data) => {
        pings += 1;
        if (pings === 3) return;
        socket.pong(data);
        socket.send(Buffer.from("after the pong"));
      });
      socket.send(Buffer.from("open"));
    });
    const log = await openLog(stub, pingMs);
    for (let heard = 0; heard < 3; heard += 1) {
      await log.next();
      vi.advanceTimersByTime(pingMs);
    }
    const end = expect(log.next()).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("no answer to a ping"),
    });
    vi.advanceTimersByTime(pingMs / 2);

    await end;
    await vi.waitFor(() => expect(pings).toBe(3), WITHIN);
  });

  test("is not lost for a pong that is there, but was not read in time", async ({ stub }) => {
    const pingMs = 30_000;
    stub.autoPong = false;
    stub.play("/log_ws", (socket) => {
      socket.on("ping", (data) => {
        socket.pong(data);
        // The time is over before the process comes to read it: it stands still, not the system.
        setImmediate(() => {
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
          vi.advanceTimersByTime(pingMs / 2);
          socket.send(Buffer.from("goes on"));
        });
      });
      socket.send(Buffer.from("open"));
    });
    const log = await openLog(stub, pingMs);
    await log.next();
    vi.advanceTimersByTime(pingMs);
    expect(Buffer.from((await log.next()).value ?? []).toString()).toBe("goes on");
  });

  test("carries the token, and a new one after 401", async ({ stub }) => {
    const seen: (string | undefined)[] = [];
    const fresh = token("alice", "fresh");
    stub.play("/log_ws", (socket, { headers }) => {
      seen.push(headers.authorization);
      socket.close(1000);
    });
    const login = stub.login({ reload: async () => stub.login({ token: fresh }) });
    stub.refuse = ({ headers }) => {
      if (headers.authorization === `Bearer ${fresh}`) return undefined;
      seen.push("refused");
      return "HTTP/1.1 401 Unauthorized\r\nX-Error: 401: Unauthorized\r\nContent-Length: 0\r\n\r\n";
    };

    await read(stub.connect({ login }));

    expect(seen).toEqual(["refused", `Bearer ${fresh}`]);
  });

  test("refused connection is unavailable", async ({ stub, platform }) => {
    stub.monitoring = await deadOrigin();

    await expect(read(platform)).rejects.toMatchObject({ code: "unavailable", retryable: true });
  });

  test("answer that is no HTTP is unavailable", async ({ stub, platform }) => {
    stub.monitoring = await rawServer((socket) => socket.end("hello\r\n\r\n"));

    await expect(read(platform)).rejects.toMatchObject({ code: "unavailable" });
  });

  test("redirect is not followed, which is said", async ({ stub, platform }) => {
    stub.monitoring = await rawServer((socket) => socket.end("HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n"));

    await expect(read(platform)).rejects.toMatchObject({
      code: "protocol_error",
      message: expect.stringContaining("a redirect that is not followed"),
      request: { status: 302 },
    });
  });
});
