import type { JobDescription, PlatformContext, Preset, Where } from "../../client/index.ts";
import { formatCredits } from "../../jobs/cost.ts";
import { cleanLines, type PlacedLine } from "../../jobs/output/lines.ts";
import type { Explanation } from "../../jobs/reasons/explanation.ts";
import { explainJob } from "../../jobs/reasons/index.ts";
import type { Redact } from "../../jobs/redact/index.ts";
import { hiderOf } from "../../jobs/redact/job.ts";
import { hasRun, nameOf } from "../../jobs/standing.ts";
import { type Asking, redactorFor } from "../caller.ts";
import { resolveMany } from "../find/index.ts";
import type { Unresolved } from "../find/refused.ts";
import { lastLines } from "../logs/read.ts";

/** Where jobs stand, and why. */
export interface StatusReport {
  reports: JobReport[];
  failed: Unresolved[];
  /** Many jobs at once: only what explains them. */
  isShort: boolean;
  /** The caller. */
  me: string;
  /** `cluster/org/project` where nothing else is said. */
  selected: string;
}

/** Why a job stands where it stands. */
export interface JobReport {
  job: JobDescription;
  explanation: Explanation;
  /** As its cluster has it now. */
  preset: Preset | undefined;
  /** Its last words, where they explain something: or that it has none, or that they could not be read. */
  log: LogEnd | "empty" | "unread" | undefined;
}

/** The last lines of a log, clean. */
export interface LogEnd {
  lines: PlacedLine[];
  /** Nothing follows. */
  isWhole: boolean;
}

const MANY_JOBS = 3;
const LOG_LINES = 15;
const LOG_LINES_SHORT = 5;
const MAX_RUNNING = 20;

/** Explains jobs. @throws {PlatformError} why the only one is not found */
export async function explainJobs(
  { refs, where }: { refs: readonly string[]; where: Where },
  call: Asking,
): Promise<StatusReport> {
  const { caller, signal } = call;
  const { jobs, failed } = await resolveMany(caller.platform, { refs, where }, signal);
  const [only] = failed;
  if (jobs.length === 0 && only !== undefined && failed.length === 1) throw only.error;
  const isShort = jobs.length > MANY_JOBS;
  const { user: me, selection } = await caller.platform.context({ signal });
  const selected = [selection.cluster, selection.org, selection.project].join("/");
  const around = await lookAround(jobs, call);
  const log = { redact: redactorFor(caller, jobs), count: isShort ? LOG_LINES_SHORT : LOG_LINES };
  const reports = await Promise.all(
    jobs.map(async (job) => {
      const hasWords = job.status === "failed" && hasRun(job);
      const end = hasWords ? await endOfLog(job, log, call) : undefined;
      return { ...explain(job, { ...around, end }, call), log: end };
    }),
  );
  return { reports, failed, isShort, me, selected };
}

/** What explanations need besides the jobs: fetched once for all. */
interface Surroundings {
  clusters: PlatformContext["clusters"];
  /** Room by cluster, as far as the platform says. */
  room: Map<string, Record<string, number>>;
  /** My running jobs, where a quota stands in the way. */
  running: string[];
}

/** Fetches what explanations of these jobs need; what the platform will not say is left out. */
async function lookAround(jobs: readonly JobDescription[], call: Asking): Promise<Surroundings> {
  const { clusters, user } = await call.caller.platform.context({ signal: call.signal });
  const limited = jobs.find(isAboutQuota);
  const [room, running] = await Promise.all([
    roomOf(jobs.filter(dependsOnRoom), call),
    limited === undefined ? [] : runningJobs(limited, user, call),
  ]);
  return { clusters, room, running };
}

function explain(
  job: JobDescription,
  { end, ...around }: Surroundings & { end: JobReport["log"] },
  { caller }: Asking,
) {
  const presets = around.clusters.find(({ name }) => name === job.cluster_name)?.presets;
  const explanation = explainJob(job, {
    presets,
    room: around.room.get(job.cluster_name),
    running: isAboutQuota(job) ? around.running : undefined,
    nowMs: Date.now(),
    log: typeof end === "object" ? end.lines.map(({ text }) => text) : undefined,
    signalled: caller.signals.get(job.id),
  });
  return { job, explanation, preset: presets?.find(({ name }) => name === job.preset_name) };
}

function isAboutQuota({ history }: JobDescription): boolean {
  return /quota/i.test(history.reason ?? "");
}

/** A failed one may need another preset. */
function dependsOnRoom({ status }: JobDescription): boolean {
  return status === "pending" || status === "suspended" || status === "failed";
}

async function roomOf(
  jobs: JobDescription[],
  { caller: { platform }, signal }: Asking,
): Promise<Map<string, Record<string, number>>> {
  const clusters = [...new Set(jobs.map(({ cluster_name }) => cluster_name))];
  const rooms = clusters.map(async (cluster) => {
    // The explanation stands without it; not everybody may ask.
    const room = await platform.jobs.getCapacity({ cluster }, { signal }).catch(() => ({}));
    return [cluster, room] as const;
  });
  const found = await Promise.all(rooms);
  signal.throwIfAborted();
  return new Map(found);
}

async function runningJobs(
  { cluster_name, org_name }: JobDescription,
  owner: string,
  { caller: { platform }, signal }: Asking,
): Promise<string[]> {
  const place = { cluster: cluster_name, orgs: [org_name ?? null], owners: [owner] };
  const filter = { ...place, statuses: ["running"] as const, reverse: true, limit: MAX_RUNNING };
  const found: string[] = [];
  for await (const job of platform.jobs.list(filter, { signal })) {
    const price = `${formatCredits(job.price_credits_per_hour)} credits/h`;
    const preset = hiderOf(job)(job.preset_name ?? "no preset");
    found.push(`${nameOf(job)} (${preset}, ${price})`);
  }
  return found;
}

async function endOfLog(
  job: JobDescription,
  { redact, count }: { redact: Redact; count: number },
  { caller, signal }: Asking,
): Promise<LogEnd | "empty" | "unread"> {
  try {
    const { lines, ending } = await lastLines(caller.platform, { job, lines: count }, signal);
    const clean = cleanLines(lines, redact).slice(-count);
    // Silence is not emptiness: only a log that the platform closed has been read to its end.
    const isWhole = ending === "closed";
    if (clean.length === 0) return isWhole ? "empty" : "unread";
    return { lines: clean, isWhole };
  } catch {
    // The explanation stands without the log; job_logs says what is wrong with it.
    signal.throwIfAborted();
    return "unread";
  }
}
