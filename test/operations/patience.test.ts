import { describe, expect, test } from "vitest";
import { Limit, PlatformError } from "../../src/client/index.ts";
import { patiently } from "../../src/operations/patience.ts";

const AWAY = new PlatformError("unavailable", "The platform is away.");
const LATE = new PlatformError("timed_out", "Reading timed out.");
const { signal } = new AbortController();

function failing(...faults: PlatformError[]) {
  let tries = 0;
  const work = () => {
    const fault = faults[Math.min(tries, faults.length - 1)];
    tries += 1;
    return Promise.reject(fault ?? new Error("nothing fails"));
  };
  return { work, tries: () => tries };
}

describe("what is tried patiently", () => {
  test("fails with what stood in its way, not with the last try's end of the time", async () => {
    const { work, tries } = failing(AWAY, LATE);
    await expect(patiently(performance.now() + 1500, signal, work)).rejects.toBe(AWAY);
    expect(tries()).toBeGreaterThan(1);
  });

  test("fails so, too, where a limit ends the pause between two tries", async () => {
    const { signal: short } = new Limit(signal, { ms: 20 });
    const { work } = failing(new PlatformError("unavailable", "Not now.", { retryAfterMs: 30_000 }));
    await expect(patiently(performance.now() + 60_000, short, work)).rejects.toThrow("Not now.");
  });

  test("fails with the end of the time where nothing else stood in its way", async () => {
    await expect(patiently(performance.now() + 100, signal, failing(LATE).work)).rejects.toBe(LATE);
  });

  test("ends with the reason of the one who gave it up", async () => {
    const caller = new AbortController();
    const trying = patiently(performance.now() + 60_000, caller.signal, failing(AWAY).work);
    caller.abort("not needed any more");
    await expect(trying).rejects.toBe("not needed any more");
  });
});
