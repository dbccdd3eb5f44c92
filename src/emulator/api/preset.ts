import { failure } from "../http/answer.ts";
import type { JobResources } from "../state/job.ts";
import type { Cluster, Preset } from "../state/platform.ts";

/** Puts a preset's resources into a flat body. @throws {HttpError} Source: protocol reference 3.4. */
export function applyPreset(payload: Record<string, unknown>, { presets }: Cluster): Record<string, unknown> {
  const given = payload.resources;
  const shm = typeof given === "object" && given !== null && "shm" in given ? given.shm : false;
  if (Object.keys(given ?? {}).some((key) => key !== "shm"))
    throw failure(400, "Both preset and resources are not allowed");
  if (presets.length === 0) throw failure(400, "At least one preset is required to run a job");
  const name = payload.preset_name;
  const preset = name ? presets.find((item) => item.name === name) : presets[0];
  if (preset === undefined) throw failure(400, "Preset was not found");
  return {
    ...payload,
    preset_name: preset.name,
    scheduler_enabled: preset.scheduler_enabled,
    preemptible_node: preset.preemptible_node,
    // A body of the other form gets no resources, and the validator names them too.
    ...("container" in payload ? {} : { resources: { ...presetResources(preset), shm } }),
  };
}

/** The preset's price, or the cheapest that would hold the job, or the highest. Source: protocol reference 3.7. */
export function priceOf(
  { presets }: Cluster,
  presetName: string | undefined,
  resources: JobResources,
): string {
  const byPrice = [...presets].sort((a, b) => Number(a.credits_per_hour) - Number(b.credits_per_hour));
  const found =
    byPrice.find(({ name }) => name === presetName) ??
    byPrice.find((preset) => holds(preset, resources)) ??
    byPrice.at(-1);
  return found?.credits_per_hour ?? "0";
}

/** What a job of a preset may use. Source: protocol reference 3.4. */
export function presetResources({ cpu, memory, nvidia_gpu }: Preset): JobResources {
  if (nvidia_gpu === undefined) return { cpu, memory };
  return { cpu, memory, nvidia_gpu: nvidia_gpu.count, nvidia_gpu_model: nvidia_gpu.model };
}

/** Presets have NVIDIA accelerators only. */
function holds({ cpu, memory, nvidia_gpu }: Preset, resources: JobResources): boolean {
  const wanted = resources.nvidia_gpu ?? 0;
  const model = resources.nvidia_gpu_model ?? nvidia_gpu?.model;
  return (
    cpu >= resources.cpu &&
    memory >= resources.memory &&
    (nvidia_gpu?.count ?? 0) >= wanted &&
    (wanted === 0 || model === nvidia_gpu?.model) &&
    !resources.amd_gpu &&
    !resources.intel_gpu &&
    Object.keys(resources.nvidia_migs ?? {}).length === 0
  );
}
