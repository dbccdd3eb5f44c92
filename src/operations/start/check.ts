import {
  askedTag,
  type PlatformContext,
  PlatformError,
  type Preset,
  requestTag,
  type StartOptions,
  type StartPlan,
} from "../../client/index.ts";
import { nearestNames } from "../../jobs/names/near.ts";
import {
  type Mount,
  mountProblems,
  presetProblems,
  type StartFault,
  startProblems,
} from "../../jobs/start/problems.ts";
import type { Asking } from "../caller.ts";
import { markOf } from "../find/owned.ts";
import type { LimitProblem } from "../spending/problems.ts";
import type { StartRequest } from "./request.ts";

/** What would be refused about a start. */
export type StartProblem =
  | StartFault
  /** In the words of who refuses it. */
  | { code: "invalid"; text: string; about?: PlatformError["about"] }
  | {
      code: "unknown_preset";
      wanted: string;
      near: string | undefined;
      known: string[];
      /** What of the platform's configuration could not be read. */
      unreadable: readonly string[];
    }
  | { code: "name_taken"; name: string; id: string }
  /** Not among those that the caller's configuration names. */
  | { code: "unknown_project"; project: string; cluster: string; org: string; known: string[] }
  | { code: "over_limit"; problem: LimitProblem };

/** What the platform would refuse about a request, and what would be sent. */
export interface Checked {
  problems: StartProblem[];
  /** Of the first job; absent when it cannot even be built. */
  plan?: StartPlan;
  /** Of the job's cluster. */
  presets: Preset[];
}

/** Checks everything that can be checked without looking at other jobs. */
export async function checkStart(
  { items, isRepeatable }: StartRequest,
  { caller, signal }: Asking,
): Promise<Checked> {
  const [first] = items;
  if (first === undefined) return { problems: [], presets: [] };
  const { presets, context } = await presetsFor(first.options, { caller, signal });
  const own = items.flatMap(({ options, requestId }) =>
    startProblems(options, [
      ...[requestTag(requestId), markOf(context.user)],
      ...(isRepeatable ? [askedTag(options)] : []),
    ]),
  );
  const unknown = unknownPreset(first.options.preset, { presets, context });
  const isKnown = unknown.length === 0;
  try {
    const options = isKnown ? first.options : { ...first.options, preset: undefined };
    const plan = await caller.platform.jobs.plan(options, { signal });
    const mounts = Object.values(mountsOf(plan)).flatMap((kind) => mountProblems(kind, plan.where.cluster));
    const more = [...(isKnown ? presetProblems(options, plan.preset) : []), ...mounts];
    return { problems: distinct([...own, ...unknown, ...more]), presets, ...(isKnown ? { plan } : {}) };
  } catch (error) {
    if (!(error instanceof PlatformError) || error.code !== "invalid_argument") throw error;
    return {
      problems: distinct([...own, ...unknown, { code: "invalid", text: error.message, about: error.about }]),
      presets,
    };
  }
}

/** The jobs of a sweep mostly have their problems in common. */
function distinct(problems: readonly StartProblem[]): StartProblem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

/** The presets of a job's cluster: as they are now where a price is held against a limit or a name is not known. */
async function presetsFor(
  { where, preset }: StartOptions,
  { caller: { platform, policy }, signal }: Asking,
): Promise<{ presets: Preset[]; context: PlatformContext }> {
  const read = async () => {
    const context = await platform.context({ signal });
    const cluster = where?.cluster ?? context.selection.cluster;
    return { presets: context.clusters.find(({ name }) => name === cluster)?.presets ?? [], context };
  };
  const hasCap = policy.maxCreditsPerJob !== undefined || policy.maxCreditsPerHour !== undefined;
  if (hasCap) await platform.refresh({ signal });
  const known = await read();
  if (hasCap || preset === undefined || known.presets.some(({ name }) => name === preset)) return known;
  await platform.refresh({ signal });
  return read();
}

function unknownPreset(
  wanted: string | undefined,
  { presets, context }: { presets: readonly Preset[]; context: PlatformContext },
): StartProblem[] {
  const known = presets.map(({ name }) => name);
  if (wanted === undefined || known.length === 0 || known.includes(wanted)) return [];
  const [near] = nearestNames(wanted, known);
  return [{ code: "unknown_preset", wanted, near, known, unreadable: context.unreadable }];
}

/** What would be mounted, by kind. */
export function mountsOf({ body }: StartPlan): Record<"storage" | "secret" | "disk", Mount[]> {
  return {
    storage: listed(body.volumes, "src_storage_uri"),
    secret: listed(body.secret_volumes, "src_secret_uri"),
    disk: listed(body.disk_volumes, "src_disk_uri"),
  };
}

/** The body is our own, but leaves the client as what goes over the wire: read like anything from outside. */
function listed(value: unknown, uriKey: string): Mount[] {
  if (!Array.isArray(value)) return [];
  return value.map((entry: Record<string, unknown>) => ({
    uri: String(entry[uriKey]),
    path: String(entry.dst_path),
    isReadOnly: entry.read_only === true,
  }));
}
