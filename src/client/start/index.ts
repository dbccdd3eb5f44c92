import type { CallOptions } from "../call.ts";
import { type Connection, imageBase, jobsUrl } from "../connection.ts";
import { invalidArgument, PlatformError } from "../errors.ts";
import type { JobDescription, Preset, Resources } from "../job.ts";
import type { ImageBase } from "../names/images.ts";
import { type Base, requireProject } from "../names/uris.ts";
import { parseJob } from "../records/to-job.ts";
import {
  type ContainerOptions,
  containerFields,
  type JobOptions,
  jobFields,
  type StartOptions,
  startBody,
  type WireStartBody,
} from "./body.ts";

/** What a start would send, and where. */
export interface StartPlan {
  where: Base;
  preset: Preset;
  body: WireStartBody;
}

/** A start that can be sent. */
export type PreparedStart = Awaited<ReturnType<typeof prepareStart>>;

/** The deprecated start with resources spelled out instead of a preset. Source: protocol reference 3.3. */
export interface RunOptions extends ContainerOptions, JobOptions {
  resources: Omit<Resources, "nvidia_migs">;
  /** Lets the platform suspend the job in favour of others. */
  schedulerEnabled?: boolean | undefined;
}

/** Resolves and checks a start as far as that is possible without sending it. @throws {PlatformError} `invalid_argument` */
export async function prepareStart(at: Connection, options: StartOptions, call?: CallOptions) {
  const prepared = await prepare(at, options, call);
  const { base, body, presets } = prepared;
  const preset = presets.find(({ name }) => name === body.preset_name);
  if (preset === undefined)
    throw invalidArgument(`There is no preset "${options.preset}"${offer(presets)}`, { about: "preset" });
  return { ...prepared, where: requireProject(base.base), preset };
}

/**
 * Starts a job; never sent twice. @throws {PlatformError} `invalid_argument` before anything is sent ·
 * `invalid_request` · `not_permitted` · `no_credits` · `quota`. Source: protocol reference 3.2 and 3.8.
 */
export async function startJob(at: Connection, options: StartOptions, call?: CallOptions) {
  return sendStart(at, await prepare(at, options, call), call);
}

async function prepare(at: Connection, options: StartOptions, call?: CallOptions) {
  const base = await imageBase(at, options.where, call);
  const { cluster } = base.base;
  const { presets } = await at.directory.cluster(cluster, call);
  const preset = options.preset ?? presets[0]?.name;
  if (preset === undefined) throw invalidArgument(`Cluster "${cluster}" has no presets.`);
  return { base, presets, body: startBody(options, preset, base) };
}

/** Sends a prepared start. */
export async function sendStart(
  at: Connection,
  { base, body, presets }: Awaited<ReturnType<typeof prepare>>,
  call?: CallOptions,
): Promise<JobDescription> {
  try {
    return await send(at, { url: `${jobsUrl(at)}?from_preset`, body, base }, call);
  } catch (error) {
    throw nameThePresets(error, presets);
  }
}

/** Starts a job with its resources spelled out; never sent twice. Prefer `start`. Source: protocol reference 3.3. */
export async function runJob(at: Connection, options: RunOptions, call?: CallOptions) {
  const base = await imageBase(at, options.where, call);
  const body = {
    ...jobFields(options, base),
    scheduler_enabled: options.schedulerEnabled ?? false,
    container: { ...containerFields(options, base), resources: wireResources(options.resources) },
  };
  return send(at, { url: jobsUrl(at), body, base }, call);
}

async function send(
  at: Connection,
  { url, body, base }: { url: string; body: WireStartBody; base: ImageBase },
  call?: CallOptions,
): Promise<JobDescription> {
  return parseJob(
    await at.http.json({ what: "Starting a job", method: "POST", url, json: body }, call),
    base,
  );
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

/** The platform refuses an unknown preset without saying which there are. */
function nameThePresets(error: unknown, presets: Preset[]): unknown {
  if (!(error instanceof PlatformError) || error.serverText !== "Preset was not found") return error;
  const { request, serverText } = error;
  const message = `Preset was not found${offer(presets)}`;
  return new PlatformError(error.code, message, { cause: error, request, serverText });
}

function offer(presets: Preset[]): string {
  return `; there are: ${presets.map(({ name }) => name).join(", ")}.`;
}
