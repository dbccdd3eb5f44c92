import {
  isActive,
  type JobDescription,
  type JobUri,
  msLeft,
  type Platform,
  type PlatformContext,
  PlatformError,
  parseJobUri,
  type Where,
} from "../../client/index.ts";
import { nearestNames, type UnknownProject } from "../../jobs/names/near.ts";
import type { NextCall } from "../../jobs/next-call.ts";
import { nameProblems } from "../../jobs/start/problems.ts";
import { within } from "../within.ts";
import type { FoundElsewhere, RefHint } from "./refused.ts";

/** Longest wait for a look at other projects, in milliseconds, and the share of the time left: the error must come. */
const LOOK_MS = 3000;
const LOOK_SHARE = 0.5;
/** How many jobs of the name to look at, and how many projects to name. */
const LOOKED_AT = 50;
const MOST_FOUND = 3;
const MOST_PROJECTS = 10;

/** Whom to ask, and until when. */
export interface Looking {
  platform: Platform;
  signal: AbortSignal;
}

/** What is not found, where it was sought, and whether to look in other projects too. */
interface Missing {
  ref: string;
  where: Where;
  mayLook: boolean;
}

/** What may help where a ref names no job: the commonest reason is that it is in another project. */
export async function hintsOf({ ref, where, mayLook }: Missing, at: Looking): Promise<RefHint[]> {
  const context = await at.platform.context({ signal: at.signal });
  const sought = soughtAt(ref, where, context);
  const isNamed = where.project !== undefined || ref.includes("/");
  const unknown = isNamed ? unknownAt(sought, context) : [];
  const hints = unknown.map((project): RefHint => ({ reason: "unknown_project", project }));
  if (sought.ref.startsWith("job-")) return [...hints, { reason: "newest", call: listCall({}) }];
  const name = sought.ref.slice(0, 80);
  if (nameProblems(sought.ref).length > 0) return [...hints, searchFor({ text: name })];
  const found = mayLook ? await elsewhere(sought, context, at) : undefined;
  if (found === undefined) return [...hints, searchFor({ name })];
  // No job has this very name.
  if (found.length === 0) return [...hints, searchFor({ text: name })];
  return [...hints, { reason: "elsewhere", found }];
}

export function listCall(filter: Record<string, string>): NextCall {
  return { tool: "job_list", arguments: { ...filter, projects: ["*"] } };
}

/** A place that the caller's configuration does not name, and what it does. */
export function unknownAt(
  { cluster, org, project }: Omit<JobUri, "ref">,
  { projects }: PlatformContext,
): UnknownProject[] {
  const here = projects.filter(({ cluster_name }) => cluster_name === cluster);
  const known = here.map(({ org_name, name }) => `${org_name}/${name}`);
  const wanted = `${org}/${project}`;
  if (known.includes(wanted)) return [];
  const near = nearestNames(wanted, known);
  const own = known.filter((name) => !near.includes(name)).slice(0, MOST_PROJECTS - near.length);
  return [{ wanted, near, own }];
}

function searchFor(filter: Record<string, string>): RefHint {
  return { reason: "search", call: listCall(filter) };
}

function soughtAt(ref: string, where: Where, { selection }: PlatformContext): JobUri {
  const { cluster = selection.cluster, org = selection.org, project = selection.project ?? "" } = where;
  const base = { cluster, org, project };
  return /^job:/i.test(ref) ? parseJobUri(ref, base) : { ...base, ref };
}

/** The jobs of that name in the caller's other projects, in one request; undefined when they cannot be read. */
async function elsewhere(
  { ref: name, cluster }: JobUri,
  context: PlatformContext,
  { platform, signal }: Looking,
): Promise<FoundElsewhere[] | undefined> {
  const filter = { name, cluster, orgs: [null], reverse: true, limit: LOOKED_AT };
  const look = (until: AbortSignal) => collect(platform.jobs.list(filter, { signal: until }));
  try {
    const jobs = await within(signal, look, Math.min(LOOK_MS, msLeft(signal) * LOOK_SHARE));
    return best(jobs, context.user).map((job) => foundAt(job, context));
  } catch (error) {
    if (signal.aborted || !(error instanceof PlatformError)) throw error;
    return undefined;
  }
}

async function collect(jobs: AsyncIterable<JobDescription>): Promise<JobDescription[]> {
  const all: JobDescription[] = [];
  for await (const job of jobs) all.push(job);
  return all;
}

/** Of each project the job that the name means there; the caller's own first, then those that are active. */
function best(newest: readonly JobDescription[], user: string): JobDescription[] {
  const rank = ({ owner, status }: JobDescription) => (owner === user ? 0 : 2) + (isActive(status) ? 0 : 1);
  const places = new Map<string, JobDescription>();
  for (const job of [...newest].sort((a, b) => rank(a) - rank(b))) {
    const place = `${job.org_name}/${job.project_name}`;
    if (!places.has(place)) places.set(place, job);
  }
  return [...places.values()].slice(0, MOST_FOUND);
}

/** The call names a job by its name, which leaves another person's in doubt: it is not changed for that. */
function foundAt(job: JobDescription, { user, selection }: PlatformContext): FoundElsewhere {
  const { id, name = id, cluster_name, org_name, project_name } = job;
  const cluster = cluster_name === selection.cluster ? [] : [cluster_name];
  const project = [...cluster, ...(org_name === undefined ? [] : [org_name]), project_name].join("/");
  const args = org_name === undefined ? { jobs: [id] } : { jobs: [name], project };
  return { job, project, isMine: job.owner === user, call: { tool: "job_status", arguments: args } };
}
