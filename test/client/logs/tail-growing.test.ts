import { describe, onTestFinished, vi } from "vitest";
import type { WebSocket } from "ws";
import { answerJob, stamp } from "../../support/log-stub.ts";
import { expect, JOB_ID, test } from "../../support/platform-stub.ts";

const TEXT = "x".repeat(64);
const LINES_PER_MS = 100;

/** What a log of 10 MB a second says in a millisecond, on a clock that goes on only as the log does. */
function block(atMs: number): Buffer {
  return Buffer.from(`${stamp(atMs, 9)} ${TEXT}\n`.repeat(LINES_PER_MS));
}

async function print(socket: WebSocket, sinceMs: number): Promise<void> {
  for (let atMs = Math.ceil(sinceMs); socket.readyState === 1; atMs += 1) {
    if (atMs > Date.now()) await tick();
    await new Promise((resolve) => socket.send(block(atMs), resolve));
  }
}

/**
 * A turn of the loop takes a millisecond, so that on a slow machine no more comes between a ping and its answer. The
 * test may have ended meanwhile; a time that was set then would stand still for all that follow.
 */
async function tick(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  if (vi.isFakeTimers()) vi.setSystemTime(Date.now() + 1);
}

describe("tail of a log that grows by 10 MB a second", () => {
  test("ends once it has come to the moment it was asked", async ({ stub, platform }) => {
    // Just behind a full second the platform's clock may be ahead by nearly another one.
    vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2026-08-01T12:00:00.010Z") });
    onTestFinished(() => void vi.useRealTimers());
    stub.server.prependListener("request", (_, response) =>
      response.setHeader("date", new Date().toUTCString()),
    );
    const startMs = Date.now() - 4000;
    answerJob(stub, { startMs });
    let opened = 0;
    stub.play("/log_ws", async (socket, { url = "" }) => {
      opened += 1;
      const since = new URL(url, "http://x").searchParams.get("since");
      await print(socket, since === null ? startMs : Date.parse(since));
    });
    const askedMs = Date.now();

    const tail = await platform.jobs.tail(JOB_ID, { lines: 100 });

    expect(tail.lines).toHaveLength(100);
    expect(Date.parse(tail.lines.at(-1)?.time ?? "")).toBeGreaterThanOrEqual(askedMs);
    expect(tail.ending).toBe("caught_up");
    expect(opened).toBeLessThan(4);
    expect(tail.bytesRead).toBeLessThan(1_000_000);
  });
});
