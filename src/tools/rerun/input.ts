import { z } from "zod";
import { jobRef, lifeSpan, project, textArg } from "../args.ts";
import { startInput } from "../start/input.ts";

const start = startInput.shape;

/** Without a description where job_start has one: the tool's own says so. */
export const rerunInput = z.strictObject({
  job: jobRef,
  project: project.unwrap().optional(),
  to_project: project.describe("Another"),
  name: start.name.unwrap().optional(),
  image: textArg("python:3.12").optional(),
  command: start.command.unwrap().optional(),
  preset: start.preset.unwrap().optional(),
  env: start.env.unwrap().optional(),
  secret_env: start.secret_env.unwrap().optional(),
  volumes: start.volumes.unwrap().optional(),
  tags: start.tags.unwrap().optional(),
  life_span: lifeSpan.optional(),
  schedule_timeout: start.schedule_timeout.unwrap().optional(),
  restart_policy: start.restart_policy.unwrap().meta({ wordsUnlisted: true }).optional(),
  priority: start.priority.unwrap().meta({ wordsUnlisted: true }).optional(),
  dry_run: z.boolean().default(true),
  wait_seconds: start.wait_seconds.unwrap().optional(),
  request_id: start.request_id.unwrap().optional(),
});
export type RerunArguments = z.output<typeof rerunInput>;
