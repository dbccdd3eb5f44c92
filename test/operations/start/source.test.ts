import { describe, expect, test } from "vitest";
import { type JobDescription, PlatformError } from "../../../src/client/index.ts";
import type { Asking, Call } from "../../../src/operations/caller.ts";
import { rerunSource, secondName } from "../../../src/operations/start/source.ts";
import { type JobChanges, sampleJob } from "../../jobs/sample-job.ts";

const OLD = sampleJob({ name: "train", life_span: 7200 });
const FIRST = (more: JobChanges = {}) =>
  sampleJob({ id: "job-00000000-0000-4000-8000-000000000001", name: "train", life_span: 3600, ...more });
const gone = new PlatformError("not_found", "No such job.");

interface Stands {
  /** What a ref finds. */
  old?: JobDescription | Error;
  /** What carries the request id. */
  earlier?: JobDescription | Error;
}

/** Looks for what to run again, and tells what the platform was asked. */
async function sought(
  asks: Partial<Parameters<typeof rerunSource>[0]>,
  { old = OLD, earlier }: Stands,
  signal = new AbortController().signal,
) {
  const asked: unknown[] = [];
  const jobs = {
    async resolve(...[ref, where]: unknown[]) {
      asked.push(["resolve", ref, where]);
      if (old instanceof Error) throw old;
      return old;
    },
    async startedBy(...[id, where]: unknown[]) {
      asked.push(["startedBy", id, where]);
      if (earlier instanceof Error) throw earlier;
      return earlier;
    },
    async *list() {},
  };
  const selection = { cluster: "default", org: "acme", project: "vision" };
  const context = async () => ({ user: "alice", selection, projects: [], clusters: [] });
  // Nothing else of a call is asked.
  const call = { caller: { platform: { jobs, context } }, signal } as unknown as Call & Asking;
  const found = await rerunSource(
    { ref: "train", where: {}, to: {}, requestId: undefined, ...asks },
    call,
  ).catch((error: unknown) => error);
  return { found, asked };
}

describe("what is run again", () => {
  test("is the job named, where no request id says more", async () => {
    expect(await sought({ where: { project: "nlp" } }, { earlier: FIRST() })).toEqual({
      found: { source: OLD },
      asked: [["resolve", "train", { project: "nlp" }]],
    });
  });

  test("is the job named by its id, which also tells the place", async () => {
    const there = { cluster: "default", org: "acme", project: "vision" };
    expect(await sought({ ref: OLD.id, requestId: "r-1", where: { project: "nlp" } }, {})).toEqual({
      found: { source: OLD },
      asked: [
        ["resolve", OLD.id, { project: "nlp" }],
        ["startedBy", "r-1", there],
      ],
    });
  });

  test("is looked for by the request id first where a name could be that of the first call's job", async () => {
    const { found, asked } = await sought({ requestId: "r-1", where: { project: "nlp" } }, {});

    expect(found).toEqual({ source: OLD });
    expect(asked).toEqual([
      ["startedBy", "r-1", { project: "nlp" }],
      ["resolve", "train", { project: "nlp" }],
    ]);
  });

  test.for<[string, Record<string, string>, Record<string, string>, Record<string, string>]>([
    ["job:train", {}, {}, { cluster: "default", org: "acme", project: "vision" }],
    ["JOB:train", {}, {}, { cluster: "default", org: "acme", project: "vision" }],
    ["job:train", { project: "nlp" }, {}, { cluster: "default", org: "acme", project: "nlp" }],
    ["job:/lab/train", { org: "research" }, {}, { cluster: "default", org: "research", project: "lab" }],
    ["job://west/acme/nlp/train", {}, {}, { cluster: "west", org: "acme", project: "nlp" }],
    ["job://west/acme/nlp/train", {}, { project: "lab" }, { cluster: "west", org: "acme", project: "lab" }],
    ["a-job:b", {}, {}, {}],
    ["train", {}, { org: "research", project: "lab" }, { org: "research", project: "lab" }],
  ])("was started where %s is, in %j, or into %j", async ([ref, where, to, place]) => {
    const { asked } = await sought({ ref, where, to, requestId: "r-1" }, {});

    expect(asked).toContainEqual(["startedBy", "r-1", place]);
  });
});

describe("a repeat of a rerun", () => {
  const earlier = FIRST({ name: "other" });

  test("takes the source with the life span that the first call saw", async () => {
    for (const ref of [OLD.id, "train"]) {
      const { found } = await sought({ ref, requestId: "r-1" }, { earlier });
      expect(found).toEqual({ source: { ...OLD, life_span: 3600 }, earlier, name: "train" });
    }
  });

  test("takes no name where the first call found it taken", async () => {
    const unnamed = FIRST({ name: undefined } as JobChanges);

    const { found } = await sought({ requestId: "r-1" }, { earlier: unnamed });

    expect(found).toEqual({
      ...{ source: { ...OLD, name: undefined, life_span: 3600 }, earlier: unnamed, name: undefined },
    });
  });

  test.for([
    ["the name is now that of the first call's job", earlier],
    ["the source is gone", gone],
  ] as const)("is like the first call's job where %s", async ([, old]) => {
    expect((await sought({ requestId: "r-1" }, { old, earlier })).found).toEqual({
      ...{ source: earlier, earlier, name: "other" },
    });
  });

  test("fails where the source cannot be read, for it may differ", async () => {
    const down = new PlatformError("unavailable", "Down.");
    expect((await sought({ requestId: "r-1" }, { old: down, earlier })).found).toBe(down);
    const bug = new TypeError("bug");
    expect((await sought({ requestId: "r-1" }, { old: bug, earlier })).found).toBe(bug);
  });

  test("fails where the search for the earlier job does: else it would start twice", async () => {
    const down = new PlatformError("unavailable", "Down.");
    expect((await sought({ requestId: "r-1" }, { earlier: down })).found).toBe(down);
  });

  test("fails where a job named by its id is gone and nothing was started", async () => {
    const { found, asked } = await sought({ ref: OLD.id, requestId: "r-1" }, { old: gone, earlier });
    expect(found).toMatchObject({ code: "not_found" });
    expect(asked).toHaveLength(1);
    expect((await sought({ requestId: "r-1" }, { old: gone })).found).toMatchObject({ code: "not_found" });
  });
});

test.for<[string | undefined, string]>([
  ["train", "train-2"],
  [undefined, "rerun-2"],
  ["x".repeat(40), `${"x".repeat(38)}-2`],
  [`${"x".repeat(37)}-yz`, `${"x".repeat(37)}-2`],
  ["a-b", "a-b-2"],
])("a second one beside %s is called %s", ([name, second]) => {
  expect(secondName(sampleJob({ name } as JobChanges))).toBe(second);
});
