import type { JobDescription, Preset, StartPlan } from "../../src/client/index.ts";
import { Starts } from "../../src/client/start/under-way.ts";
import type { Call, Policy } from "../../src/operations/caller.ts";
import { markOf } from "../../src/operations/find/owned.ts";
import type { Checked } from "../../src/operations/start/check.ts";
import type { StartItem, StartRequest } from "../../src/operations/start/request.ts";
import { startAll } from "../../src/operations/start/run.ts";
import { type JobChanges, sampleJob } from "../jobs/sample-job.ts";
import { POLICY } from "./policy.ts";

export const WHERE = { cluster: "default", org: "acme", project: "vision" };
const PRESET = { name: "cpu-small", credits_per_hour: "1" } as Preset; // the rest is not read
// Of a plan only its place and its preset are read.
export const PLAN = { where: WHERE, preset: PRESET } as unknown as StartPlan;
const CHECKED: Checked = { problems: [], plan: PLAN, presets: [PRESET], schedules: [] };

export const jobOf = (number: number, more: JobChanges = {}) =>
  sampleJob({
    id: `job-00000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
    ...{
      name: `n${number}`,
      life_span: 3600,
      price_credits_per_hour: "1",
      tags: [markOf("alice"), ...(more.tags ?? [])],
    },
  });

export function requestFor(count: number, more: Partial<StartRequest> = {}): StartRequest {
  const isSweep = count > 1;
  const items = Array.from({ length: count }, (_, at): StartItem => {
    const requestId = isSweep ? `r-${at + 1}` : "r";
    const name = `n${at + 1}`;
    return { index: at + 1, values: {}, name, requestId, options: { image: "ubuntu", name, tags: ["x"] } };
  });
  const sweepTag = isSweep ? "sweep:r" : undefined;
  return { items, sweepTag, isRepeatable: true, requestId: "r", lifeSpanSeconds: 3600, ...more };
}

export type Start = (requestId: string) => Promise<{ job: JobDescription; repeated: boolean }>;

/** What a platform does with starts, and what was asked of it. */
export interface World {
  /** What carries a request id. */
  earlier: Record<string, JobDescription | Error>;
  /** What the platform lists. */
  listed: JobDescription[];
  start: Start;
  policy: Partial<Policy>;
  progress: [string, number | undefined][];
  changing: unknown[];
  /** The starts that were asked for: options, how, and filters of lists. */
  started: { options: StartItem["options"]; once: Record<string, unknown> }[];
  filters: Record<string, unknown>[];
  sought: unknown[];
  killed: string[];
  starts: Starts;
  controller: AbortController;
}

/** The job of a part of a sweep, or of a single start. */
export const jobFor = (requestId: string) => jobOf(Number(requestId.split("-")[1] ?? 1));

export function world(more: Partial<World> = {}): World {
  return {
    ...{
      earlier: {},
      listed: [],
      policy: {},
      progress: [],
      changing: [],
      started: [],
      filters: [],
      sought: [],
    },
    start: async (requestId) => ({ job: jobFor(requestId), repeated: false }),
    ...{ killed: [], starts: new Starts(), controller: new AbortController(), ...more },
  };
}

/** Starts what was asked for on such a platform. */
export function run(request: StartRequest, at: World, checked: Partial<Checked> = {}) {
  const jobs = {
    async startedBy(id: string, where: unknown) {
      at.sought.push([id, where]);
      const found = at.earlier[id];
      if (found instanceof Error) throw found;
      return found;
    },
    async startOnce(options: StartItem["options"], { requestId, ...once }: { requestId: string }) {
      at.started.push({ options, once: { requestId, ...once } });
      return at.start(requestId);
    },
    async *list(filter: Record<string, unknown>) {
      at.filters.push(filter);
      yield* at.listed;
    },
    async kill(id: string) {
      at.killed.push(id);
    },
  };
  const projects = [{ name: "vision", org_name: "acme", cluster_name: "default" }];
  const context = async () => ({
    ...{ user: "alice", selection: WHERE, projects, clusters: [{ name: "default", presets: [PRESET] }] },
  });
  const platform = { jobs, context, starts: at.starts };
  const call = {
    caller: {
      platform,
      policy: { ...POLICY, ...at.policy },
    },
    signal: at.controller.signal,
    progress: (...told: [string, number | undefined]) => at.progress.push(told),
    changing: (job: unknown) => at.changing.push(job),
  } as unknown as Call; // nothing else of a caller is asked
  return startAll(request, { ...CHECKED, ...checked }, call);
}
