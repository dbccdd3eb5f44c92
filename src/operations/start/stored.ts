import { PlatformError, type StartPlan, type StoredKind } from "../../client/index.ts";
import { nearestNames } from "../../jobs/names/near.ts";
import type { Asking } from "../caller.ts";
import { within } from "../within.ts";
import { mountsOf } from "./mounts.ts";

/** A start is not to wait for long for what its failure would also show. */
const LOOK_MS = 3000;
const MOST_NAMES = 10;

/** Something that a start refers to and that the caller cannot read there, if it is there at all. */
export interface UnknownStored {
  code: "unknown_stored";
  field: "secret_env" | "volumes";
  kind: StoredKind;
  wanted: string;
  /** `org/project` */
  place: string;
  near: string | undefined;
  /** The first few that there are. */
  known: string[];
}

/** What was looked up for a start. */
export interface LookedUp {
  problems: UnknownStored[];
  seen: StoredKind[];
  /** What could not be, and why. */
  unseen: { kind: StoredKind; why: Unseen }[];
}

export type Unseen = "not_permitted" | "no_answer" | "not_offered";

interface Ref extends Pick<UnknownStored, "field" | "kind" | "wanted"> {
  where: StartPlan["where"];
}

/** Looks for the secrets and disks that a start refers to: one request for each kind and project, all at once. */
export async function lookUpStored(plan: StartPlan, call: Asking): Promise<LookedUp> {
  const byPlace = new Map<string, [Ref, ...Ref[]]>();
  for (const ref of refsOf(plan)) {
    const key = `${ref.kind} ${placeText(ref)}`;
    byPlace.set(key, [ref, ...(byPlace.get(key) ?? [])]);
  }
  const looks = await Promise.all([...byPlace.values()].map((refs) => lookUp(refs, call)));
  const unseen = looks.flatMap((look) => ("why" in look ? [look] : []));
  const kinds = new Set(looks.flatMap((look) => ("problems" in look ? [look.kind] : [])));
  return {
    problems: looks.flatMap((look) => ("problems" in look ? look.problems : [])),
    seen: [...kinds].filter((kind) => !unseen.some((other) => other.kind === kind)),
    unseen: [...new Map(unseen.map((look) => [look.kind, look])).values()],
  };
}

/** Those of one kind in one project. */
async function lookUp(
  refs: readonly [Ref, ...Ref[]],
  { caller: { platform }, signal }: Asking,
): Promise<{ kind: StoredKind } & ({ problems: UnknownStored[] } | { why: Unseen })> {
  const [{ kind, where }] = refs;
  try {
    const known = await within(
      signal,
      (until) => platform.jobs.stored(kind, where, { signal: until }),
      LOOK_MS,
    );
    if (known === undefined) return { kind, why: "not_offered" };
    const missing = refs.filter(({ wanted }) => !known.includes(wanted));
    return { kind, problems: missing.map((ref) => unknownAmong(known, ref)) };
  } catch (error) {
    if (signal.aborted || !(error instanceof PlatformError)) throw error;
    return { kind, why: error.code === "not_permitted" ? "not_permitted" : "no_answer" };
  }
}

function unknownAmong(known: readonly string[], ref: Ref): UnknownStored {
  const { field, kind, wanted } = ref;
  // An id says nothing to a reader; a disk without a name has no other.
  const names = known.filter((name) => kind === "secret" || !name.startsWith("disk-"));
  const [near] = nearestNames(wanted, names);
  return {
    code: "unknown_stored",
    ...{ field, kind, wanted, place: placeText(ref), near, known: names.slice(0, MOST_NAMES) },
  };
}

function placeText({ where: { org, project } }: Ref): string {
  return `${org}/${project}`;
}

function refsOf(plan: StartPlan): Ref[] {
  const { secret, disk } = mountsOf(plan);
  const { secret_env: env = {} } = plan.body;
  return [
    ...Object.values(env as Record<string, string>).map((uri) => ({ field: "secret_env" as const, uri })), // as `startBody` makes it
    ...[...secret, ...disk].map(({ uri }) => ({ field: "volumes" as const, uri })),
  ].flatMap(({ field, uri }) => {
    const ref = refOf(uri, plan);
    return ref === undefined ? [] : [{ field, ...ref }];
  });
}

type Parts = { kind: StoredKind } & Record<"cluster" | "org" | "project" | "name", string>;

/** Of another cluster, or without an org, the platform says what it thinks of it. */
function refOf(uri: string, { where: { cluster: own } }: StartPlan): Omit<Ref, "field"> | undefined {
  const { groups } =
    /^(?<kind>secret|disk):\/\/(?<cluster>[^/]+)\/(?<org>[^/]+)\/(?<project>[^/]+)\/(?<name>.+)$/.exec(uri) ??
    {};
  const parts = groups as Parts | undefined; // none of them is optional
  if (parts?.cluster !== own) return undefined;
  const { kind, cluster, org, project, name } = parts;
  return {
    kind,
    wanted: decoded(name),
    where: { cluster, org: decoded(org), project: decoded(project) },
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
