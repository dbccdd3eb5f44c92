import {
  isFullId,
  type JobDescription,
  type Platform,
  PlatformError,
  parseJobUri,
  type Where,
} from "../../client/index.ts";
import { whereIs } from "../../jobs/identity.ts";
import type { Call } from "../caller.ts";
import { resolveOne } from "../find/index.ts";
import { within } from "../within.ts";

const MAX_NAME_CHARS = 40;

/** What a rerun is made from. */
export interface RerunSource {
  /** The job to be like; on a repeat as far as it can still be told, else the job of the first call itself. */
  source: JobDescription;
  /** What the first call with the same request id started. */
  earlier?: JobDescription;
  /** That the first call took over from the source. */
  name?: string | undefined;
}

/**
 * The job that a rerun names. By the time of a repeat a name may be that of the job which the first call started,
 * so what carries the request id is looked for first.
 */
export async function rerunSource(
  sought: Sought,
  { caller: { platform }, signal }: Call,
): Promise<RerunSource> {
  return within(signal, (until) => sourceOf(sought, platform, until));
}

interface Sought {
  ref: string;
  where: Where;
  requestId: string | undefined;
}

async function sourceOf(
  { ref, where, requestId }: Sought,
  platform: Platform,
  until: AbortSignal,
): Promise<RerunSource> {
  const named = isFullId(ref) ? await resolveOne(platform, { ref, where }, until) : undefined;
  const place = named === undefined ? await placeOf({ ref, where }, platform, until) : whereIs(named);
  const earlier =
    requestId === undefined ? undefined : await platform.jobs.startedBy(requestId, place, { signal: until });
  if (earlier === undefined) return { source: named ?? (await resolveOne(platform, { ref, where }, until)) };
  const source = named ?? (await resolveOne(platform, { ref, where }, until).catch(orGone));
  if (source === undefined || source.id === earlier.id)
    return { source: earlier, earlier, name: earlier.name };
  // Its name was free or not at that time, and the life span of the source may have been extended since.
  const name = earlier.name === undefined ? undefined : source.name;
  return { source: { ...source, name, life_span: earlier.life_span }, earlier, name };
}

/** What was run again may be gone by the time of a repeat. */
function orGone(error: unknown): undefined {
  if (error instanceof PlatformError && error.code === "not_found") return undefined;
  throw error;
}

async function placeOf(
  { ref, where }: { ref: string; where: Where },
  platform: Platform,
  signal: AbortSignal,
): Promise<Where> {
  if (!/^job:/i.test(ref)) return where;
  const { selection } = await platform.context({ signal });
  const { cluster, org, project = "" } = selection;
  const base = {
    cluster: where.cluster ?? cluster,
    org: where.org ?? org,
    project: where.project ?? project,
  };
  const { ref: _, ...place } = parseJobUri(ref, base);
  return place;
}

/** A name for a second one beside it. */
export function secondName({ name = "rerun" }: JobDescription): string {
  return `${name.slice(0, MAX_NAME_CHARS - 2).replace(/-$/, "")}-2`;
}
