import { describe, expect, test } from "vitest";
import type { JobDescription, ListFilter, Platform } from "../../../src/client/index.ts";
import { JobsPoll } from "../../../src/operations/watch/poll.ts";

const job = (number: number) =>
  ({
    ...{
      id: `job-${number}`,
      status: "running",
      cluster_name: "default",
      org_name: "acme",
      project_name: "p",
    },
    history: { created_at: new Date(Date.UTC(2026, 7, 1) + number).toISOString() },
  }) as unknown as JobDescription;

/** A platform with so many jobs, newest first, and what it was asked for. */
function platformWith(count: number) {
  const lists: ListFilter[] = [];
  const single: string[] = [];
  const jobs = {
    async *list(filter: ListFilter) {
      lists.push(filter);
      for (let left = 0; left < Math.min(count, filter.limit ?? count); left += 1)
        yield job(count - 1 - left);
    },
    async statusMany(refs: string[]) {
      single.push(...refs);
      return refs.map((ref) => ({ ref, job: job(Number(ref.slice(4))) }));
    },
  };
  // A poll uses no more of a platform than this.
  return { lists, single, poll: new JobsPoll({ jobs } as unknown as Platform) };
}

describe("a look at many jobs", () => {
  test.for([4, 500, 1000, 3000])("is one list: %i", async (count) => {
    const { poll, lists, single } = platformWith(count);
    const watched = Array.from({ length: count }, (_, number) => job(number));
    for (let looks = 0; looks < 2; looks += 1) {
      const { jobs } = await poll.look({ jobs: watched }, {});
      expect(jobs.size).toBe(count);
    }
    expect([lists.length, single]).toEqual([2, []]);
  });

  test("asks singly for those that lie too far back among others", async () => {
    const { poll, lists, single } = platformWith(100_000);
    const watched = [0, 99_996, 99_997, 99_998, 99_999].map(job);
    for (let looks = 0; looks < 2; looks += 1) {
      const { jobs } = await poll.look({ jobs: watched }, {});
      expect(jobs.size).toBe(watched.length);
    }
    expect(lists[0]?.limit).toBeLessThanOrEqual(1000);
    expect(single).toEqual(["job-0", "job-0"]);
  });
});
