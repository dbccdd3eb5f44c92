import type { CallOptions, Where } from "../call.ts";
import type { Preset } from "../config/preset.ts";
import { type Connection, imageBase, jobsUrl } from "../connection.ts";
import { PlatformError } from "../errors.ts";
import type { JobDescription } from "../job.ts";
import type { ImageBase } from "../names/images.ts";
import { type Base, requireProject } from "../names/uris.ts";
import { parseJob } from "../records/to-job.ts";
import { type StartOptions, startBody, type WireStartBody } from "./body.ts";

/** What a start would send, and where. */
export interface StartPlan {
  where: Base;
  preset: Preset;
  body: WireStartBody;
}

/** A start that can be sent. */
export interface PreparedStart extends StartPlan {
  base: ImageBase;
  presets: Preset[];
}

/** Resolves and checks a start as far as that is possible without sending it. @throws {PlatformError} `invalid_argument` */
export async function planStart(
  at: Connection,
  options: StartOptions,
  call?: CallOptions,
): Promise<StartPlan> {
  const { where, preset, body } = await prepareStart(at, options, call);
  return { where, preset, body };
}

/**
 * Starts a job; never sent twice. @throws {PlatformError} `invalid_argument` before anything is sent ·
 * `invalid_request` · `not_permitted` · `no_credits` · `quota`. Source: protocol reference 3.2 and 3.8.
 */
export async function startJob(
  at: Connection,
  options: StartOptions,
  call?: CallOptions,
): Promise<JobDescription> {
  const { base, presets, body } = await prepare(at, options, call);
  return sendStart(at, { base, presets, body }, call);
}

/** The same as `planStart`, ready for `sendStart`. */
export async function prepareStart(
  at: Connection,
  options: StartOptions,
  call?: CallOptions,
): Promise<PreparedStart> {
  const { base, body, presets } = await prepare(at, options, call);
  const preset = presets.find(({ name }) => name === body.preset_name);
  if (preset === undefined)
    throw new PlatformError("invalid_argument", `There is no preset "${options.preset}"${offer(presets)}`);
  return { where: requireProject(base.base), preset, body, base, presets };
}

/** Sends a prepared start. */
export async function sendStart(
  at: Connection,
  { base, body, presets }: Pick<PreparedStart, "base" | "body" | "presets">,
  call?: CallOptions,
): Promise<JobDescription> {
  const url = `${jobsUrl(at)}?from_preset`;
  try {
    const answer = await at.http.json({ what: "Starting a job", method: "POST", url, json: body }, call);
    return parseJob(answer, base);
  } catch (error) {
    throw nameThePresets(error, presets);
  }
}

async function prepare(
  at: Connection,
  options: StartOptions,
  call?: CallOptions,
): Promise<Pick<PreparedStart, "base" | "body" | "presets">> {
  const base = await imageBase(at, options.where, call);
  const presets = await presetsOf(at, base.base, call);
  const preset = options.preset ?? presets[0]?.name;
  if (preset === undefined)
    throw new PlatformError("invalid_argument", `Cluster "${base.base.cluster}" has no presets.`);
  return { base, presets, body: startBody(options, preset, base) };
}

async function presetsOf(
  at: Connection,
  where: Where & { cluster: string },
  call?: CallOptions,
): Promise<Preset[]> {
  return (await at.directory.cluster(where.cluster, call)).presets;
}

/** The platform refuses an unknown preset without saying which there are. */
function nameThePresets(error: unknown, presets: Preset[]): unknown {
  if (!(error instanceof PlatformError) || error.serverText !== "Preset was not found") return error;
  const { request, serverText } = error;
  return new PlatformError(error.code, `Preset was not found${offer(presets)}`, {
    cause: error,
    request,
    serverText,
  });
}

function offer(presets: Preset[]): string {
  return `; there are: ${presets.map(({ name }) => name).join(", ")}.`;
}
