import type { Preset, Resources } from "../client/index.ts";
import { formatMemory } from "./reasons/explanation.ts";

/** `12 CPU, 120 GiB, 1× NVIDIA-A100-SXM4-80GB (80 GiB), preemptible`. */
export function hardwareText(preset: Preset): string {
  const gpu = gpuText(preset);
  return [
    `${preset.cpu} CPU`,
    formatMemory(preset.memory),
    ...(gpu === undefined ? [] : [gpu]),
    ...(preset.preemptible_node ? ["preemptible: the node may be taken away"] : []),
    ...(preset.scheduler_enabled ? ["jobs take turns and may be suspended"] : []),
  ].join(", ");
}

/** GPUs, MIG slices and TPUs of a preset; undefined where it has none. */
export function gpuText({
  nvidia_gpu,
  amd_gpu,
  intel_gpu,
  nvidia_migs = {},
  tpu,
}: Preset): string | undefined {
  const kinds = [
    ...(nvidia_gpu === undefined ? [] : [{ ...nvidia_gpu, kind: "NVIDIA GPU" }]),
    ...(amd_gpu === undefined ? [] : [{ ...amd_gpu, kind: "AMD GPU" }]),
    ...(intel_gpu === undefined ? [] : [{ ...intel_gpu, kind: "Intel GPU" }]),
    ...Object.entries(nvidia_migs).map(([profile, mig]) => ({ ...mig, kind: `NVIDIA MIG ${profile}` })),
  ].filter(({ count }) => count > 0);
  const texts = kinds.map(({ count, model, memory, kind }) => {
    const each = memory === undefined ? "" : ` (${formatMemory(memory)}${count > 1 ? " each" : ""})`;
    return `${count}x ${model ?? kind}${each}`;
  });
  if (tpu !== undefined) texts.push(`TPU ${tpu.type}`);
  return texts.length === 0 ? undefined : texts.join(" + ");
}

/** How many whole GPUs a job was given. */
export function gpuCount({ nvidia_gpu = 0, amd_gpu = 0, intel_gpu = 0 }: Resources): number {
  return nvidia_gpu + amd_gpu + intel_gpu;
}

/** Whether a job was given a GPU, a slice of one, or a TPU. */
export function hasGpu({ nvidia_gpu, amd_gpu, intel_gpu, nvidia_migs = {}, tpu_type }: Resources): boolean {
  const slices = Object.values(nvidia_migs).map(({ count }) => count);
  const counts = [nvidia_gpu, amd_gpu, intel_gpu, ...slices];
  return tpu_type !== undefined || counts.some((count) => (count ?? 0) > 0);
}
