import { z } from "zod";

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

const wirePreset = z.object({
  name: z.string(),
  credits_per_hour: z.string(),
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

const wirePool = z.object({
  name: z.string(),
  min_size: z.number().int(),
  max_size: z.number().int(),
  cpu: z.number(),
  memory: z.number(),
  disk_size: z.number(),
  ...gpus,
  is_preemptible: z.boolean().optional(),
});

const wireCluster = z.object({
  name: z.string(),
  orgs: z.array(z.string()).nullish(),
  registry_url: z.string(),
  storage_url: z.string().optional(),
  users_url: z.string().optional(),
  monitoring_url: z.string(),
  secrets_url: z.string().optional(),
  disks_url: z.string().optional(),
  buckets_url: z.string().optional(),
  resource_pool_types: z.array(wirePool).optional(),
  resource_presets: z.array(wirePreset),
});
export type WireCluster = z.infer<typeof wireCluster>;

const wireProject = z.object({
  name: z.string(),
  cluster_name: z.string(),
  org_name: z.string().nullish(),
  role: z.string(),
});

export const wireConfig = z.object({
  authorized: z.boolean().optional(),
  clusters: z.array(wireCluster).optional(),
  projects: z.array(wireProject).optional(),
  admin_url: z.string().nullish(),
  token_url: z.string().nullish(),
  client_id: z.string().nullish(),
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
