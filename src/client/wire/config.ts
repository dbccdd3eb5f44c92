import { z } from "zod";
import { wireCredits } from "./job.ts";
import { wireAmount } from "./numbers.ts";

/** `GET {api}/config` and what it holds. Source: protocol reference 1.7. */

/** Every answer quotes some of them. */
const wireName = z.string().max(500);

const wireGpu = z.object({
  count: z.number().int(),
  model: wireName.nullish(),
  memory: wireAmount.nullish(),
});

const gpus = {
  nvidia_gpu: wireGpu.nullish(),
  amd_gpu: wireGpu.nullish(),
  intel_gpu: wireGpu.nullish(),
  nvidia_migs: z.record(z.string(), wireGpu).nullish(),
};

export const wirePreset = z.object({
  name: wireName,
  credits_per_hour: wireCredits,
  cpu: wireAmount,
  memory: wireAmount,
  ...gpus,
  tpu: z.object({ type: wireName, software_version: wireName }).nullish(),
  scheduler_enabled: z.boolean().optional(),
  preemptible_node: z.boolean().optional(),
  resource_pool_names: z.array(wireName).optional(),
  available_resource_pool_names: z.array(wireName).optional(),
});
export type WirePreset = z.infer<typeof wirePreset>;

/** Where a service is, and not merely a text. */
const wireAddress = wireName.refine((text) => /^https?:/i.test(text) && URL.canParse(text));

export const wireCluster = z.object({
  name: wireName,
  orgs: z.array(wireName).nullish(),
  registry_url: wireName,
  monitoring_url: wireAddress,
  secrets_url: wireAddress.nullish(),
  disks_url: wireAddress.nullish(),
  energy_schedules: z.array(z.object({ name: wireName })).nullish(),
  /** Each is read by itself: one that is odd hides no other. */
  resource_presets: z.array(z.unknown()),
});
export type WireCluster = z.infer<typeof wireCluster>;

export const wireProject = z.object({
  name: wireName,
  cluster_name: wireName,
  org_name: wireName.nullish(),
  role: wireName,
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
