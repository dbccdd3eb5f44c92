import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, onTestFinished, test } from "vitest";
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
});
