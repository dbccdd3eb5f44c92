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
  { requestId, ...sought }: Sought & { requestId: string | undefined },
  { caller: { platform }, signal }: Call,
): Promise<RerunSource> {
  return within(signal, async (until) => {
    const resolve = () => resolveOne(platform, sought, until);
    const named = isFullId(sought.ref) ? await resolve() : undefined;
    const from = named === undefined ? await placeOf(sought, platform, until) : whereIs(named);
    const place = { ...from, ...sought.to };
    const earlier =
      requestId === undefined
        ? undefined
        : await platform.jobs.startedBy(requestId, place, { signal: until });
    if (earlier === undefined) return { source: named ?? (await resolve()) };
    return asThen(named ?? (await resolve().catch(orGone)), earlier);
  });
}

/** The source as it was for the first call, as far as what that started tells. */
function asThen(source: JobDescription | undefined, earlier: JobDescription): RerunSource {
  if (source === undefined) return { source: earlier, earlier, name: earlier.name };
  // Its name was free or not at that time, and the life span of the source may have been extended since.
  const name = earlier.name === undefined ? undefined : source.name;
  return { source: { ...source, name, life_span: earlier.life_span }, earlier, name };
}

interface Sought {
  ref: string;
  where: Where;
  /** Where the new job is to be, if not beside the old one. */
  to: Where;
}

/** What was run again may be gone by the time of a repeat. */
function orGone(error: unknown): undefined {
  if (error instanceof PlatformError && error.code === "not_found") return undefined;
  throw error;
}

async function placeOf(
  { ref, where }: Omit<Sought, "to">,
  platform: Platform,
  signal: AbortSignal,
): Promise<Where> {
  if (!/^job:/i.test(ref)) return where;
  const { selection } = await platform.context({ signal });
  const { cluster = selection.cluster, org = selection.org, project = selection.project ?? "" } = where;
  const { ref: _, ...place } = parseJobUri(ref, { cluster, org, project });
  return place;
}

/** A name for a second one beside it. */
export function secondName({ name = "rerun" }: JobDescription): string {
  return `${name.slice(0, MAX_NAME_CHARS - 2).replace(/-$/, "")}-2`;
}
