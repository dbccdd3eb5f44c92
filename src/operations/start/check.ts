import {
  askedTag,
  type PlatformContext,
  PlatformError,
  type Preset,
  requestTag,
  type StartOptions,
  type StartPlan,
} from "../../client/index.ts";
import { likeHardware } from "../../jobs/hardware.ts";
import { nearestNames, type UnknownProject } from "../../jobs/names/near.ts";
import { mountProblems, presetProblems, type StartFault, startProblems } from "../../jobs/start/problems.ts";
import type { Asking } from "../caller.ts";
import { markOf } from "../find/owned.ts";
import type { LimitProblem } from "../spending/problems.ts";
import { mountsOf } from "./mounts.ts";
import type { StartRequest } from "./request.ts";
import { type LookedUp, lookUpStored, type UnknownStored } from "./stored.ts";

/** What would be refused about a start. */
export type StartProblem =
  | StartFault
  /** In the words of who refuses it. */
  | { code: "invalid"; text: string; about?: PlatformError["about"] }
  | {
      code: "unknown_preset";
      wanted: string;
      near: string | undefined;
      /** Those with the hardware that the name wanted speaks of. */
      alike: string[];
      known: string[];
      /** What of the platform's configuration could not be read. */
      unreadable: readonly string[];
    }
  | { code: "unknown_schedule"; wanted: string; near: string | undefined; known: string[] }
  | UnknownStored
  | { code: "name_taken"; name: string; id: string }
  /** Not among those that the caller's configuration names. */
  | { code: "unknown_project"; unknown: UnknownProject }
  | { code: "over_limit"; problem: LimitProblem };

/** What the platform would refuse about a request, and what would be sent. */
export interface Checked {
  problems: StartProblem[];
  /** Of the first job; absent when it cannot even be built. */
  plan?: StartPlan;
  /** It goes where the caller's jobs go that name no place. */
  isHome?: boolean | undefined;
  /** Of the job's cluster. */
  presets: Preset[];
  /** Energy schedules of that cluster; none where it lists none. */
  schedules: string[];
  /** Absent where it could not be looked up. */
  stored?: LookedUp;
}

/** Checks everything that can be checked without looking at other jobs. */
export async function checkStart(
  { items, isRepeatable }: StartRequest,
  { caller, signal }: Asking,
): Promise<Checked> {
  const [first] = items;
  if (first === undefined) return { problems: [], presets: [], schedules: [] };
  const { presets, schedules, context } = await clusterFor(first.options, { caller, signal });
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
    const stored = await lookUpStored(plan, { caller, signal });
    const more = [...(isKnown ? presetProblems(options, plan.preset) : []), ...mounts, ...stored.problems];
    const problems = distinct([...own, ...unknown, ...unknownSchedule(options, schedules), ...more]);
    const isHome = isSelected(plan, context);
    return { problems, presets, schedules, stored, isHome, ...(isKnown ? { plan } : {}) };
  } catch (error) {
    if (!(error instanceof PlatformError) || error.code !== "invalid_argument") throw error;
    // Of a local folder more has been said already.
    const isSaid = error.about === "volumes" && own.some(({ code }) => code === "local_folder");
    const refused = isSaid ? [] : [{ code: "invalid" as const, text: error.message, about: error.about }];
    return {
      problems: distinct([...own, ...unknown, ...refused]),
      presets,
      schedules,
    };
  }
}

function isSelected({ where }: StartPlan, { selection }: PlatformContext): boolean {
  const { cluster, org, project } = selection;
  return where.cluster === cluster && where.org === org && where.project === project;
}

/** The jobs of a sweep mostly have their problems in common. */
function distinct(problems: readonly StartProblem[]): StartProblem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

/** What a job's cluster offers: as it is now where a price is held against a limit or a name is not known. */
async function clusterFor(
  { where, preset, energyScheduleName: schedule }: StartOptions,
  { caller: { platform, policy }, signal }: Asking,
): Promise<{ presets: Preset[]; schedules: string[]; context: PlatformContext }> {
  const read = async () => {
    const context = await platform.context({ signal });
    const wanted = where?.cluster ?? context.selection.cluster;
    const cluster = context.clusters.find(({ name }) => name === wanted);
    return { presets: cluster?.presets ?? [], schedules: cluster?.energySchedules ?? [], context };
  };
  const hasCap = policy.maxCreditsPerJob !== undefined || policy.maxCreditsPerHour !== undefined;
  if (hasCap) await platform.refresh({ signal });
  const known = await read();
  const isKnown =
    (preset === undefined || known.presets.some(({ name }) => name === preset)) &&
    (schedule === undefined || known.schedules.includes(schedule));
  if (hasCap || isKnown) return known;
  await platform.refresh({ signal });
  return read();
}

function unknownPreset(
  wanted: string | undefined,
  { presets, context }: { presets: readonly Preset[]; context: PlatformContext },
): StartProblem[] {
  const known = presets.map(({ name }) => name);
  if (wanted === undefined || known.length === 0 || known.includes(wanted)) return [];
  const alike = likeHardware(wanted, presets);
  const [near] = nearestNames(wanted, alike);
  return [{ code: "unknown_preset", wanted, near, alike, known, unreadable: context.unreadable }];
}

function unknownSchedule(
  { energyScheduleName: wanted }: StartOptions,
  known: readonly string[],
): StartProblem[] {
  if (wanted === undefined || known.length === 0 || known.includes(wanted)) return [];
  const [near] = nearestNames(wanted, known);
  return [{ code: "unknown_schedule", wanted, near, known: [...known] }];
}
