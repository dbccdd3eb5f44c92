import pMap from "p-map";
import { type JobDescription, type JobTelemetry, Limit, msLeft, PlatformError } from "../../client/index.ts";
import { compareCredits, sumCredits } from "../../jobs/cost.ts";
import { hasGpu } from "../../jobs/hardware.ts";
import { counted } from "../../jobs/words.ts";
import type { Asking, Call } from "../caller.ts";
import { type Places, placesOf } from "../find/places.ts";
import { Top } from "./top.ts";

/** About a second each. */
const SAMPLES = 4;
const LONGEST_SAMPLING_MS = 7000;
const PARALLEL = 25;
/** The dearest; so many take four rounds. */
const MOST_MEASURED = 100;
const LONGEST_WATCH_MS = 32_000;
/** What the answer may take after it. */
const TELLING_MS = 1000;
const IDLE_PERCENT = 5;

/** What running jobs with GPUs make of them at this moment. */
export interface IdleWatch {
  place: string;
  nowMs: number;
  me: string;
  /** Below this mean use of its GPUs a job is idle. */
  idlePercent: number;
  /** Running jobs with GPUs, measured or not. */
  running: number;
  measured: number;
  /** The dearest first. */
  idle: Measured[];
  /** Together, of the idle ones. */
  creditsPerHour: string;
  unmeasured: Unmeasured[];
  /** Beyond the most that are measured at once: the cheapest. */
  leftOut: number;
}

export interface Measured {
  job: JobDescription;
  /** Only if they can be of several. */
  project?: string | undefined;
  /** Means. */
  gpuPercent: number;
  cpuCores: number;
}

export interface Unmeasured {
  job: JobDescription;
  /** `silent`: no measurement came · `no_figure`: what came says nothing about GPUs · `late`: its turn did not come. */
  why: "ended" | "silent" | "no_figure" | "late" | "failed";
  error?: PlatformError;
}

/** Measures the running jobs with GPUs, some at a time, for some seconds each. */
export async function watchIdle(
  call: Call,
  { projects }: { projects?: readonly string[] | undefined },
): Promise<IdleWatch> {
  const { caller, signal } = call;
  const context = await caller.platform.context({ signal });
  const places = placesOf(projects ?? [], context);
  const { running, jobs } = await dearestRunning({ caller, signal }, places);
  const outcomes = await measureAll(call, jobs);
  const measured = outcomes.flatMap((outcome) => ("why" in outcome ? [] : [outcome]));
  const idle = measured.filter(({ gpuPercent }) => gpuPercent < IDLE_PERCENT);
  return {
    ...{ place: places.label, nowMs: Date.now(), me: context.user, idlePercent: IDLE_PERCENT, running },
    measured: measured.length,
    idle: idle.map((each) => ({ ...each, project: places.isSeveral ? places.nameOf(each.job) : undefined })),
    creditsPerHour: sumCredits(idle.map(({ job }) => job.price_credits_per_hour)),
    unmeasured: outcomes.flatMap((outcome) => ("why" in outcome ? [outcome] : [])),
    leftOut: running - jobs.length,
  };
}

async function dearestRunning({ caller: { platform }, signal }: Asking, places: Places) {
  const dearest = new Top<JobDescription>(MOST_MEASURED, byPrice);
  let running = 0;
  const filter = { ...places.filter, statuses: ["running"] as const, reverse: true };
  for await (const job of platform.jobs.list(filter, { signal })) {
    if (!places.covers(job) || !hasGpu(job.container.resources)) continue;
    running += 1;
    dearest.offer(job);
  }
  return { running, jobs: dearest.items };
}

async function measureAll({ caller, signal, progress }: Call, jobs: readonly JobDescription[]) {
  const ms = Math.min(LONGEST_WATCH_MS, Math.max(0, msLeft(signal) - TELLING_MS));
  const limit = new Limit(signal, { ms });
  let done = 0;
  const measureNext = async (job: JobDescription) => {
    const outcome = await measure(job, { caller, signal: limit.signal });
    done += 1;
    progress(`${done} of ${counted(jobs.length, "running GPU job")} measured`, done / jobs.length);
    return outcome;
  };
  try {
    const outcomes = await pMap(jobs, measureNext, { concurrency: PARALLEL });
    signal.throwIfAborted();
    return outcomes;
  } finally {
    limit.close();
  }
}

async function measure(
  job: JobDescription,
  { caller: { platform }, signal }: Asking,
): Promise<Measured | Unmeasured> {
  if (signal.aborted) return { job, why: "late" };
  const samples: JobTelemetry[] = [];
  const limit = new Limit(signal, { ms: LONGEST_SAMPLING_MS });
  try {
    const at = { where: { cluster: job.cluster_name } };
    for await (const sample of platform.jobs.top(job.id, at, { signal: limit.signal })) {
      samples.push(sample);
      if (samples.length >= SAMPLES) break;
    }
  } catch (error) {
    if (samples.length === 0) return whyNot(job, error);
  } finally {
    limit.close();
  }
  const gpu = samples.flatMap(({ gpu_duty_cycle: percent }) => percent ?? []);
  if (gpu.length === 0) return { job, why: samples.length === 0 ? "silent" : "no_figure" };
  return { job, gpuPercent: mean(gpu), cpuCores: mean(samples.map(({ cpu }) => cpu)) };
}

function whyNot(job: JobDescription, error: unknown): Unmeasured {
  if (!(error instanceof PlatformError)) throw error;
  if (error.code === "timed_out") return { job, why: "silent" };
  if (error.code === "not_running") return { job, why: "ended" };
  return { job, why: "failed", error };
}

function byPrice(a: JobDescription, b: JobDescription): number {
  return compareCredits(a.price_credits_per_hour, b.price_credits_per_hour);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
