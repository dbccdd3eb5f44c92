import type { JobDescription } from "../../client/index.ts";
import { runTimeOf, shareOfCredits } from "../../jobs/cost.ts";
import { gpuCount } from "../../jobs/hardware.ts";

/** From a moment on, before another one, in Unix milliseconds. */
export interface Period {
  fromMs: number;
  toMs: number;
}

/** What of a job lies in a period. */
export interface Part {
  job: JobDescription;
  /** Of what the platform reports for the job, the share of its run time in the period. */
  credits: string;
  gpuSeconds: number;
  /** It also ran outside, so that its credits are a share. */
  isShare: boolean;
  /** It was created, or ended, in the period. */
  isCreated: boolean;
  isEnded: boolean;
}

/** When a job was there, and when it ran. */
export interface Life extends Period {
  job: JobDescription;
  runs: readonly Period[];
  runTimeSeconds: number;
}

export function lifeOf(job: JobDescription, nowMs: number): Life {
  const { created_at = "", finished_at = "" } = job.history;
  const createdMs = Date.parse(created_at);
  const endMs = Date.parse(finished_at);
  return {
    job,
    fromMs: Number.isNaN(createdMs) ? Number.NEGATIVE_INFINITY : createdMs,
    toMs: Number.isNaN(endMs) ? Number.POSITIVE_INFINITY : endMs,
    runs: runsOf(job, nowMs),
    runTimeSeconds: runTimeOf(job, nowMs),
  };
}

/**
 * The part of a job in a period; undefined where it was not there. A job that never ran has no run time to share its
 * credits by: they count when it was created.
 */
export function partOf(life: Life, { fromMs, toMs }: Period): Part | undefined {
  if (life.fromMs >= toMs || life.toMs < fromMs) return undefined;
  const { job, runs, runTimeSeconds } = life;
  const isCreated = life.fromMs >= fromMs;
  const whole = lengthOf(runs);
  const inside = lengthOf(runs.map((run) => overlap(run, { fromMs, toMs })));
  const [part, of] = whole > 0 ? [inside, whole] : [isCreated ? 1 : 0, 1];
  return {
    job,
    credits: shareOfCredits(job.total_price_credits, part, of),
    gpuSeconds: (gpuCount(job.container.resources) * runTimeSeconds * part) / of,
    isShare: part > 0 && part < of,
    isCreated,
    isEnded: life.toMs >= fromMs && life.toMs < toMs,
  };
}

/** How long a job waited before it ran, ended or is now; undefined where that is not known. */
export function waitOf({ fromMs, toMs, runs: [first] }: Life, nowMs: number): Period | undefined {
  if (!Number.isFinite(fromMs)) return undefined;
  return { fromMs, toMs: first?.fromMs ?? Math.min(toMs, Math.max(fromMs, nowMs)) };
}

/** As its history says; from its start to its end where it says nothing. */
function runsOf({ status, history }: JobDescription, nowMs: number): Period[] {
  const { transitions, started_at = "", finished_at = "", run_time_seconds = 0 } = history;
  const runs = transitions.flatMap((step, at) => {
    const next = transitions[at + 1];
    const fromMs = Date.parse(step.transition_time);
    const toMs = next === undefined ? Math.max(nowMs, fromMs) : Date.parse(next.transition_time);
    return step.status === "running" && fromMs <= toMs ? [{ fromMs, toMs }] : [];
  });
  const startMs = Date.parse(started_at);
  if (runs.length > 0 || Number.isNaN(startMs)) return runs;
  if (status !== "running" && run_time_seconds === 0) return [];
  const endMs = Date.parse(finished_at);
  return [{ fromMs: startMs, toMs: Number.isNaN(endMs) ? Math.max(nowMs, startMs) : endMs }];
}

function overlap(run: Period, { fromMs, toMs }: Period): Period {
  return { fromMs: Math.max(run.fromMs, fromMs), toMs: Math.min(run.toMs, toMs) };
}

function lengthOf(periods: readonly Period[]): number {
  return periods.reduce((sum, { fromMs, toMs }) => sum + Math.max(0, toMs - fromMs), 0);
}
