import { describe, expect, test } from "vitest";
import { byteLength } from "../../src/jobs/output/budget.ts";
import { candidatesText, countStatuses, countsText, jobRow, rowText } from "../../src/jobs/rows.ts";
import { nowMs, pendingJob, sampleJob } from "./sample-job.ts";

const options = { nowMs, me: "alice" };
const text = (job: Parameters<typeof jobRow>[0]) => rowText(jobRow(job, options), nowMs);

describe("jobRow", () => {
  test("holds what is known of a job and nothing else", () => {
    expect(jobRow(sampleJob(), options)).toEqual({
      name: "train-7b",
      id: "job-1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d",
      status: "running",
      created_at: "2026-11-22T10:00:00Z",
      run_time_seconds: 5400,
      preset: "gpu-small",
      credits: "1.5",
      credits_per_hour: "1",
      no_end: true,
    });
  });

  test("names the owner of another's job only", () => {
    expect(jobRow(sampleJob(), { nowMs, me: "bob" }).owner).toBe("alice");
  });
});

describe("rowText", () => {
  test.each([
    [
      sampleJob(),
      "train-7b · job-1a2b3c4d · running · 2026-11-22T10:00Z, 2h old · ran 1h 30m · gpu-small · 1.5 credits, 1/h · no end",
    ],
    [
      pendingJob("ErrImagePull"),
      "train-7b · job-1a2b3c4d · pending (ErrImagePull) · 2026-11-22T10:00Z, 2h old · gpu-small · 1 credit/h · no end",
    ],
    [
      sampleJob({ life_span: 9000 }),
      "train-7b · job-1a2b3c4d · running · 2h old · ran 1h 30m · gpu-small · 1.5 credits, 1/h · ends 2026-11-22T13:00Z",
    ],
    [
      pendingJob("", { life_span: 9000, name: undefined }),
      "job-1a2b3c4d · pending · 2026-11-22T10:00Z, 2h old · gpu-small · 1 credit/h · may run 2h 30m",
    ],
    [
      sampleJob({
        status: "failed",
        history: { reason: "Error", exit_code: 1, created_at: "2026-11-20T10:00:00Z" },
      }),
      "train-7b · job-1a2b3c4d · failed (exit 1) · 2026-11-20T10:00Z · ran 1h 30m · gpu-small · 1.5 credits",
    ],
    [
      sampleJob({ status: "failed", owner: "bob", history: { reason: "OOMKilled", exit_code: 137 } }),
      "train-7b · job-1a2b3c4d · failed (OOMKilled, exit 137) · 2026-11-22T10:00Z, 2h old · ran 1h 30m · gpu-small · 1.5 credits · owner bob",
    ],
  ])("prints one line", (job, line) => {
    expect(text(job)).toBe(line);
  });

  test("puts the platform's word for an image that was never pulled in words", () => {
    const history = { reason: "Collected", description: "Image 'x' can not be pulled" };
    expect(text(sampleJob({ status: "failed", history }))).toContain("failed (image not pulled)");
  });

  test("bounds a reason that is a whole error, and keeps it on one line", () => {
    const line = text(pendingJob(`Missing secrets:\n${"'a', ".repeat(100)}`));
    expect(line).not.toContain("\n");
    expect(byteLength(line)).toBeLessThan(250);
  });

  test("keeps twenty jobs with the longest names under 4,000 bytes without their times", () => {
    const job = sampleJob({
      name: "a-name-of-the-greatest-length-allowed-40",
      status: "failed",
      owner: "someone-else-21-chars",
      preset_name: "gpu-large-a100-x8",
      history: { reason: "ClusterScaleUpFailed", exit_code: 137 },
    });
    expect(
      byteLength(
        Array.from({ length: 20 }, () => rowText(jobRow(job, options), nowMs, { withTime: false })).join(
          "\n",
        ),
      ),
    ).toBeLessThanOrEqual(4000);
  });
});

describe("countStatuses", () => {
  test("counts every status; those without jobs are not told", () => {
    const counts = countStatuses([
      { status: "running" },
      { status: "failed" },
      { status: "running" },
      { status: "unknown" },
    ]);
    expect(countsText(counts)).toBe("2 running, 1 failed");
  });
});

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
