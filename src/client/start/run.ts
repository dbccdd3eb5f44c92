import type { CallOptions } from "../call.ts";
import { type Connection, imageBase, jobsUrl } from "../connection.ts";
import type { JobDescription, Resources } from "../job.ts";
import { parseJob } from "../records/to-job.ts";
import { type ContainerOptions, containerFields, type JobOptions, jobFields } from "./body.ts";

/** The deprecated start with resources spelled out instead of a preset. Source: protocol reference 3.3. */
export interface RunOptions extends ContainerOptions, JobOptions {
  resources: Omit<Resources, "nvidia_migs">;
  /** Lets the platform suspend the job in favour of others. */
  schedulerEnabled?: boolean | undefined;
}

/** Starts a job with its resources spelled out; never sent twice. Prefer `start`. Source: protocol reference 3.3. */
export async function runJob(
  at: Connection,
  options: RunOptions,
  call?: CallOptions,
): Promise<JobDescription> {
  const base = await imageBase(at, options.where, call);
  const body = {
    ...jobFields(options, base),
    scheduler_enabled: options.schedulerEnabled ?? false,
    container: { ...containerFields(options, base), resources: wireResources(options.resources) },
  };
  const answer = await at.http.json(
    { what: "Starting a job", method: "POST", url: jobsUrl(at), json: body },
    call,
  );
  return parseJob(answer, base);
}

function wireResources({
  memory,
  cpu,
  shm,
  tpu_type,
  tpu_software_version,
  ...gpus
}: RunOptions["resources"]) {
  const named = Object.entries(gpus).filter(([, value]) => Boolean(value));
  return {
    memory,
    cpu,
    shm,
    ...Object.fromEntries(named),
    ...(tpu_type === undefined ? {} : { tpu: { type: tpu_type, software_version: tpu_software_version } }),
  };
}
