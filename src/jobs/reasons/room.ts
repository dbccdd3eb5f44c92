import type { JobDescription, Preset } from "../../client/index.ts";
import { compareCredits, formatCredits } from "../cost.ts";
import { formatMemory, type JobSurroundings } from "./explanation.ts";

const MOST_NAMED = 4;
const MOST_LARGER = 2;

/** `Room now: 0 more jobs of gpu-small; cpu-small 5, …`; nothing when the platform did not say. */
export function roomText(preset: string | undefined, { room }: JobSurroundings): string | undefined {
  if (room === undefined || Object.keys(room).length === 0) return undefined;
  const own = preset === undefined ? undefined : room[preset];
  const others = Object.entries(room)
    .filter(([name, count]) => name !== preset && count > 0)
    .sort((a, b) => b[1] - a[1])
    .slice(0, MOST_NAMED)
    .map(([name, count]) => `${name} ${count}`);
  const here = own === undefined ? "not known for this preset" : `${own} more of this preset`;
  const there = others.length === 0 ? "no other preset has room" : `others: ${others.join(", ")}`;
  return `Room now, counting nodes that would be added: ${here}; ${there}.`;
}

/**
 * Presets with more memory than a job has and no fewer GPUs, those with room first, then cheapest first.
 * Without a preset of the job's own, any GPUs it uses count.
 */
function largerPresets(job: JobDescription, { presets = [], room = {} }: JobSurroundings): Preset[] {
  const { memory, nvidia_gpu = 0, amd_gpu = 0, intel_gpu = 0 } = job.container.resources;
  const hasRoom = ({ name }: Preset) => (room[name] ?? 0) > 0;
  return presets
    .filter(
      (preset) =>
        preset.memory > memory &&
        (preset.nvidia_gpu?.count ?? 0) >= nvidia_gpu &&
        (preset.amd_gpu?.count ?? 0) >= amd_gpu &&
        (preset.intel_gpu?.count ?? 0) >= intel_gpu,
    )
    .sort(
      (a, b) =>
        Number(hasRoom(b)) - Number(hasRoom(a)) || compareCredits(a.credits_per_hour, b.credits_per_hour),
    );
}

/** `With more: h100 (80 GiB, 77 credits/h, room for 1).`; nothing where its own GPU's memory is not known. */
export function gpuRoomText(job: JobDescription, around: JobSurroundings): string {
  const { presets = [], room = {} } = around;
  const own = presets.find(({ name }) => name === job.preset_name)?.nvidia_gpu?.memory;
  if (own === undefined) return "";
  const larger = presets
    .filter(({ nvidia_gpu: gpu }) => (gpu?.memory ?? 0) > own)
    .sort((a, b) => compareCredits(a.credits_per_hour, b.credits_per_hour))
    .slice(0, MOST_LARGER);
  if (larger.length === 0) return "No preset of its cluster has GPUs with more.";
  const texts = larger.map(({ name, nvidia_gpu, credits_per_hour }) => {
    const start = room[name] === undefined ? "" : `, room for ${room[name]}`;
    return `${name} (${formatMemory(nvidia_gpu?.memory ?? 0)}, ${formatCredits(credits_per_hour)} credits/h${start})`;
  });
  return `With more: ${texts.join("; ")}.`;
}

/** `With more memory: gpu-large (64 GiB, 2.5 credits/h, room for 3); …`; without presets only that it needs more. */
export function largerText(job: JobDescription, around: JobSurroundings): string {
  if (around.presets === undefined)
    return "Start it again with a preset of more memory, or use less: smaller batches, fewer workers.";
  const larger = largerPresets(job, around).slice(0, MOST_LARGER);
  if (larger.length === 0)
    return "No preset of its cluster has more memory: use less, with smaller batches or fewer workers.";
  const texts = larger.map(({ name, memory, credits_per_hour }) => {
    const count = around.room?.[name];
    const start = count === undefined ? "" : `, room for ${count}`;
    return `${name} (${formatMemory(memory)}, ${formatCredits(credits_per_hour)} credits/h${start})`;
  });
  return `With more memory: ${texts.join("; ")}; or use less: smaller batches, fewer workers.`;
}
