import { z } from "zod";
import {
  type JobDescription,
  type JobTelemetry,
  Limit,
  type Platform,
  PlatformError,
} from "../client/index.ts";
import { type Spread, summariseTelemetry, type TelemetrySummary } from "../jobs/output/sparkline.ts";
import { formatMemory } from "../jobs/reasons/explanation.ts";
import { nameOf, stateLine } from "../jobs/standing.ts";
import { formatInstant } from "../jobs/time/durations.ts";
import { counted, present } from "../jobs/words.ts";
import { resolveOne } from "../operations/find/index.ts";
import { whereOf } from "../operations/find/where.ts";
import { jobRef, project } from "./args.ts";
import { defineTool } from "./define-tool.ts";

export const telemetry = defineTool({
  name: "job_telemetry",
  title: "Measure a job",
  description:
    "Measures a running job: min, mean, max and trend of CPU, memory and GPU, with a verdict: idle, fine, at its CPU limit or near its memory limit.",
  toolset: "more",
  input: z.strictObject({
    job: jobRef,
    seconds: z.int().min(1).max(50).default(5).describe("How long; one sample a second"),
    project,
  }),
  output: z.looseObject({
    verdict: z.string(),
    samples: z.int(),
    cpu_cores: z.looseObject({}),
    memory_bytes: z.looseObject({}),
  }),
  effects: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  waits: ({ seconds }) => seconds,
  async run({ job: ref, seconds, project: at }, { caller: { platform }, signal, progress }) {
    const job = await resolveOne(platform, { ref, where: whereOf(at) }, signal);
    const { user: me } = await platform.context({ signal });
    const measuring = { job, me, seconds, onSample: progress };
    const measured = await measure(platform, measuring, signal);
    const summary = summariseTelemetry(measured.samples, job.container.resources);
    if (summary === undefined) throw notMeasured(measuring);
    return answer(measuring, { ...measured, summary });
  },
});

interface Measuring {
  job: JobDescription;
  me: string;
  seconds: number;
  onSample: (message: string) => void;
}

interface Measured {
  samples: JobTelemetry[];
  /** Why each of some could not be read. */
  odd: string[];
  /** Why it is less than what was asked for. */
  endedEarly?: string | undefined;
}

/** What comes within the time; a job that ends meanwhile gives what there was. */
async function measure(
  platform: Platform,
  { job, me, seconds, onSample }: Measuring,
  signal: AbortSignal,
): Promise<Measured> {
  const limit = new Limit(signal, { ms: seconds * 1000 });
  const samples: JobTelemetry[] = [];
  const odd: string[] = [];
  const onUnreadable = ({ message }: PlatformError) => void odd.push(message);
  const after = () => `after ${counted(samples.length, "sample")} of ${seconds} s`;
  const where = { cluster: job.cluster_name };
  try {
    for await (const sample of platform.jobs.top(job.id, { where, onUnreadable }, { signal: limit.signal })) {
      samples.push(sample);
      onSample(`${counted(samples.length, "sample")} of ${nameOf(job)}`);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (limit.isOver) return { samples, odd };
    if (samples.length === 0) throw notRunning({ job, me }, error);
    const words = error instanceof Error ? error.message : String(error);
    return {
      samples,
      odd,
      endedEarly: `The measurement broke off ${after()} (${words}): call again for the rest.`,
    };
  } finally {
    limit.close();
  }
  return limit.isOver
    ? { samples, odd }
    : {
        samples,
        odd,
        endedEarly: `The measurement ended ${after()}: job_status says whether the job has ended.`,
      };
}

function notRunning({ job, me }: Pick<Measuring, "job" | "me">, cause: unknown): unknown {
  if (!(cause instanceof PlatformError) || cause.code !== "not_running") return cause;
  const message = `Only running jobs can be measured. ${stateLine(job, { nowMs: Date.now(), me })}. job_status says more.`;
  return new PlatformError("not_running", message, { cause });
}

function notMeasured({ job, me, seconds }: Measuring): PlatformError {
  if (job.status !== "running")
    return new PlatformError(
      "not_running",
      `Only running jobs can be measured. ${stateLine(job, { nowMs: Date.now(), me })}. job_status says more.`,
    );
  return new PlatformError(
    "timed_out",
    `No measurement of ${nameOf(job)} came within ${seconds} s. Try again with more seconds.`,
  );
}

function answer(
  { job, me }: Measuring,
  { samples, odd, summary, endedEarly }: Measured & { summary: TelemetrySummary },
) {
  const { cpu, memoryBytes, gpuDutyCycle, gpuMemoryBytes, verdict, because } = summary;
  const { resources } = job.container;
  const [first, last] = [samples[0]?.timestamp ?? 0, samples.at(-1)?.timestamp ?? 0];
  const text = present([
    stateLine(job, { nowMs: Date.now(), me }),
    `Verdict: ${verdict} (${because}).`,
    `${counted(samples.length, "sample")}, ${formatInstant(first * 1000)} to ${formatInstant(last * 1000)} (UTC).`,
    endedEarly,
    ...odd.slice(0, 1).map((why) => `Not counted: ${odd.length} more. ${why}`),
    `CPU: ${spreadText(cpu, cores)} of ${cores(resources.cpu)}`,
    `Memory: ${spreadText(memoryBytes, formatMemory)} of ${formatMemory(resources.memory)}`,
    gpuDutyCycle && `GPU: ${spreadText(gpuDutyCycle, percent)}`,
    gpuMemoryBytes && `GPU memory: ${spreadText(gpuMemoryBytes, formatMemory)}`,
  ]).join("\n");
  const data = {
    job: job.id,
    verdict,
    because,
    samples: samples.length,
    ended_early: endedEarly,
    unreadable: odd.length || undefined,
    from: formatInstant(first * 1000),
    to: formatInstant(last * 1000),
    cpu_cores: { ...rounded(cpu), limit: resources.cpu },
    memory_bytes: { ...rounded(memoryBytes), limit: resources.memory },
    gpu_percent: gpuDutyCycle && rounded(gpuDutyCycle),
    gpu_memory_bytes: gpuMemoryBytes && rounded(gpuMemoryBytes),
  };
  return { text, data, jobs: [job] };
}

function spreadText({ min, mean, max, sparkline }: Spread, show: (value: number) => string): string {
  return `min ${show(min)}, mean ${show(mean)}, max ${show(max)}  ${sparkline} `;
}

function rounded({ min, mean, max, sparkline }: Spread) {
  const round = (value: number) => Math.round(value * 1000) / 1000;
  return { min: round(min), mean: round(mean), max: round(max), sparkline };
}

function cores(value: number): string {
  return `${Math.round(value * 1000) / 1000} cores`;
}

function percent(value: number): string {
  return `${Math.round(value)}%`;
}
