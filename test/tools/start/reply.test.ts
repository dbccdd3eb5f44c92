import { describe, expect, test } from "vitest";
import { PlatformError, RequestIdUsedError } from "../../../src/client/index.ts";
import type { StartOutcome } from "../../../src/operations/start/request.ts";
import { causeLines } from "../../../src/tools/start/problems.ts";
import { rowText } from "../../../src/tools/start/reply.ts";

function outcome(index: number, error: PlatformError): StartOutcome {
  const item = {
    index,
    name: `lr-${index}`,
    values: {},
    requestId: `r-${index}`,
    options: { image: "ubuntu" },
  };
  return { item, error };
}

describe("rows of a sweep", () => {
  const lost = new PlatformError("unknown_outcome", "The answer was lost.");
  const outcomes = [
    outcome(1, lost),
    ...[2, 3].map((index) => ({
      ...outcome(index, new PlatformError("conflict", "Starting a job failed.")),
      nameTaken: { name: `lr-${index}`, holder: `job-${"a".repeat(36)}` },
    })),
  ];

  test("do not call a job not started when that is unknown", () => {
    expect(outcomes.map((each) => rowText(each, { count: 3, ids: new Map(), withStatus: false }))).toEqual([
      "1. lr-1: UNKNOWN",
      "2. lr-2: NOT STARTED",
      "3. lr-3: NOT STARTED",
    ]);
  });

  test("are followed by each cause once, with the jobs it is about", () => {
    expect(causeLines(outcomes)).toEqual([
      "Unknown (lr-1): unknown_outcome: The answer was lost.",
      expect.stringMatching(/^Not started \(lr-2, lr-3\): conflict: The name "lr-2" is taken/),
    ]);
  });

  test("group uses of a request id by what differs, and tell numbers of unnamed jobs apart", () => {
    const used = [1, 2, 13].map((index) =>
      outcome(index, new RequestIdUsedError(`used for job-${index}.`, [index === 13 ? "image" : "command"])),
    );
    expect(causeLines(used)).toEqual([
      "Not started (lr-1, lr-2): conflict: used for job-1.",
      "Not started (lr-13): conflict: used for job-13.",
    ]);
    const unnamed = [1, 2].map((index) => {
      const error = new PlatformError("quota", `Needs ${index} GPUs.`);
      return { item: { index, values: {}, requestId: `r-${index}`, options: { image: "ubuntu" } }, error };
    });
    expect(causeLines(unnamed)).toHaveLength(2);
  });

  test("name a bounded number of causes and jobs", () => {
    const many = Array.from({ length: 100 }, (_, n) => outcome(n, new PlatformError("quota", "Used up.")));
    expect(causeLines(many)).toEqual([expect.stringMatching(/lr-19 and 80 more\): quota: Used up\.$/)]);
    const various = Array.from({ length: 9 }, (_, n) =>
      outcome(1, new PlatformError("quota", "x".repeat(n))),
    );
    expect(causeLines(various).at(-1)).toBe("… and 4 other causes");
  });
});
