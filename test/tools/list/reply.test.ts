import { describe, expect, test } from "vitest";
import type { JobDescription } from "../../../src/client/index.ts";
import { pageFacts } from "../../../src/operations/list/index.ts";
import type { Page } from "../../../src/operations/list/page.ts";
import { listReply as reply } from "../../../src/tools/list/reply.ts";
import { nowMs, sampleJob } from "../../jobs/sample-job.ts";

const ofJobs = (matching: JobDescription[], more = {}) => ({
  ...{ shown: matching, matching, unreadable: [], examined: matching.length, isComplete: true },
  ...{
    nextCursor: undefined,
    cursorAfter: ({ id }: JobDescription) => id,
    since: undefined,
    endedSince: undefined,
    ...more,
  },
});
const options = { asked: {} };
const seen = {
  ...{ nowMs, me: "alice", isFurther: false },
  places: {
    ...{ label: "default/acme/vision", unknown: () => [], nameOf: () => "vision" },
    ...{ isSeveral: false, isSelected: true },
  },
};
const listOf = (page: Page, { asked }: { asked: Parameters<typeof reply>[1] }) =>
  reply(pageFacts(page, seen), asked);

describe("what a list says of all its jobs", () => {
  test("is not said of jobs that nobody looked at", () => {
    const endedSince = new Date(nowMs - 3_600_000).toISOString();
    const page = ofJobs([sampleJob()], { isComplete: false, examined: 5000, nextCursor: "next", endedSince });
    const { text, data } = listOf(page, options);
    expect(text).toContain("1 of everybody's 1 or more jobs");
    expect(text).toContain("ended from 2026-11-22T11:00:00Z until now (5000 ended ones looked at)");
    expect(text).toContain("jobs created before those may have ended in this time too");
    expect(data).toMatchObject({ looked_at: 5000, counts_of_newest: 5000 });
  });

  test("asks for those that ended since in the same projects, without states that have no end", () => {
    const asked = {
      status: ["failed" as const, "running" as const],
      since: "1h",
      projects: ["vision", "nlp"],
    };
    const { text } = listOf(ofJobs([]), { ...options, asked });
    expect(text).toContain('job_list {"status":["failed"],"projects":["vision","nlp"],"ended_since":"1h"}');
  });

  test("sums costs exactly, the dearest owner first, and names no owner where there is one", () => {
    const costs = ["0.1", "0.2", "30"].map((cost, index) =>
      sampleJob({ total_price_credits: cost, owner: index === 2 ? "bob" : "alice" }),
    );
    expect(listOf(ofJobs(costs), options).data.credits).toEqual({
      total: "30.3",
      by_owner: { bob: "30", alice: "0.3" },
    });
    const one = listOf(ofJobs(costs.slice(0, 2)), options);
    expect(one.data.credits).toEqual({ total: "0.3" });
    expect(one.text).toContain("Together 0.3 credits so far.");
  });

  test("offers the wait for a tag by ids where names could mean other jobs", () => {
    const jobs = [sampleJob(), sampleJob({ id: "job-1a2bffff-5e6f-4a7b-8c9d-0e1f2a3b4c5d" })];
    const asked = { tags: ["sweep"] };
    const { text } = listOf(ofJobs(jobs), { ...options, asked });
    expect(text).toContain(`job_wait ${JSON.stringify({ jobs: jobs.map(({ id }) => id) })}`);
    const clear = listOf(ofJobs(jobs.slice(0, 1)), { ...options, asked });
    expect(clear.text).toContain('job_wait {"jobs":["train-7b"]}');
  });
});
