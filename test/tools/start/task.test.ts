import { describe, expect, test } from "vitest";
import type { JobDescription, LogTail, Preset, StartPlan } from "../../../src/client/index.ts";
import type { Call } from "../../../src/operations/caller.ts";
import type { StartItem, StartRequest } from "../../../src/operations/start/request.ts";
import { linkDoubts, notesOf } from "../../../src/tools/start/link.ts";
import { awaitStart, lookAgain } from "../../../src/tools/start/task.ts";
import { pendingJob, sampleJob } from "../../jobs/sample-job.ts";

const PRESET = { name: "gpu-small", credits_per_hour: "1" } as Preset; // the rest is not read
// Of a plan only its preset and its image are read.
const PLAN = { preset: PRESET, body: { image: "ubuntu" } } as unknown as StartPlan;
const OTHER = { name: "cpu-small", credits_per_hour: "7" } as Preset; // nor of this one
const WAITING = pendingJob("Creating", { life_span: 3600 });
const RUNNING = sampleJob({ life_span: 3600 });

const LATE = { ...RUNNING, id: "job-00000000-0000-4000-8000-00000000000f" };
const FACTS = {
  ...{ requestId: "r", isRepeated: false, isHome: false, notes: [], isElsewhere: false, inShell: false },
};

/** A platform where the job is like this, and has printed a line. */
function callFor(job: JobDescription): Call {
  const tail: Partial<LogTail> = { lines: [{ text: "hello" }], reachedStart: true, ending: "quiet" };
  const jobs = { status: async (id: string) => ({ ...job, id }), tail: async () => tail };
  const clusters = [{ name: job.cluster_name, presets: [OTHER, PRESET] }];
  const platform = { jobs, context: async () => ({ clusters }) };
  const caller = { platform, policy: { secrets: [] } };
  // Nothing else of a call is asked.
  return { caller, signal: new AbortController().signal, progress() {} } as unknown as Call;
}

const itemOf = (more: Partial<StartItem> = {}): StartItem => ({
  ...{ index: 1, values: {}, requestId: "r", options: { image: "ubuntu" }, ...more },
});

interface More {
  isRepeated?: boolean;
  isUnchecked?: boolean;
  twins?: JobDescription[];
  isHome?: boolean;
  waitMs?: number;
}

function begin(job: JobDescription, item = itemOf(), more: More = {}) {
  const { isHome, waitMs = 60_000, ...outcome } = more;
  const request: StartRequest = { items: [item], isRepeatable: true, requestId: "r", lifeSpanSeconds: 3600 };
  const checked = { problems: [], presets: [PRESET], schedules: [], plan: PLAN, isHome };
  const [startedMs, deadlineMs] = [Date.now(), Date.now() + waitMs];
  const begun = { request, checked, notes: ["Mind this."], outcome: { item, job, ...outcome } };
  return awaitStart(begun, { startedMs, deadlineMs, call: callFor(job) });
}

/** A start that waits, as it is looked at once it runs. */
async function later(...args: Parameters<typeof begin> extends [unknown, ...infer Rest] ? Rest : never) {
  const begun = await begin(WAITING, ...args);
  if (!("wait" in begun)) throw new Error("nothing is waited for");
  // Between the calls it is in an id.
  return lookAgain(JSON.parse(JSON.stringify(begun.wait)), callFor(RUNNING));
}

