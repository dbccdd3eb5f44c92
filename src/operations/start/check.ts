import {
  ACTIVE_STATUSES,
  type PlatformContext,
  PlatformError,
  type Preset,
  requestTag,
  type StartOptions,
  type StartPlan,
  unreadableText,
} from "../../client/index.ts";
import { nearestNames } from "../../jobs/names/near.ts";
import {
  type Mount,
  mountProblems,
  nameProblems,
  presetProblems,
  startProblems,
} from "../../jobs/start/problems.ts";
import type { Call } from "../caller.ts";
import { markOf } from "../find/owned.ts";
import type { StartRequest } from "./request.ts";

type Context = Pick<Call, "caller" | "signal">;

/** What the platform would refuse about a request, and what would be sent. */
export interface Checked {
  problems: string[];
  /** Of the first job; absent when it cannot even be built. */
  plan?: StartPlan;
  /** Of the job's cluster. */
  presets: Preset[];
}

/** Checks everything that can be checked without looking at other jobs. */
export async function checkStart({ items }: StartRequest, { caller, signal }: Context): Promise<Checked> {
  const [first] = items;
  if (first === undefined) return { problems: [], presets: [] };
  const { presets, context } = await presetsFor(first.options, { caller, signal });
  const own = items.flatMap(({ options, requestId }) =>
    startProblems(options, [requestTag(requestId), markOf(context.user)]),
  );
  const unknown = unknownPreset(first.options.preset, presets).map((text) => text + unreadableText(context));
  const isKnown = unknown.length === 0;
  try {
    const options = isKnown ? first.options : { ...first.options, preset: undefined };
    const plan = await caller.platform.jobs.plan(options, { signal });
    const mounts = Object.values(mountsOf(plan)).flatMap((kind) => mountProblems(kind, plan.where.cluster));
    const more = [...unknown, ...(isKnown ? presetProblems(options, plan.preset) : []), ...mounts];
    return { problems: [...new Set([...own, ...more])], presets, ...(isKnown ? { plan } : {}) };
  } catch (error) {
    if (!(error instanceof PlatformError) || error.code !== "invalid_argument") throw error;
    return { problems: [...new Set([...own, ...unknown, error.message])], presets };
  }
}

/** The presets of a job's cluster: as they are now where a price is held against a limit or a name is not known. */
async function presetsFor(
  { where, preset }: StartOptions,
  { caller: { platform, policy }, signal }: Context,
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

function unknownPreset(wanted: string | undefined, presets: readonly Preset[]): string[] {
  const names = presets.map(({ name }) => name);
  if (wanted === undefined || names.length === 0 || names.includes(wanted)) return [];
  const [near] = nearestNames(wanted, names);
  const hint = near === undefined ? "" : ` Did you mean ${near}?`;
  return [`preset: there is no "${wanted.slice(0, 60)}".${hint} There are: ${names.join(", ")}.`];
}

/** Names that another active job of the project has. */
export async function takenNames(
  { items }: StartRequest,
  { where: { cluster, org, project } }: StartPlan,
  { caller: { platform }, signal }: Context,
): Promise<string[]> {
  const wanted = new Map(
    items.flatMap(({ name, requestId }) => (name === undefined ? [] : [[name, requestId]])),
  );
  // The platform refuses to look for a name that cannot be one; what is wrong with it is said elsewhere.
  if ([...wanted.keys()].some((name) => nameProblems(name).length > 0)) return [];
  if (wanted.size === 0) return [];
  const taken: string[] = [];
  const [only] = wanted.size === 1 ? wanted.keys() : [];
  const filter = { statuses: ACTIVE_STATUSES, name: only, cluster, orgs: [org], projects: [project] };
  for await (const { name = "", id, tags } of platform.jobs.list(filter, { signal })) {
    const requestId = wanted.get(name);
    if (requestId === undefined || tags.includes(requestTag(requestId))) continue;
    taken.push(`name: ${name} is the name of an active job, ${id}.`);
  }
  return taken;
}

/** A project that the caller's configuration does not name; only the platform knows for certain. */
export async function projectDoubts(
  { where: { cluster, org, project } }: StartPlan,
  { caller: { platform }, signal }: Context,
): Promise<string[]> {
  const read = async () => {
    const { projects } = await platform.context({ signal });
    return projects.filter((known) => known.cluster_name === cluster && known.org_name === org);
  };
  const isKnown = (projects: readonly { name: string }[]) => projects.some(({ name }) => name === project);
  if (isKnown(await read())) return [];
  await platform.refresh({ signal });
  const here = await read();
  if (isKnown(here)) return [];
  const names = here.map(({ name }) => name).join(", ") || "none";
  return [`project: ${project} is not among yours in ${cluster}/${org} (${names}).`];
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
