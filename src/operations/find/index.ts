import {
  type JobDescription,
  type Platform,
  type PlatformContext,
  PlatformError,
  type Where,
} from "../../client/index.ts";
import { hintsOf, type Looking, listCall } from "./not-found.ts";
import { type RefHint, type Unresolved, UnresolvedError } from "./refused.ts";

/** How many refs of one call are looked for in other projects: each costs a request. */
const MOST_LOOKED_FOR = 4;

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
    throw error instanceof PlatformError
      ? await withHint({ ref, where, error }, { platform, signal })
      : error;
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
  for (const outcome of outcomes) if ("job" in outcome) jobs.set(outcome.job.id, outcome.job);
  const missed = outcomes.filter((outcome) => "error" in outcome);
  const failed = await Promise.all(
    missed.map(async ({ ref, error }, index) => {
      const told = { ref, error, where, mayLook: index < MOST_LOOKED_FOR };
      return { ref, error: await withHint(told, { platform, signal }) };
    }),
  );
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

/** What went wrong with a ref, and where it was sought. */
interface Failed extends Unresolved {
  where: Where;
  /** Whether other projects may be searched. */
  mayLook?: boolean;
}

async function withHint(
  { ref, error, where, mayLook = true }: Failed,
  { platform, signal }: Looking,
): Promise<PlatformError> {
  if (error.code === "invalid_argument" && ref.includes("/")) {
    const message = `${JSON.stringify(ref.slice(0, 80))} is not a job reference:`;
    return new UnresolvedError(error, [placeHint(ref, await platform.context({ signal }))], { message });
  }
  if (error.code !== "not_found") return error;
  return new UnresolvedError(error, await hintsOf({ ref, where, mayLook }, { platform, signal }));
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

function isAboutRef({ code }: PlatformError): boolean {
  return ["not_found", "ambiguous", "invalid_argument", "not_permitted"].includes(code);
}
