import { describe, expect, test } from "vitest";
import type { JobDescription } from "../../../src/client/index.ts";
import { keepsRestarting, timesDisplaced, timesRestarted } from "../../../src/jobs/reasons/history.ts";
import { explainJob } from "../../../src/jobs/reasons/index.ts";
import { nowMs, sampleJob } from "../sample-job.ts";

/** A job that went through `steps` (`status` or `status/reason`), one a minute, the last one minute ago. */
function jobAfter(steps: string[], restarts = 0, agoMs = 60_000): JobDescription {
  const transitions = steps.map((step, index) => {
    const [status = "", reason] = step.split("/");
    const atMs = nowMs - agoMs - (steps.length - 1 - index) * 60_000;
    const time = new Date(atMs).toISOString();
    // The words in the tests below are statuses.
    return {
      status: status as JobDescription["status"],
      transition_time: time,
      ...(reason ? { reason } : {}),
    };
  });
  const { status = "running", reason } = transitions.at(-1) ?? {};
  return sampleJob({ status, history: { transitions, restarts, ...(reason ? { reason } : {}) } });
}

const moved = ["pending", "running", "pending/Scheduling", "pending/Pulling", "running"];
const paused = ["pending", "running", "suspended", "pending/Pulling", "running"];

describe("fresh starts of a job", () => {
  test.each([
    ["a job that only waited", ["pending", "pending/Pulling", "running"], 0, 0, 0],
    ["one that lost its node", moved, 0, 1, 0],
    ["one that was suspended, which the platform counts as well", paused, 1, 1, 0],
    ["one whose program ended", ["pending", "running", "running/Restarting", "running"], 1, 0, 1],
  ])("are told apart: %s", (_what, steps, counted, displaced, restarted) => {
    const job = jobAfter(steps, counted);
    expect([timesDisplaced(job), timesRestarted(job)]).toEqual([displaced, restarted]);
  });

  test.each([moved, paused])("are explained while it runs again: %s → %s → %s", (...steps) => {
    const { why } = explainJob(jobAfter(steps, steps.includes("suspended") ? 1 : 0));
    expect(why).toMatch(/taken off its node once and began again from its image: .* is lost/);
    expect(why).not.toContain("after its program ended");
  });

  test("are announced while it waits for its next place", () => {
    const { why } = explainJob(jobAfter(["pending", "running", "pending/Scheduling"]));
    expect(why).toMatch(/^It ran, was taken off its node .* It waits for a node with room/);
  });

  test("count as going on when the last was lately", () => {
    const steps = ["running", "running/Restarting", "running"];
    expect(keepsRestarting(jobAfter(steps, 1), nowMs)).toBe(true);
    expect(keepsRestarting(jobAfter(steps, 1, 3_600_000), nowMs)).toBe(false);
    expect(keepsRestarting(jobAfter(moved), nowMs)).toBe(false);
  });
});
