import { z } from "zod";
import { wireCredits } from "./job.ts";

/** `GET {api}/config` and what it holds. Source: protocol reference 1.7. */

const wireGpu = z.object({
  count: z.number().int(),
  model: z.string().nullish(),
  memory: z.number().nullish(),
});

const gpus = {
  nvidia_gpu: wireGpu.nullish(),
  amd_gpu: wireGpu.nullish(),
  intel_gpu: wireGpu.nullish(),
  nvidia_migs: z.record(z.string(), wireGpu).nullish(),
};

export const wirePreset = z.object({
  name: z.string(),
  credits_per_hour: wireCredits,
  cpu: z.number(),
  memory: z.number(),
  ...gpus,
  tpu: z.object({ type: z.string(), software_version: z.string() }).nullish(),
  scheduler_enabled: z.boolean().optional(),
  preemptible_node: z.boolean().optional(),
  resource_pool_names: z.array(z.string()).optional(),
  available_resource_pool_names: z.array(z.string()).optional(),
});
export type WirePreset = z.infer<typeof wirePreset>;

export const wireCluster = z.object({
  name: z.string(),
  orgs: z.array(z.string()).nullish(),
  registry_url: z.string(),
  monitoring_url: z.string(),
  secrets_url: z.string().nullish(),
  disks_url: z.string().nullish(),
  energy_schedules: z.array(z.object({ name: z.string() })).nullish(),
  /** Each is read by itself: one that is odd hides no other. */
  resource_presets: z.array(z.unknown()),
});
export type WireCluster = z.infer<typeof wireCluster>;

export const wireProject = z.object({
  name: z.string(),
  cluster_name: z.string(),
  org_name: z.string().nullish(),
  role: z.string(),
});

export const wireConfig = z.object({
  authorized: z.boolean().optional(),
  clusters: z.array(z.unknown()).optional(),
  projects: z.array(z.unknown()).optional(),
});
export type WireConfig = z.infer<typeof wireConfig>;

/** The blob in `APOLO_PASSED_CONFIG`: base64 of this as JSON. Source: protocol reference 1.5. */
export const wirePassedConfig = z.object({
  token: z.string(),
  cluster: z.string(),
  url: z.string(),
  org_name: z.string().nullish(),
  project_name: z.string().nullish(),
});
