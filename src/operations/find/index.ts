import {
  AmbiguousError,
  type JobDescription,
  type Platform,
  type PlatformContext,
  PlatformError,
  type Where,
} from "../../client/index.ts";
import { candidatesText } from "../../jobs/rows.ts";
import { nameProblems } from "../../jobs/start/problems.ts";

/** Refs that name no job, or several, and why. */
export interface Unresolved {
  ref: string;
  error: PlatformError;
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

/** The same where every ref must name a job. @throws {PlatformError} the first mistake, naming all */
export async function resolveAll(
  platform: Platform,
  target: { refs: readonly string[]; where: Where },
  signal: AbortSignal,
): Promise<JobDescription[]> {
  const { jobs, failed } = await resolveMany(platform, target, signal);
  const [first, ...others] = failed;
  if (first === undefined) return jobs;
  if (others.length === 0) throw first.error;
  const all = failed.map(({ error }) => refusalText(error)).join("\n");
  throw new PlatformError(first.error.code, all, { cause: first.error });
}

/** What is wrong with one of several refs; of an ambiguous one, what it may mean. */
export function refusalText(error: PlatformError): string {
  if (!(error instanceof AmbiguousError)) return error.message;
  return `${error.message} ${candidatesText(error.candidates, Date.now())}`;
}

/** The commonest reason why a name is not found is that it is in another project. */
async function withHint(
  { ref, error }: Unresolved,
  { platform, signal }: { platform: Platform; signal: AbortSignal },
): Promise<PlatformError> {
  if (error.code === "invalid_argument" && ref.includes("/"))
    return new PlatformError(error.code, slashText(ref, await platform.context({ signal })), {
      cause: error,
    });
  if (error.code !== "not_found") return error;
  if (/^job[-:]/.test(ref)) {
    const message = `${error.message} job_list {"projects":["*"]} shows the newest jobs.`;
    return new PlatformError("not_found", message, { cause: error });
  }
  const wanted = ref.slice(0, 80);
  const search = JSON.stringify({
    ...(nameProblems(ref).length === 0 ? { name: wanted } : { text: wanted }),
    projects: ["*"],
  });
  const message = `${error.message} If it is in another project: job_list ${search}.`;
  return new PlatformError("not_found", message, { cause: error });
}

/** `nlp/annotate`: a project, or an owner, stands in front of the name. */
function slashText(ref: string, { projects, selection }: PlatformContext): string {
  const [place = "", name = ""] = /^(.*)\/([^/]*)$/.exec(ref)?.slice(1) ?? [];
  const project = projects.find(
    (known) => known.name === place || `${known.org_name}/${known.name}` === place,
  );
  const wanted = JSON.stringify(ref.slice(0, 80));
  if (project !== undefined)
    return `${wanted} is not a job reference: give the job as ${JSON.stringify(name)} and the project as project: ${JSON.stringify(place)}, or as a URI: job://${project.cluster_name}/${project.org_name}/${project.name}/${name}.`;
  const where = [selection.cluster, selection.org, selection.project ?? "project"].join("/");
  const call = JSON.stringify({ text: name.slice(0, 80), projects: ["*"] });
  return `${wanted} is not a job reference: give the name alone (project: "org/project" says where it is), or a URI as job://${where}/${name.slice(0, 80)}. To find it: job_list ${call}.`;
}

function isAboutRef({ code }: PlatformError): boolean {
  return ["not_found", "ambiguous", "invalid_argument", "not_permitted"].includes(code);
}
