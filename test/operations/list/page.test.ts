import { describe, expect, test } from "vitest";
import type { JobDescription, ListFilter, Platform } from "../../../src/client/index.ts";
import { Cursors } from "../../../src/operations/cursors.ts";
import { type PageRequest, listPage as pageOf } from "../../../src/operations/list/page.ts";
import { Seals } from "../../../src/operations/seals.ts";
import { sampleJob } from "../../jobs/sample-job.ts";

const signal = new AbortController().signal;
const hex = (index: number) => index.toString(16).padStart(8, "0");

function jobAt(second: number, index: number): JobDescription {
  const created_at = `2026-11-22T10:00:${String(second).padStart(2, "0")}.000000+00:00`;
  return sampleJob({ id: `job-${hex(index)}-0000-4000-8000-000000000000`, history: { created_at } });
}

/** A platform with these jobs, equal times in an order of its own that changes from call to call. */
function platformWith(jobs: JobDescription[]): Platform {
  let calls = 0;
  async function* list({ until, since }: ListFilter) {
    calls += 1;
    const time = ({ history }: JobDescription) => history.created_at ?? "";
    const sign = calls % 2 === 0 ? 1 : -1;
    const newestFirst = [...jobs].sort(
      (a, b) => time(b).localeCompare(time(a)) || sign * a.id.localeCompare(b.id),
    );
    yield* newestFirst.filter(
      (job) =>
        (until === undefined || Date.parse(time(job)) <= Number(until)) &&
        (since === undefined || time(job) >= since),
    );
  }
  // Only the list is used.
  return { jobs: { list } } as unknown as Platform;
}

const cursors = new Cursors(new Seals((purpose) => Buffer.from(purpose)));
const listPage = (platform: Platform, wanted: PageRequest) => pageOf({ platform, cursors }, wanted, signal);

const request: Omit<PageRequest, "cursor"> = { filter: {}, matches: () => true, limit: 3, scanLimit: 500 };

async function allPages(platform: Platform, wanted = request, between?: () => void): Promise<string[]> {
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listPage(platform, { ...wanted, cursor });
    seen.push(...page.shown.map(({ id }) => id));
    cursor = page.nextCursor;
    between?.();
  } while (cursor !== undefined);
  return seen;
}

describe("listPage", () => {
  test("shows each job once when all were created at the same time", async () => {
    const jobs = Array.from({ length: 20 }, (_, index) => jobAt(0, index));
    const seen = await allPages(platformWith(jobs));
    expect(seen).toHaveLength(20);
    expect(new Set(seen)).toEqual(new Set(jobs.map(({ id }) => id)));
  });

  test("loses none where the platform compares finer than a millisecond", async () => {
    const created_at = "2026-11-22T10:00:00.000900+00:00";
    const jobs = Array.from({ length: 8 }, (_, index) => ({
      ...jobAt(0, index),
      history: { ...jobAt(0, index).history, created_at },
    }));
    async function* list({ until }: ListFilter) {
      // 0.9 ms after the full second, of which `until` can name milliseconds only.
      if (until === undefined || Number(until) > Date.parse("2026-11-22T10:00:00Z")) yield* jobs;
    }
    const seen = await allPages({ jobs: { list } } as unknown as Platform);
    expect(seen).toHaveLength(8);
  });

  test("shows each job once while newer ones come", async () => {
    const jobs = Array.from({ length: 12 }, (_, index) => jobAt(Math.floor(index / 4), index));
    const before = jobs.map(({ id }) => id);
    let added = 100;
    const seen = await allPages(platformWith(jobs), request, () => jobs.push(jobAt(59, added++)));
    expect([...seen].sort()).toEqual([...before].sort());
  });

  test("stops looking after the limit, says so, and goes on from there", async () => {
    const jobs = Array.from({ length: 50 }, (_, index) => jobAt(index, index));
    const wanted = {
      ...request,
      scanLimit: 10,
      matches: ({ id }: JobDescription) => id.startsWith(`job-${hex(3)}`),
    };
    const first = await listPage(platformWith(jobs), { ...wanted, cursor: undefined });
    expect(first).toMatchObject({ shown: [], isComplete: false });
    expect(await allPages(platformWith(jobs), wanted)).toEqual([jobs[3]?.id]);
  });

  test("keeps the start of the time in which they ended from page to page", async () => {
    const jobs = Array.from({ length: 6 }, (_, index) => {
      const job = jobAt(index, index);
      return { ...job, history: { ...job.history, finished_at: "2026-11-22T10:01:00Z" } };
    });
    const first = { ...request, endedSince: new Date("2026-11-22T10:00:59Z"), cursor: undefined };
    const { nextCursor } = await listPage(platformWith(jobs), first);
    const later = { ...request, endedSince: new Date("2026-11-22T10:01:30Z"), cursor: nextCursor };
    expect((await listPage(platformWith(jobs), later)).shown).toHaveLength(3);
    expect((await listPage(platformWith(jobs), { ...later, cursor: undefined })).shown).toEqual([]);
  });

  test("keeps the start of the time asked for from page to page", async () => {
    const jobs = Array.from({ length: 9 }, (_, index) => jobAt(index, index));
    const since = new Date("2026-11-22T10:00:02Z");
    const first = await listPage(platformWith(jobs), { ...request, filter: { since }, cursor: undefined });
    const later = {
      ...request,
      filter: { since: new Date("2026-11-22T10:00:08Z") },
      cursor: first.nextCursor,
    };
    const second = await listPage(platformWith(jobs), later);
    expect(second.shown.map(({ id }) => id)).toEqual([jobs[5], jobs[4], jobs[3]].map((job) => job?.id));
  });
});
