import { z } from "zod";
import {
  maybeFlag,
  maybeNumber,
  maybeText,
  maybeTexts,
  openObject,
  text,
  texts,
  whichJob,
} from "../../answers.ts";

const values = z.record(text, text).optional();

/** A job that was started. */
export const startedJob = {
  name: maybeText,
  id: text,
  status: text,
  reason: maybeText,
  owner: maybeText,
  project: maybeText,
  request_id: maybeText,
  /** By an earlier call. */
  repeated: maybeFlag,
  values,
  http_url: maybeText,
  output: maybeText,
};

export const failedStart = openObject({}, { index: z.int(), name: maybeText, values, error: text });

/** What would be started; only problems and count where that cannot be told. */
export const plan = openObject(
  {},
  {
    problems: texts,
    count: z.int(),
    where: maybeText,
    image: maybeText,
    command: maybeText,
    entrypoint: maybeText,
    preset: maybeText,
    gpu: maybeText,
    cpu: maybeNumber,
    memory_gib: maybeNumber,
    credits_per_hour: maybeText,
    worst_case_credits: maybeText,
    life_span_seconds: maybeNumber,
    mounts: maybeTexts,
    env_names: maybeTexts,
    secret_env: values,
    http_port: maybeNumber,
    http_auth: maybeFlag,
    restart_policy: maybeText,
    pass_config: maybeFlag,
    options: maybeTexts,
    available: maybeNumber,
    decided_at_start: maybeTexts,
    doubts: maybeTexts,
  },
);

/** What every answer about a start may have besides. */
export const startFacts = {
  request_id: maybeText,
  tag: maybeText,
  owner: maybeText,
  project: maybeText,
  earlier: z.looseObject({ ...whichJob, status: text }).optional(),
};
