import {
  type JobDescription,
  type Platform,
  type PlatformContext,
  PlatformError,
  type Where,
} from "../../client/index.ts";
import type { NextCall } from "../../jobs/next-call.ts";
import { nameProblems } from "../../jobs/start/problems.ts";
import { type RefHint, type Unresolved, UnresolvedError } from "./refused.ts";

/** `cluster/org/project`, read from the right. */
export function whereOf(text: string | undefined): Where {
  if (text === undefined) return {};
  const [name, org, cluster] = text.split("/").reverse();
  return {
    ...(cluster === undefined ? {} : { cluster }),
    ...(org === undefined ? {} : { org }),
    ...(name === undefined ? {} : { project: name }),
  };
}

/** The job behind one ref, for the tools that take one. @throws {PlatformError} with what to try next */
export async function resolveOne(
  platform: Platform,
  { ref, where }: { ref: string; where: Where },
  signal: AbortSignal,
): Promise<JobDescription> {
  try {
    return await platform.jobs.resolve(ref, where, { signal });
  } catch (error) {
    throw error instanceof PlatformError ? await withHint({ ref, error }, { platform, signal }) : error;
  }
}

/** The jobs behind some refs, each once, in the order given, and the refs that failed. */
export async function resolveMany(
  platform: Platform,
  { refs, where }: { refs: readonly string[]; where: Where },
  signal: AbortSignal,
): Promise<{ jobs: JobDescription[]; failed: Unresolved[] }> {
  const outcomes = await platform.jobs.statusMany([...new Set(refs)], where, { signal });
  const jobs = new Map<string, JobDescription>();
  const failed: Unresolved[] = [];
  for (const outcome of outcomes) {
    if ("job" in outcome) jobs.set(outcome.job.id, outcome.job);
    else failed.push({ ref: outcome.ref, error: await withHint(outcome, { platform, signal }) });
  }
  const [first] = failed;
  // One platform that is away is one error, not as many as there are refs.
  if (first !== undefined && !isAboutRef(first.error)) throw first.error;
  return { jobs: [...jobs.values()], failed };
}

/** How the next call finds the same jobs: by name where the caller did so with nothing else, by id otherwise. */
export function refsAgain(
  jobs: readonly JobDescription[],
  { refs, project }: { refs: readonly string[]; project: string | undefined },
): string[] {
  return jobs.map(({ id, name }) =>
    name !== undefined && project === undefined && refs.includes(name) ? name : id,
  );
}

/** The same where every ref must name a job. @throws {UnresolvedError} with the code of the first mistake, naming all */
export async function resolveAll(
  platform: Platform,
  target: { refs: readonly string[]; where: Where },
  signal: AbortSignal,
): Promise<JobDescription[]> {
  const { jobs, failed } = await resolveMany(platform, target, signal);
  const [first, ...others] = failed;
  if (first === undefined) return jobs;
  if (others.length === 0) throw first.error;
  throw new UnresolvedError(first.error, [{ reason: "several", failed }]);
}

/** The commonest reason why a name is not found is that it is in another project. */
async function withHint(
  { ref, error }: Unresolved,
  { platform, signal }: { platform: Platform; signal: AbortSignal },
): Promise<PlatformError> {
  if (error.code === "invalid_argument" && ref.includes("/")) {
    const message = `${JSON.stringify(ref.slice(0, 80))} is not a job reference:`;
    return new UnresolvedError(error, [placeHint(ref, await platform.context({ signal }))], { message });
  }
  if (error.code !== "not_found") return error;
  if (/^job[-:]/.test(ref)) return new UnresolvedError(error, [{ reason: "newest", call: listCall({}) }]);
  const wanted = ref.slice(0, 80);
  const call = listCall(nameProblems(ref).length === 0 ? { name: wanted } : { text: wanted });
  return new UnresolvedError(error, [{ reason: "elsewhere", call }]);
}

/** `nlp/annotate`: a project, or an owner, stands in front of the name. */
function placeHint(ref: string, { projects, selection }: PlatformContext): RefHint {
  const [place = "", name = ""] = /^(.*)\/([^/]*)$/.exec(ref)?.slice(1) ?? [];
  const found = projects.find((known) => [known.name, `${known.org_name}/${known.name}`].includes(place));
  if (found !== undefined) {
    const uri = `job://${found.cluster_name}/${found.org_name}/${found.name}/${name}`;
    return { reason: "known_place", name, project: place, uri };
  }
  const { cluster, org, project = "project" } = selection;
  const wanted = name.slice(0, 80);
  const uri = `job://${cluster}/${org}/${project}/${wanted}`;
  return { reason: "unknown_place", uri, call: listCall({ text: wanted }) };
}

function listCall(filter: Record<string, string>): NextCall {
  return { tool: "job_list", arguments: { ...filter, projects: ["*"] } };
}

function isAboutRef({ code }: PlatformError): boolean {
  return ["not_found", "ambiguous", "invalid_argument", "not_permitted"].includes(code);
}
