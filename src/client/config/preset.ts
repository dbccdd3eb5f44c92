import { z } from "zod";
import type { Gpu, Preset } from "../dataclasses.ts";
import type { WirePreset } from "../wire/config.ts";

export const gpu = z
  .object({
    count: z.int().describe("Number of them"),
    model: z.string().optional().describe("Model name"),
    memory: z.number().optional().describe("Memory of one, in bytes"),
  })
  .describe("Graphics processors of one model");

/** A documented dataclass: a size of machine that a job can be started on. Source: protocol reference 5.4. */
export const preset = z
  .object({
    name: z.string().describe("What a start names"),
    credits_per_hour: z.string().describe("Price of one hour of running, in credits, decimal"),
    cpu: z.number().describe("Cores"),
    memory: z.number().describe("Memory, in bytes"),
    nvidia_gpu: gpu.optional().describe("NVIDIA GPUs"),
    amd_gpu: gpu.optional().describe("AMD GPUs"),
    intel_gpu: gpu.optional().describe("Intel GPUs"),
    nvidia_migs: z.record(z.string(), gpu).optional().describe("MIG slices by profile name"),
    tpu: z
      .object({
        type: z.string().describe("Kind of TPU"),
        software_version: z.string().describe("Version of the TPU software"),
      })
      .optional()
      .describe("TPU"),
    scheduler_enabled: z.boolean().describe("Jobs may be suspended and take turns"),
    preemptible_node: z.boolean().describe("The node may be taken away"),
    resource_pool_names: z.array(z.string()).describe("Pools of nodes it may run on"),
    available_resource_pool_names: z.array(z.string()).describe("Pools of nodes it fits on now"),
  })
  .describe("A size of machine that a job can be started on");

/** Maps what the server sends to the dataclass. */
export function toPreset(wire: WirePreset): Preset {
  const { name, credits_per_hour, cpu, memory, nvidia_gpu, amd_gpu, intel_gpu, nvidia_migs, tpu } = wire;
  return {
    name,
    credits_per_hour,
    cpu,
    memory,
    ...(nvidia_gpu ? { nvidia_gpu: toGpu(nvidia_gpu) } : {}),
    ...(amd_gpu ? { amd_gpu: toGpu(amd_gpu) } : {}),
    ...(intel_gpu ? { intel_gpu: toGpu(intel_gpu) } : {}),
    ...(nvidia_migs ? { nvidia_migs: mapValues(nvidia_migs, toGpu) } : {}),
    ...(tpu ? { tpu } : {}),
    scheduler_enabled: wire.scheduler_enabled ?? false,
    preemptible_node: wire.preemptible_node ?? false,
    resource_pool_names: wire.resource_pool_names ?? [],
    available_resource_pool_names: wire.available_resource_pool_names ?? [],
  };
}

function toGpu({ count, model, memory }: NonNullable<WirePreset["nvidia_gpu"]>): Gpu {
  return { count, ...(model ? { model } : {}), ...(memory ? { memory } : {}) };
}

function mapValues<A, B>(record: Record<string, A>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
