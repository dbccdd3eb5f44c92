import { describe, expect, test } from "vitest";
import { candidatesText } from "../../../src/jobs/names/candidates.ts";
import { nowMs, sampleJob } from "../sample-job.ts";

describe("candidatesText", () => {
  test("tells jobs apart by owner, project, age and an id that is unique among them", () => {
    const text = candidatesText(
      [
        sampleJob({ id: "job-1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d" }),
        sampleJob({ id: "job-1a2b3cff-5e6f-4a7b-8c9d-0e1f2a3b4c5d", owner: "bob" }),
      ],
      nowMs,
    );
    const [, first, second] = text.split("\n");
    expect(first).toMatch(/^- job-1a2b3c4: .*running.*2h old.*owner alice.*in vision$/);
    expect(second).toMatch(/^- job-1a2b3cf: .*owner bob/);
  });
});
