import type { JobTelemetry, Resources } from "../../client/index.ts";

const BARS = "▁▂▃▄▅▆▇█";
const WIDEST = 40;

/** The range of a measured quantity, and its course as one line. */
export interface Spread {
  min: number;
  mean: number;
  max: number;
  sparkline: string;
}

/** What the measurements of a job say together. */
export interface TelemetrySummary {
  samples: number;
  /** Cores. */
  cpu: Spread;
  memoryBytes: Spread;
  /** Percent. */
  gpuDutyCycle?: Spread;
  gpuMemoryBytes?: Spread;
  verdict: "idle" | "fine" | "at its CPU limit" | "near its memory limit";
  /** What the verdict rests on. */
  because: string;
}

const NEAR_LIMIT = 0.9;
/** Mean use of its cores from which more of them would help. */
const BUSY = 0.9;
const IDLE_CORES = 0.05;
const IDLE_GPU_PERCENT = 1;

/** Smallest, mean and largest value and a sparkline of at most 40 characters; `undefined` without values. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined;
  const min = values.reduce((a, b) => Math.min(a, b));
  const max = values.reduce((a, b) => Math.max(a, b));
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return { min, mean, max, sparkline: sparkline(values, { from: 0, to: max }) };
}

/** Values as a line of bars between `from` and `to`, neighbours averaged when there are more than `widest`. */
export function sparkline(
  values: readonly number[],
  { from, to, widest = WIDEST }: { from: number; to: number; widest?: number },
): string {
  const width = Math.min(widest, values.length);
  return Array.from({ length: width }, (_, column) => {
    const start = Math.floor((column * values.length) / width);
    const end = Math.max(start + 1, Math.floor(((column + 1) * values.length) / width));
    const part = values.slice(start, end);
    const mean = part.reduce((a, b) => a + b, 0) / part.length;
    const level = to > from ? Math.round(((mean - from) / (to - from)) * (BARS.length - 1)) : 0;
    return BARS.charAt(Math.max(0, Math.min(BARS.length - 1, level)));
  }).join("");
}

/** Sums up measurements against what the job may use; `undefined` without any. */
export function summariseTelemetry(
  samples: readonly JobTelemetry[],
  limits: Pick<Resources, "memory" | "cpu">,
): TelemetrySummary | undefined {
  const cpu = spreadOf(samples.map((sample) => sample.cpu));
  const memoryBytes = spreadOf(samples.map((sample) => sample.memory_bytes));
  if (cpu === undefined || memoryBytes === undefined) return undefined;
  const gpuDutyCycle = spreadOf(samples.flatMap((sample) => sample.gpu_duty_cycle ?? []));
  const gpuMemoryBytes = spreadOf(samples.flatMap((sample) => sample.gpu_memory_bytes ?? []));
  return {
    samples: samples.length,
    cpu,
    memoryBytes,
    ...(gpuDutyCycle === undefined ? {} : { gpuDutyCycle }),
    ...(gpuMemoryBytes === undefined ? {} : { gpuMemoryBytes }),
    ...verdictOf({ cpu, memoryBytes, gpuDutyCycle }, limits),
  };
}

function verdictOf(
  { cpu, memoryBytes, gpuDutyCycle }: { cpu: Spread; memoryBytes: Spread; gpuDutyCycle: Spread | undefined },
  limits: Pick<Resources, "memory" | "cpu">,
): Pick<TelemetrySummary, "verdict" | "because"> {
  const share = limits.memory > 0 ? memoryBytes.max / limits.memory : 0;
  const memory = `memory reached ${Math.round(share * 100)}% of its limit`;
  if (share >= NEAR_LIMIT) return { verdict: "near its memory limit", because: memory };
  if (limits.cpu > 0 && cpu.mean >= limits.cpu * BUSY) {
    const used = Math.round((cpu.mean / limits.cpu) * 100);
    const borrowed =
      cpu.mean > limits.cpu ? ", more than it is promised and only while its node has cores to spare" : "";
    return { verdict: "at its CPU limit", because: `it used ${used}% of its cores${borrowed}; ${memory}` };
  }
  const gpuIdle = gpuDutyCycle === undefined || gpuDutyCycle.max <= IDLE_GPU_PERCENT;
  if (cpu.max > IDLE_CORES || !gpuIdle) return { verdict: "fine", because: memory };
  const gpu = gpuDutyCycle === undefined ? "" : ` and the GPU ${Math.round(gpuDutyCycle.max)}%`;
  return { verdict: "idle", because: `the CPU never used more than ${IDLE_CORES} cores${gpu}` };
}
