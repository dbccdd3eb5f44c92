import { z } from "zod";
import { imageToString, type JobDescription, PlatformError } from "../client/index.ts";
import { hasGpu } from "../jobs/hardware.ts";
import { type Spread, summariseTelemetry, type TelemetrySummary } from "../jobs/output/sparkline.ts";
import { formatMemory } from "../jobs/reasons/explanation.ts";
import { hiderOf } from "../jobs/redact/job.ts";
import { nameOf, stateLine } from "../jobs/standing.ts";
import { formatDuration, formatInstant } from "../jobs/time/durations.ts";
import { counted, present } from "../jobs/words.ts";
import { whereOf } from "../operations/find/index.ts";
import { type Measurement, measureJob, notRunning } from "../operations/telemetry.ts";
import { maybeNumber, maybeText, openObject, text } from "./answers.ts";
import { jobRef, project, waitSeconds } from "./args.ts";
import { defineTool } from "./define-tool.ts";
import { errorText } from "./errors.ts";

const spread = { min: z.number(), mean: z.number(), max: z.number(), sparkline: text };
const used = openObject({}, { ...spread, limit: z.number() });

export const telemetry = defineTool({
  name: "job_telemetry",
  title: "Measure a job",
  description: "Measures CPU, memory and GPU of a running job: idle, fine or at a limit.",
  toolset: "more",
  input: z.strictObject({
    job: jobRef,
    seconds: waitSeconds(1, 10).default(5).describe("Samples"),
    project,
  }),
  output: openObject(
    { verdict: text },
    {
      samples: z.int(),
      cpu_cores: used,
      memory_bytes: used,
      job: text,
      because: text,
      ended_early: maybeText,
      unreadable: maybeNumber,
      from: text,
      to: text,
      last_line_at: maybeText,
      gpu_percent: openObject({}, spread).optional(),
      gpu_memory_bytes: openObject({}, spread).optional(),
    },
  ),
  effects: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  waits: ({ seconds }) => seconds,
  async run({ job: ref, seconds, project: at }, call) {
    const measured = await measureJob({ ref, where: whereOf(at), seconds }, call);
    const { job, samples } = measured;
    const summary = summariseTelemetry(samples, job.container.resources);
    if (summary !== undefined) return reply(measured, { summary, seconds });
    if (job.status !== "running") throw notRunning(measured);
    throw new PlatformError(
      "timed_out",
      `No measurement of ${nameOf(job)} came within ${seconds} s. Try again with more seconds.`,
    );
  },
});

function reply(measured: Measurement, { summary, seconds }: { summary: TelemetrySummary; seconds: number }) {
  const { job, me, samples, unreadable: odd } = measured;
  const endedEarly = earlyText(measured, seconds);
  const { cpu, memoryBytes, gpuDutyCycle, gpuMemoryBytes, verdict, because } = summary;
  const { resources } = job.container;
  const [first, last] = [samples[0]?.timestamp ?? 0, samples.at(-1)?.timestamp ?? 0];
  const text = present([
    stateLine(job, { nowMs: Date.now(), me }),
    `Verdict: ${verdict} (${because}).${printedText(measured, verdict)}`,
    `${counted(samples.length, "sample")}, ${formatInstant(first * 1000)} to ${formatInstant(last * 1000)} (UTC).`,
    endedEarly,
    ...odd.slice(0, 1).map((why) => `Not counted: ${odd.length} more. ${why}`),
    `CPU: ${spreadText(cpu, cores)} of ${cores(resources.cpu)}`,
    `Memory: ${spreadText(memoryBytes, formatMemory)} of ${formatMemory(resources.memory)}`,
    hasGpu(resources) ? gpuDutyCycle && `GPU: ${spreadText(gpuDutyCycle, percent)}` : noGpuText(job),
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
    last_line_at: measured.printedMs === undefined ? undefined : formatInstant(measured.printedMs),
    cpu_cores: { ...rounded(cpu), limit: resources.cpu },
    memory_bytes: { ...rounded(memoryBytes), limit: resources.memory },
    gpu_percent: gpuDutyCycle && rounded(gpuDutyCycle),
    gpu_memory_bytes: gpuMemoryBytes && rounded(gpuMemoryBytes),
  };
  return { text, data, jobs: [job] };
}

/** A job that waits for something else prints while its processors idle: both facts are shown. */
function printedText({ printedMs }: Measurement, verdict: string): string {
  if (verdict !== "idle" || printedMs === undefined) return "";
  return ` Its log got its last line ${formatDuration((Date.now() - printedMs) / 1000)} ago.`;
}

function noGpuText({ container }: JobDescription): string {
  const name = hiderOf({ container })(imageToString(container.image));
  const isForGpu = /cuda|nvidia|rocm|gpu/i.test(name);
  return isForGpu
    ? `GPU: the job has none, though its image is one for GPUs (${name})`
    : "GPU: the job has none";
}

/** Why there is less than was asked for. */
function earlyText({ early, samples }: Measurement, seconds: number): string | undefined {
  if (early === undefined) return undefined;
  const after = `after ${counted(samples.length, "sample")} of ${seconds} s`;
  return early.error === undefined
    ? `The measurement ended ${after}: job_status says whether the job has ended.`
    : `The measurement broke off ${after} (${errorText(early.error)}): call again for the rest.`;
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
