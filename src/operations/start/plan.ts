import { ACTIVE_STATUSES, requestTag, type StartPlan } from "../../client/index.ts";
import { nameProblems } from "../../jobs/start/problems.ts";
import type { Asking } from "../caller.ts";
import { unknownAt } from "../find/not-found.ts";
import { hasLimits, limitProblems } from "../spending/limits.ts";
import type { Checked, StartProblem } from "./check.ts";
import type { StartRequest } from "./request.ts";
import { wantedPlaces } from "./run.ts";
import type { Unseen } from "./stored.ts";

/** What was looked at, and nothing speaks against it. */
export type CheckedThing =
  | ("arguments" | "preset" | "project" | "name" | "limits")
  | ("energy_schedule" | "secrets" | "disks");

/** What only the start itself shows; `why` where it could have been looked up. */
export interface OpenThing {
  what: "image" | "quota" | "credits" | "privileged" | "priority" | "energy_schedule" | "secrets" | "disks";
  why?: Unseen;
}

/** Everything about a start but the start. */
export interface Planned extends Pick<Checked, "problems" | "plan" | "isHome"> {
  /** How many jobs of its preset could start now, where the platform says so. */
  available?: number | undefined;
  checked: CheckedThing[];
  open: OpenThing[];
}

/** Looks at other jobs, limits and room, too. */
export async function planStart(request: StartRequest, checked: Checked, call: Asking): Promise<Planned> {
  const { plan, presets, isHome } = checked;
  if (plan === undefined) return { ...checked, checked: [], open: [] };
  const { cluster } = plan.where;
  const [taken, unknown, limits, room] = await Promise.all([
    takenNames(request, plan, call),
    unknownProject(plan, call),
    limitProblems(wantedPlaces(request, plan), { context: call, presets }),
    // The plan is worth having without it.
    call.caller.platform.jobs.getCapacity({ cluster }, { signal: call.signal }).catch(() => undefined),
  ]);
  const over = limits.map((problem) => ({ code: "over_limit" as const, problem }));
  const problems = [...checked.problems, ...unknown, ...taken, ...over];
  const available = room?.[plan.preset.name];
  return { problems, plan, isHome, available, ...coverage(request, checked, call) };
}

/** What is known of a start before it is sent, and what is not. */
function coverage(
  { items: [item] }: StartRequest,
  { stored, schedules }: Checked,
  { caller: { policy } }: Asking,
): Pick<Planned, "checked" | "open"> {
  const { name, privileged, priority = "normal", energyScheduleName } = item?.options ?? {};
  const { seen = [], unseen = [] } = stored ?? {};
  const isScheduleKnown = schedules.length > 0;
  const checked: [CheckedThing, boolean][] = [
    ["arguments", true],
    ["preset", true],
    ["project", true],
    ["name", name !== undefined],
    ["limits", hasLimits(policy)],
    ["energy_schedule", energyScheduleName !== undefined && isScheduleKnown],
  ];
  const open: [OpenThing["what"], boolean][] = [
    ["image", true],
    ["quota", true],
    ["credits", true],
    ["privileged", privileged === true],
    ["priority", priority !== "normal"],
    ["energy_schedule", energyScheduleName !== undefined && !isScheduleKnown],
  ];
  return {
    checked: [
      ...checked.flatMap(([what, isSo]) => (isSo ? [what] : [])),
      ...seen.map((kind) => `${kind}s` as const),
    ],
    open: [
      ...open.flatMap(([what, isSo]) => (isSo ? [{ what }] : [])),
      ...unseen.map(({ kind, why }) => ({ what: `${kind}s` as const, why })),
    ],
  };
}

/** Names that another active job of the project has. */
async function takenNames(
  { items }: StartRequest,
  { where: { cluster, org, project } }: StartPlan,
  { caller: { platform }, signal }: Asking,
): Promise<StartProblem[]> {
  const wanted = new Map(
    items.flatMap(({ name, requestId }) => (name === undefined ? [] : [[name, requestId]])),
  );
  // The platform refuses to look for a name that cannot be one; what is wrong with it is said elsewhere.
  if ([...wanted.keys()].some((name) => nameProblems(name).length > 0)) return [];
  if (wanted.size === 0) return [];
  const taken: StartProblem[] = [];
  const [only] = wanted.size === 1 ? wanted.keys() : [];
  const filter = { statuses: ACTIVE_STATUSES, name: only, cluster, orgs: [org], projects: [project] };
  for await (const { name = "", id, tags } of platform.jobs.list(filter, { signal })) {
    const requestId = wanted.get(name);
    if (requestId === undefined || tags.includes(requestTag(requestId))) continue;
    taken.push({ code: "name_taken", name, id });
  }
  return taken;
}

/** Only the platform knows for certain of a project that the caller's configuration does not name. */
async function unknownProject(
  { where }: StartPlan,
  { caller: { platform }, signal }: Asking,
): Promise<StartProblem[]> {
  const read = async () => unknownAt(where, await platform.context({ signal }));
  if ((await read()).length === 0) return [];
  await platform.refresh({ signal });
  return (await read()).map((unknown) => ({ code: "unknown_project", unknown }));
}
