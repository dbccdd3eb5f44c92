import { afterEach, describe, expect, test, vi } from "vitest";
import { type JobDescription, type LogTail, PlatformError } from "../../../src/client/index.ts";
import type { Call } from "../../../src/operations/caller.ts";
import { lookAtStart } from "../../../src/operations/start/task.ts";
import { lookAtStarted, watchStarted } from "../../../src/operations/start/wait.ts";
import { sampleJob } from "../../jobs/sample-job.ts";
import { idOf } from "../../support/jobs.ts";

const SECRET = "s3cr3t-Value-91";
const jobIs = (status: JobDescription["status"], digit = 1) => sampleJob({ id: idOf(digit), status });

interface World {
  /** How the job is at each look; the last one stays. */
  stands: (JobDescription["status"] | PlatformError)[];
  /** What its log holds at each reading; the last one stays. */
  printed: (string[] | LogTail["lines"] | Error)[];
  ending: LogTail["ending"];
  clusters: { name: string; presets: string[] }[];
  /** How long a reading of the log takes; a look takes 4 ms, and pauses none: what is left of a wait bounds them. */
  tailMs: number;
}

const CLUSTERS = [
  { name: "default", presets: ["a"] },
  { name: "west", presets: ["b"] },
];

function world(given: Partial<World>) {
  const { stands = [], printed = [[]], ending = "quiet", tailMs = 0, clusters = CLUSTERS } = given;
  let nowMs = 0;
  vi.spyOn(performance, "now").mockImplementation(() => nowMs);
  const looks: string[] = [];
  const tails: Record<string, unknown>[] = [];
  const told: unknown[][] = [];
  const signals: AbortSignal[] = [];
  const controller = new AbortController();
  const take = <T>(all: T[]) => (all.length > 1 ? all.shift() : all[0]);
  const jobs = {
    async statusMany(ids: string[]) {
      const status = take(stands) ?? "running";
      looks.push(...ids);
      nowMs += 4;
      return ids.map((ref) =>
        status instanceof PlatformError
          ? { ref, error: status }
          : { ref, job: sampleJob({ id: ref, status }) },
      );
    },
    async status(id: string, _where: unknown, { signal }: { signal: AbortSignal }) {
      signals.push(signal);
      const status = take(stands) ?? "running";
      if (status instanceof PlatformError) throw status;
      return sampleJob({ id, status, cluster_name: "west" });
    },
    async tail(_id: string, options: Record<string, unknown>) {
      tails.push(options);
      nowMs += tailMs;
      const lines = take(printed) ?? [];
      if (lines instanceof Error) throw lines;
      return {
        lines: lines.map((line) => (typeof line === "string" ? { text: line } : line)),
        reachedStart: true,
        ending,
        live: true,
      };
    },
  };
  const context = async ({ signal }: { signal: AbortSignal }) => {
    signals.push(signal);
    return { clusters };
  };
  const platform = { jobs, context };
  const call = {
    ...{ caller: { platform, policy: { secrets: [SECRET] } }, signal: controller.signal },
    progress: (...args: unknown[]) => told.push(args),
  } as unknown as Call; // nothing else of a call is asked
  return { call, looks, tails, told, signals, controller };
}

afterEach(() => {
  vi.restoreAllMocks();
});

const watch = (at: ReturnType<typeof world>, jobs: (JobDescription | undefined)[], ms: number) =>
  watchStarted(
    jobs.map((job) => ({ job })),
    ms,
    at.call,
  );

describe("jobs that were started", () => {
  test("are not looked at where nobody waits", async () => {
    const at = world({ printed: [["hello"]] });
    expect(await watch(at, [jobIs("pending"), undefined], 0)).toEqual({ jobs: [jobIs("pending")] });
    expect(await watch(at, [jobIs("running")], 0)).toEqual({ jobs: [jobIs("running")] });
    expect([at.looks, at.tails, at.told]).toEqual([[], [], []]);
  });

  test("are waited for until they run, with what the only one prints", async () => {
    const at = world({ stands: ["pending", "suspended", "running"], printed: [["a", `b ${SECRET}`]] });

    expect(await watch(at, [jobIs("pending")], 15)).toEqual({
      jobs: [jobIs("running")],
      output: { text: "a\nb [redacted]", hidden: 1, isWhole: false },
    });
    expect(at.looks).toHaveLength(3);
    expect(at.told[0]).toEqual(["0 of 1 have started", 0]);
    expect(at.tails).toMatchObject([
      { where: { cluster: "default", org: "acme", project: "vision" }, silenceMs: 3 },
    ]);
  });

  test("are waited for no longer than is left, and then show nothing", async () => {
    const at = world({ stands: ["pending"] });

    expect(await watch(at, [jobIs("pending")], 8)).toEqual({ jobs: [jobIs("pending")], output: undefined });
    expect(at.looks).toHaveLength(2);
    expect(at.tails).toEqual([]);
  });

  test("are counted, and of several no log is read", async () => {
    const at = world({ stands: ["running"] });

    const { jobs, output } = await watch(at, [jobIs("running"), jobIs("pending", 2)], 10);

    expect([jobs, output]).toEqual([[jobIs("running"), jobIs("running", 2)], undefined]);
    expect(at.told).toEqual([["1 of 2 have started", 0.5]]);
    expect(at.tails).toEqual([]);
  });
});