describe("a start that is waited for between calls", () => {
  test("waits for its job while that does not run", async () => {
    expect(await begin(WAITING)).toEqual({
      line: expect.stringMatching(/^Started train-7b: pending/),
      wait: {
        ...{ startedMs: expect.any(Number), deadlineMs: expect.any(Number), jobs: [WAITING.id] },
        facts: {
          ...{ requestId: "r", isRepeated: false, isHome: false, notes: ["Mind this."] },
          ...{ isElsewhere: false, inShell: false },
        },
      },
    });
    const wait = { startedMs: 0, deadlineMs: Date.now() + 60_000, jobs: [WAITING.id], facts: FACTS };
    expect(await lookAgain(wait, callFor(WAITING))).toEqual({
      line: expect.stringMatching(/^Started train-7b: pending/),
    });
  });

  test("is not taken for a new one where its job is that of an earlier call", async () => {
    const line = expect.stringMatching(/^Started by an earlier call: train-7b: pending/);
    const begun = await begin(WAITING, itemOf(), { isRepeated: true });
    expect(begun).toMatchObject({ line });
    if (!("wait" in begun)) throw new Error("nothing is waited for");
    expect(await lookAgain(begun.wait, callFor(WAITING))).toEqual({ line });
  });

  test.for<[string, Parameters<typeof begin>[1], Parameters<typeof begin>[2]]>([
    ["plainly", itemOf(), {}],
    ["at home", itemOf(), { isHome: true }],
    ["by an earlier call", itemOf(), { isRepeated: true }],
    ["with later ones of its request", itemOf(), { isRepeated: true, twins: [LATE] }],
    ["without a look for others", itemOf(), { isUnchecked: true }],
    ["in a shell", itemOf({ toRun: { command: "python train.py", inShell: true } }), {}],
    ["elsewhere", itemOf({ options: { image: "ubuntu", where: { project: "vision" } } }), {}],
  ])("is told of like one that ran at once: %s", async ([, item, more]) => {
    const atOnce = await begin(RUNNING, item, more);
    const waited = await later(item, more);

    expect("text" in atOnce && atOnce.text).toContain("hello");
    expect("text" in atOnce && atOnce.text).toContain("Mind this.");
    expect("text" in waited && waited.text.replaceAll("ghcr.io/acme/train:v1", "ubuntu")).toBe(
      "text" in atOnce && atOnce.text,
    );
    expect("data" in waited && waited.data).toEqual("data" in atOnce && atOnce.data);
    expect("next" in waited && waited.next).toEqual("next" in atOnce && atOnce.next);
  });

  test("is told at the end of the time with why it does not run", async () => {
    const why = expect.stringMatching(/^Started: train-7b[\s\S]*^Why: /m);
    const begun = await begin(WAITING);
    const wait = { ...("wait" in begun && begun.wait), startedMs: 0, deadlineMs: 0, jobs: [WAITING.id] };
    expect(await lookAgain(wait, callFor(WAITING))).toMatchObject({ text: why });
    expect(await begin(WAITING, itemOf(), { waitMs: 0 })).toMatchObject({ text: why });
  });

  test("knows what it was told even when the presets are not to be had", async () => {
    const job = sampleJob({ preset_name: "gone" });
    const wait = { startedMs: 0, deadlineMs: Date.now() + 60_000, jobs: [job.id], facts: FACTS };
    expect(await lookAgain(wait, callFor(job))).toMatchObject({ text: expect.stringContaining("hello") });
  });
});

describe("what is said of a start beside its jobs", () => {
  const http = { port: 8888 };
  const shown = (options: Partial<StartItem["options"]>, image = "jupyter/base") =>
    linkDoubts(
      { items: [itemOf({ options: { image, ...options } })] },
      { ...PLAN, body: { ...PLAN.body, image } },
    );

  test("is that a link ends at a login, and how it would not where that is safe", () => {
    const doubt = "Its link ends at Jupyter's own login: the token is hidden in logs here.";
    const way = " Behind the platform login it can also be started without one (--ServerApp.token='').";
    expect(shown({ http })).toEqual([doubt + way]);
    expect(shown({ http: { ...http, requiresAuth: true } })).toEqual([doubt + way]);
    expect(shown({ http: { ...http, requiresAuth: false } })).toEqual([doubt]);
    expect(shown({ http, command: "jupyter lab" }, "ubuntu")).toHaveLength(1);
    expect(shown({ http, entrypoint: "jupyter lab" }, "ubuntu")).toHaveLength(1);
  });

  test("is nothing where there is no link or no such login", () => {
    expect(shown({})).toEqual([]);
    expect(shown({ http }, "ubuntu")).toEqual([]);
    expect(shown({ http, command: "serve" })).toEqual([]);
    expect(linkDoubts({ items: [] }, PLAN)).toEqual([]);
  });

  test("is what the command of the first job makes one think of", () => {
    const toRun = { command: "run", inShell: false, warning: "Quoted.", doubt: "Odd." };
    const jupyter = { http, image: "x", command: "jupyter lab" };
    const request = { items: [itemOf({ toRun, options: jupyter }), itemOf()] };
    expect(notesOf(request, { plan: PLAN })).toEqual(["Quoted.", "Odd.", expect.stringMatching(/^Its link/)]);
    expect(notesOf({ items: [itemOf()] }, { plan: PLAN })).toEqual([]);
    expect(notesOf({ items: [] }, { plan: PLAN })).toEqual([]);
    expect(notesOf(request, {})).toEqual([]);
  });
});
