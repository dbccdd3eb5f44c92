import { z } from "zod";
import { wireAmount, wireSpan } from "./numbers.ts";

/** A job as platform-api sends it. Unknown keys are kept out of the way, never an error. Source: protocol reference 3.7. */

/** A time that exists, and that can be counted from. */
const wireTime = z.string().refine((text) => EARLIEST <= Date.parse(text) && Date.parse(text) < LATEST);
const EARLIEST = Date.parse("0001-01-01T00:00:00Z");
const LATEST = Date.UTC(10_000, 0);

/** An amount of credits: a decimal; empty where it is unknown. */
export const wireCredits = z
  .string()
  .max(64)
  .regex(/^\s*(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,2})?)?\s*$/i);

const nullableText = z.string().nullish();

const wireStatusItem = z.object({
  status: z.string(),
  transition_time: wireTime,
  reason: nullableText,
  description: nullableText,
  exit_code: z.number().int().nullish(),
});

const wireHistory = z.object({
  status: z.string().optional(),
  reason: nullableText,
  description: nullableText,
  created_at: wireTime.optional(),
  started_at: wireTime.nullish(),
  finished_at: wireTime.nullish(),
  run_time_seconds: wireSpan.nullish(),
  restarts: z.number().int().optional(),
  exit_code: z.number().int().nullish(),
});

const wireMig = z.looseObject({ count: z.number().int(), model: z.string().nullish() });

const wireResources = z.object({
  cpu: wireAmount,
  memory: wireAmount,
  shm: z.boolean().nullish(),
  nvidia_gpu: z.number().int().nullish(),
  nvidia_gpu_model: nullableText,
  amd_gpu: z.number().int().nullish(),
  amd_gpu_model: nullableText,
  intel_gpu: z.number().int().nullish(),
  intel_gpu_model: nullableText,
  nvidia_migs: z.record(z.string(), wireMig).nullish(),
  tpu: z.object({ type: nullableText, software_version: nullableText }).nullish(),
});

const wireVolume = z.object({
  src_storage_uri: z.string(),
  dst_path: z.string(),
  read_only: z.boolean().optional(),
});

const wireSecretVolume = z.object({ src_secret_uri: z.string(), dst_path: z.string() });

const wireDiskVolume = z.object({
  src_disk_uri: z.string(),
  dst_path: z.string(),
  read_only: z.boolean().optional(),
});

const wireHttp = z.object({
  port: z.number().int().optional(),
  requires_auth: z.boolean().optional(),
  health_check_path: z.string().optional(),
});

const wireContainer = z.object({
  image: z.string(),
  resources: wireResources,
  entrypoint: nullableText,
  command: nullableText,
  working_dir: nullableText,
  http: wireHttp.nullish(),
  env: z.record(z.string(), z.string()).optional(),
  volumes: z.array(wireVolume).optional(),
  secret_env: z.record(z.string(), z.string()).nullish(),
  secret_volumes: z.array(wireSecretVolume).nullish(),
  disk_volumes: z.array(wireDiskVolume).nullish(),
  tty: z.boolean().nullish(),
});

export const wireJob = z.object({
  id: z.string(),
  owner: z.string(),
  cluster_name: z.string(),
  org_name: nullableText,
  project_name: nullableText,
  namespace: nullableText,
  org_project_hash: nullableText,
  uri: z.string(),
  status: z.string(),
  statuses: z.array(wireStatusItem).optional(),
  history: wireHistory,
  container: wireContainer,
  scheduler_enabled: z.boolean(),
  pass_config: z.boolean(),
  preemptible_node: z.boolean().optional(),
  restart_policy: z.string().optional(),
  privileged: z.boolean().optional(),
  materialized: z.boolean().optional(),
  being_dropped: z.boolean().optional(),
  logs_removed: z.boolean().optional(),
  total_price_credits: wireCredits,
  price_credits_per_hour: wireCredits,
  priority: z.string().optional(),
  name: nullableText,
  preset_name: nullableText,
  description: nullableText,
  tags: z.array(z.string()).nullish(),
  http_url: nullableText,
  http_url_named: nullableText,
  internal_hostname: nullableText,
  internal_hostname_named: nullableText,
  schedule_timeout: wireSpan.nullish(),
  max_run_time_minutes: wireSpan.nullish(),
  energy_schedule_name: nullableText,
});
export type WireJob = z.infer<typeof wireJob>;