describe("the first output of a job", () => {
  test("is waited for a little", async () => {
    const at = world({ printed: [[], ["hello"]] });
    expect((await watch(at, [jobIs("running")], 10)).output?.text).toBe("hello");
    expect(at.tails).toHaveLength(2);
  });

  test("is nothing when it does not come within two seconds", async () => {
    const at = world({ tailMs: 1990 });
    expect((await watch(at, [jobIs("running")], 20_000)).output).toEqual({
      ...{ text: "", hidden: 0, isWhole: false },
    });
    expect(at.tails.map(({ silenceMs }) => silenceMs)).toEqual([2000, 6]);
  });

  test("is waited for no longer than is left", async () => {
    const at = world({});
    await watch(at, [jobIs("running")], 4);
    expect(at.tails.map(({ silenceMs }) => silenceMs)).toEqual([4]);
  });

  test("is read at once, and to its end, of a job that has ended", async () => {
    const at = world({ ending: "closed" });
    expect(await watch(at, [jobIs("failed")], 20_000)).toEqual({
      ...{ jobs: [jobIs("failed")], output: { text: "", hidden: 0, isWhole: true } },
    });
    expect(at.tails).toHaveLength(1);
  });

  test("is read once more when the job has ended meanwhile, though the time is over", async () => {
    const at = world({ stands: ["failed"], printed: [[], ["late"]] });
    expect(await watch(at, [jobIs("running")], 3)).toMatchObject({
      ...{ jobs: [{ status: "failed" }], output: { text: "late" } },
    });
    expect(at.tails.map(({ silenceMs }) => silenceMs)).toEqual([3, 0]);
  });

  test("is none of a job that waits again", async () => {
    const at = world({ stands: ["suspended"] });
    expect(await watch(at, [jobIs("running")], 10)).toEqual({
      ...{ jobs: [jobIs("suspended")], output: undefined },
    });
  });

  test("hides what the job itself was given, and shows no times", async () => {
    const printed = [{ text: "key is k3y-Of-The-Job-77", time: "2026-11-22T10:00:00Z" }];
    const job = sampleJob({ container: { env: { API_KEY: "k3y-Of-The-Job-77" } } });
    expect((await watch(world({ printed: [printed] }), [job], 10)).output?.text).toBe("key is [redacted]");
  });

  test("is cut where it is long", async () => {
    const lines = Array.from({ length: 40 }, (_, at) => `${at} ${"x".repeat(1000)}`);
    const { output } = await watch(world({ printed: [lines] }), [jobIs("running")], 10);
    expect(output?.text.length).toBeLessThanOrEqual(6000);
    expect(output?.text.length).toBeGreaterThan(4000);
  });

  test("is the last forty lines", async () => {
    const lines = Array.from({ length: 140 }, (_, at) => `line ${at}`);
    const { output } = await watch(world({ printed: [lines] }), [jobIs("running")], 10);
    expect(output?.text.split("\n")).toEqual(lines.slice(100));
  });
});

describe("what goes wrong after a start", () => {
  test("ends the wait for a job that can no longer be read", async () => {
    const trouble = new PlatformError("not_found", "There is no such job.");
    const at = world({ stands: [trouble] });

    expect(await watch(at, [jobIs("pending")], 20)).toEqual({ jobs: [jobIs("pending")], trouble });
    expect(at.looks).toHaveLength(1);
  });

  test("is told beside the jobs, which were started all the same", async () => {
    const trouble = new PlatformError("not_permitted", "No logs for you.");
    const watched = await watch(world({ printed: [trouble] }), [jobIs("running")], 10);
    expect(watched).toEqual({ jobs: [jobIs("running")], trouble });
  });

  test("is thrown where it is a bug, or nobody waits any more", async () => {
    const bug = new TypeError("bug");
    await expect(watch(world({ printed: [bug] }), [jobIs("running")], 10)).rejects.toBe(bug);
    const at = world({ printed: [new PlatformError("unavailable", "Down.")] });
    at.controller.abort(new Error("given up"));
    await expect(watch(at, [jobIs("running")], 10)).rejects.toThrow();
  });
});

describe("one start that is waited for between calls", () => {
  const later = () => Date.now() + 5000;

  test.for(["pending", "suspended"] as const)("is still waited for while it is %s", async (status) => {
    const at = world({});
    expect(await lookAtStarted(jobIs(status), later(), at.call)).toBeUndefined();
    expect(await lookAtStarted(jobIs(status), Date.now(), at.call)).toEqual({ jobs: [jobIs(status)] });
    expect(at.tails).toEqual([]);
  });

  test("is over once it runs, with what it prints", async () => {
    const at = world({ printed: [["hello"]] });
    expect(await lookAtStarted(jobIs("running"), later(), at.call)).toMatchObject({
      ...{ jobs: [jobIs("running")], output: { text: "hello" } },
    });
  });

  test("is looked at no longer than the call goes on", async () => {
    const at = world({ stands: ["pending"] });
    await lookAtStart({ startedMs: 0, deadlineMs: later(), jobs: [idOf(1)] }, at.call);
    expect(at.signals).toEqual([at.call.signal, at.call.signal]);
  });

  test("is looked at where its cluster is not the caller's any more", async () => {
    const wait = { startedMs: 0, deadlineMs: later(), jobs: [idOf(1)] };
    const at = world({ stands: ["pending"], clusters: [] });
    expect(await lookAtStart(wait, at.call)).toMatchObject({ job: { id: idOf(1) }, presets: [] });
  });

  test("is looked at by its id, with the presets of its cluster", async () => {
    const wait = { startedMs: 0, deadlineMs: later(), jobs: [idOf(1)] };
    expect(await lookAtStart(wait, world({ stands: ["pending"] }).call)).toEqual({
      ...{ job: sampleJob({ id: idOf(1), status: "pending", cluster_name: "west" }) },
      ...{ watched: undefined, twins: [], presets: ["b"] },
    });
    expect(await lookAtStart(wait, world({ printed: [["hello"]] }).call)).toMatchObject({
      watched: { output: { text: "hello" } },
    });
  });
});
