import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { showProgress } from "../../src/commands/progress.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance", "setInterval", "clearInterval"] }));
afterEach(() => void vi.useRealTimers());

function watched(columns?: number) {
  const written: string[] = [];
  const nowhere = { write: () => true };
  const err = { write: (text: string) => written.push(text) };
  const terminal = { out: nowhere, err, columns, input: () => Promise.resolve("") };
  return { written, progress: showProgress(terminal, "job_wait") };
}

describe("the progress of a call", () => {
  test("is one line, with a bar where it is known how much is done", () => {
    const { written, progress } = watched(90);
    progress.report("1 of 4 there", 0.25);
    vi.advanceTimersByTime(1000);
    progress.report("reading new lines");
    progress.stop();
    expect(written.map((text) => text.replace("\r\x1b[K", "|"))).toEqual([
      "|[=====               ] job_wait, 0 s: 1 of 4 there",
      "|[=====               ] job_wait, 1 s: 1 of 4 there",
      "|job_wait, 1 s: reading new lines",
      "|",
    ]);
  });

  test("has no bar on a narrow screen, and none of a file that is empty", () => {
    const narrow = watched(40);
    narrow.progress.report("1 of 4 there", 0.25);
    expect(narrow.written.join("")).not.toContain("[=");
    const { written, progress } = watched(90);
    progress.report("0 B of 0 B saved", Number.NaN);
    expect(written).toEqual(["\r\x1b[Kjob_wait, 0 s: 0 B of 0 B saved"]);
    for (const each of [narrow.progress, progress]) each.stop();
  });

  test("is nothing where nobody watches", () => {
    const { written, progress } = watched();
    progress.report("1 of 4 there", 0.25);
    progress.stop();
    expect(written).toEqual([]);
  });
});
