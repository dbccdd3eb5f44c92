import { afterEach, expect, test, vi } from "vitest";
import { type Extra, reportProgress } from "../../src/server/progress.ts";

afterEach(() => void vi.useRealTimers());

function listening(progressToken?: string) {
  const told: unknown[] = [];
  const sendNotification = async ({ params }: { params?: unknown }) => void told.push(params);
  // Only these two are read.
  const extra = { _meta: { progressToken }, sendNotification } as unknown as Extra;
  return { told, ...reportProgress(extra) };
}

test("tells of progress at most once a second, in increasing steps", () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  const { told, report } = listening("t");
  for (let ms = 0; ms < 3000; ms += 100) {
    report(`at ${ms}`);
    vi.advanceTimersByTime(100);
  }
  expect(told).toEqual(
    [0, 1000, 2000].map((ms, index) => ({ progressToken: "t", progress: index + 1, message: `at ${ms}` })),
  );
});

test("tells nothing after the end, and nobody who did not ask", () => {
  const ended = listening("t");
  ended.stop();
  ended.report("late");
  const unasked = listening();
  unasked.report("unasked");
  expect([ended.told, unasked.told]).toEqual([[], []]);
});
