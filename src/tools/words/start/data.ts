import { z } from "zod";
import { allUnlisted } from "../../answers.ts";

const text = z.string().optional();
const values = z.record(z.string(), z.string());

/** A job that was started, beside its id and status. */
export const startedJob = allUnlisted({
  name: text,
  reason: text,
  owner: text,
  project: text,
  request_id: text,
  /** By an earlier call. */
  repeated: z.boolean().optional(),
  values: values.optional(),
  http_url: text,
  output: text,
});

export const failedStart = z.looseObject(
  allUnlisted({ index: z.int(), name: text, values: values.optional(), error: z.string() }),
);

/** What would be started; only problems and count where that cannot be told. */
export const plan = z.looseObject(
  allUnlisted({
    problems: z.array(z.string()),
    count: z.int(),
    where: text,
    image: text,
    command: text,
    entrypoint: text,
    preset: text,
    gpu: text,
    cpu: z.number().optional(),
    memory_gib: z.number().optional(),
    credits_per_hour: text,
    worst_case_credits: text,
    life_span_seconds: z.number().optional(),
    mounts: z.array(z.string()).optional(),
    env_names: z.array(z.string()).optional(),
    secret_env: values.optional(),
    http_port: z.int().optional(),
    http_auth: z.boolean().optional(),
    restart_policy: text,
    pass_config: z.boolean().optional(),
    options: z.array(z.string()).optional(),
    available: z.number().optional(),
    decided_at_start: z.array(z.string()).optional(),
    doubts: z.array(z.string()).optional(),
  }),
);

/** What every answer about a start may have besides. */
export const startFacts = allUnlisted({
  request_id: text,
  tag: text,
  owner: text,
  project: text,
  earlier: z
    .looseObject({
      job: z.string(),
      id: z.string(),
      owner: z.string(),
      project: z.string(),
      status: z.string(),
    })
    .optional(),
});
