import { describe, expect, test } from "vitest";
import { Limit } from "../../src/client/index.ts";
import { within } from "../../src/operations/within.ts";

const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

describe("work within a time", () => {
  test.for([
    ["its own time", new Limit([]), 20],
    ["the call's time", new Limit([], { expectedMs: 20 }), 60_000],
  ] as const)("is a platform that did not answer, when %s is over first", async ([, call, ms]) => {
    await expect(within(call.signal, untilAborted, ms)).rejects.toMatchObject({
      code: "timed_out",
      message: "The platform did not answer within 0 s.",
    });
  });

  test("ends with the reason of the call that was given up", async () => {
    const call = new AbortController();
    const done = within(call.signal, untilAborted);
    call.abort("cancelled");
    await expect(done).rejects.toBe("cancelled");
  });
});
