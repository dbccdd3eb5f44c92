import { ACTIVE_STATUSES, requestTag, type StartPlan } from "../../client/index.ts";
import { nameProblems } from "../../jobs/start/problems.ts";
import type { Asking } from "../caller.ts";
import { limitProblems } from "../spending/limits.ts";
import type { Checked, StartProblem } from "./check.ts";
import type { StartRequest } from "./request.ts";
import { wantedPlaces } from "./run.ts";

/** Everything about a start but the start. */
export interface Planned extends Pick<Checked, "problems" | "plan"> {
  /** How many jobs of its preset could start now, where the platform says so. */
  available?: number | undefined;
}

/** Looks at other jobs, limits and room, too. */
export async function planStart(request: StartRequest, checked: Checked, call: Asking): Promise<Planned> {
  const { plan, presets } = checked;
  if (plan === undefined) return checked;
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
  return { problems, plan, available: room?.[plan.preset.name] };
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
  { where: { cluster, org, project } }: StartPlan,
  { caller: { platform }, signal }: Asking,
): Promise<StartProblem[]> {
  const read = async () => {
    const { projects } = await platform.context({ signal });
    const here = projects.filter((known) => known.cluster_name === cluster && known.org_name === org);
    return here.map(({ name }) => name);
  };
  if ((await read()).includes(project)) return [];
  await platform.refresh({ signal });
  const known = await read();
  return known.includes(project) ? [] : [{ code: "unknown_project", project, cluster, org, known }];
}
