import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Platform, startPlatform } from "./platform.ts";

let platform: Platform;

beforeAll(async () => {
  platform = await startPlatform();
});

afterAll(async () => platform.close());

describe("top", () => {
  test("tells processors and memory about once a second until the job ends", async () => {
    const id = await platform.run("while :; do :; done");
    const line = await platform.open(`${id}/top`, ["top.apolo.us"]).opened();
    await expect.poll(() => line.texts.length, { timeout: 30_000 }).toBeGreaterThan(2);
    const [first, , third] = line.texts.map((text) => JSON.parse(text));
    expect(Object.keys(third)).toEqual(["cpu", "memory", "memory_bytes", "timestamp"]);
    expect(third.cpu).toBeGreaterThan(0.02);
    expect(third.memory_bytes).toBeGreaterThan(10_000);
    expect(third.memory).toBe(Math.floor(third.memory_bytes / 1024 / 1024));
    expect(third.timestamp - first.timestamp).toBeGreaterThan(1.5);
    expect(line.messages).toEqual([]);
    await platform.request("DELETE", `/jobs/${id}`);
    expect(await line.end).toEqual({ code: 1000, reason: "" });
  });

  test("closes at once without a message for a finished job", async () => {
    const id = await platform.create("true");
    await platform.reach(id, "succeeded");
    const line = platform.open(`${id}/top`);
    expect(await line.end).toEqual({ code: 1000, reason: "" });
    expect(line.texts).toEqual([]);
  });

  test("is silent while the job is pending", async () => {
    const slow = await startPlatform({ timing: { pullMs: 60_000 } });
    const id = await slow.create("true");
    const line = await slow.open(`${id}/top`).opened();
    await slow.request("DELETE", `/jobs/${id}`);
    expect(await line.end).toEqual({ code: 1000, reason: "" });
    expect(line.texts).toEqual([]);
    await slow.close();
  });

  test("closes with 1011 and the reason when it cannot be told", async () => {
    const id = await platform.run("sleep 600");
    const running = platform.context.lifecycle.running(id);
    if (running === undefined) throw new Error("not running");
    running.usage = async () => Promise.reject(new Error("no telemetry"));
    expect(await platform.open(`${id}/top`).end).toEqual({ code: 1011, reason: "no telemetry" });
  });
});
