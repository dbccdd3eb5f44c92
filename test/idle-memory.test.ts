import { Session } from "node:inspector/promises";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { giveBackWhenIdle } from "../src/idle-memory.ts";
import { WITHIN } from "./support/busy.ts";

const MIB = 1024 ** 2;

/** What the process has used and holds when it is next looked at. */
const seen = { processorMs: 0, mebibytes: 100 };
const look = () => vi.advanceTimersByTimeAsync(10_000);

beforeEach(() => {
  Object.assign(seen, { processorMs: 0, mebibytes: 100 });
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  vi.spyOn(process, "cpuUsage").mockImplementation(() => ({ user: seen.processorMs * 1000, system: 0 }));
  vi.spyOn(process.memoryUsage, "rss").mockImplementation(() => seen.mebibytes * MIB);
  giveBackWhenIdle();
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe("an idle server", { tags: "leaks" }, () => {
  test("lets go of what nobody holds any more", async () => {
    const garbage = new WeakRef({ text: "x".repeat(1000) });
    await look();
    await vi.waitFor(() => expect(garbage.deref()).toBeUndefined(), WITHIN);
  });
});

describe("garbage is collected", () => {
  test("once there is more than was kept the last time", async () => {
    const collect = vi.spyOn(Session.prototype, "post").mockResolvedValue(undefined);
    const hasCollected = (times: number) =>
      vi.waitFor(() => expect(collect.mock.settledResults).toHaveLength(times), WITHIN);
    await look();
    await hasCollected(1);
    seen.mebibytes = 107;
    await look();
    seen.mebibytes = 108;
    await look();
    await hasCollected(2);
    await look();
    await hasCollected(2);
  });

  test("not while the process is at work", async () => {
    const collect = vi.spyOn(Session.prototype, "post").mockResolvedValue(undefined);
    seen.processorMs = 100;
    await look();
    Object.assign(seen, { processorMs: 99, mebibytes: 200 });
    await look();
    await vi.waitFor(() => expect(collect).toHaveBeenCalledTimes(1), WITHIN);
  });
});
