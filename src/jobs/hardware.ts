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

/** GPU models as presets are named after them; `v2` is none. */
const MODEL =
  /(?<![a-z0-9])(a\d{2,3}|[bgh][12]00|k80|l4\d?|t4|p40?|[pv]100|mi\d{2,3}x?|[345]0[6-9]0)(?![0-9])/;

/** The names of the presets that can be meant by a name that says what hardware they have. */
export function likeHardware(wanted: string, presets: readonly Preset[]): string[] {
  const word = wanted.toLowerCase();
  const [, model] = MODEL.exec(word) ?? [];
  const isGpu = model !== undefined || /gpu|cuda|nvidia|amd/.test(word);
  const isCpu = !isGpu && word.includes("cpu");
  return presets
    .filter((preset) => {
      const gpu = gpuText(preset);
      if (model !== undefined)
        return `${preset.name} ${gpu ?? ""}`.toLowerCase().includes(model) && gpu !== undefined;
      return isGpu ? gpu !== undefined : !isCpu || gpu === undefined;
    })
    .map(({ name }) => name);
}

/** Whether a job was given a GPU, a slice of one, or a TPU. */
export function hasGpu({ nvidia_gpu, amd_gpu, intel_gpu, nvidia_migs = {}, tpu_type }: Resources): boolean {
  const slices = Object.values(nvidia_migs).map(({ count }) => count);
  const counts = [nvidia_gpu, amd_gpu, intel_gpu, ...slices];
  return tpu_type !== undefined || counts.some((count) => (count ?? 0) > 0);
}
