import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { signalOf, startCall } from "../../src/client/call.ts";
import { Limit, pause } from "../../src/client/index.ts";

/** Collects garbage again and again until the test is over. */
function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  const timer = setInterval(collect, 10);
  onTestFinished(() => clearInterval(timer));
}

describe("a limit", () => {
  test("of which only the signal is kept fires although garbage is collected", async () => {
    collectGarbage();
    const outer = new AbortController();
    const waiting = pause(60_000, new Limit([outer.signal], { ms: 200 }).signal);
    await expect(waiting).rejects.toMatchObject({ name: "TimeoutError" });
  });

  test("inside another one fires although garbage is collected", async () => {
    collectGarbage();
    const outer = new AbortController();
    const inner = new Limit(new Limit(outer.signal, { ms: 200 }).signal, { ms: 60_000 });
    await expect(pause(60_000, inner.signal)).rejects.toMatchObject({ name: "TimeoutError" });
    expect(inner.isOver).toBe(false);
    inner.close();
  });

  test("fires with any of the outer signals and keeps its reason", () => {
    const [first, second] = [new AbortController(), new AbortController()];
    const limit = new Limit([first.signal, second.signal], { ms: 60_000 });
    second.abort("cancelled");
    first.abort("too late");
    expect(limit.signal.reason).toBe("cancelled");
    expect(limit.isOver).toBe(false);
  });

  test("has fired from the beginning inside a signal that has", () => {
    expect(new Limit(AbortSignal.abort("gone")).signal.reason).toBe("gone");
  });

  test("ends early when told so, as if its time were over", () => {
    const limit = new Limit([]);
    limit.end();
    expect(limit.isOver).toBe(true);
    expect(limit.signal.reason).toMatchObject({ name: "TimeoutError" });
  });

  test("fires no more once it is closed", () => {
    const outer = new AbortController();
    const limit = new Limit(outer.signal);
    limit.close();
    outer.abort();
    expect(limit.signal.aborted).toBe(false);
  });

  test("is what a call under it ends by, although the process was held up as it was set", async () => {
    const { setTimeout } = globalThis;
    const timers = vi.spyOn(globalThis, "setTimeout").mockImplementationOnce((...given) => {
      keepBusy(50);
      return setTimeout(...given);
    });
    onTestFinished(() => timers.mockRestore());
    const limit = new Limit([], { ms: 100 });
    const call = signalOf(startCall({ signal: limit.signal }));
    const why = await pause(60_000, call.signal).catch((reason: unknown) => reason);
    expect([limit.isOver, why]).toEqual([true, limit.signal.reason]);
  });

  test("that does not fire ends calls under it by itself", async () => {
    const limit = new Limit([], { expectedMs: 50, ms: 60_000 });
    const call = signalOf(startCall({ signal: limit.signal }));
    await expect(pause(60_000, call.signal)).rejects.toMatchObject({ name: "TimeoutError" });
    expect(limit.signal.aborted).toBe(false);
    limit.close();
  });
});

function keepBusy(ms: number): void {
  for (const since = performance.now(); performance.now() - since < ms; );
}
