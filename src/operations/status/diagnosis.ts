import type { JobDescription, Platform, Preset } from "../../client/index.ts";
import { formatCredits } from "../../jobs/cost.ts";
import { cleanLines, logBody, showBody } from "../../jobs/output/report.ts";
import type { Explanation } from "../../jobs/reasons/explanation.ts";
import { explainJob } from "../../jobs/reasons/index.ts";
import type { Redact } from "../../jobs/redact/index.ts";
import { hasRun, nameOf } from "../../jobs/standing.ts";
import type { Call } from "../caller.ts";
import { lastLines } from "../logs/last-lines.ts";

/** Why a job stands where it stands. */
export interface Diagnosis extends Explanation {
  /** Its last words, where they explain something: clean text, and the same fenced. */
  log?: { text: string; fenced: string } | undefined;
}

/** What explanations need besides the jobs: fetched once for all. */
export interface Surroundings {
  /** Presets by cluster. */
  presets: Map<string, Preset[]>;
  /** Room by cluster, as far as the platform says. */
  room: Map<string, Record<string, number>>;
  /** My running jobs, where a quota stands in the way. */
  running: string[];
}

const LOG_LINES = 15;
const LOG_LINES_SHORT = 5;
const MAX_RUNNING = 20;
const KILLED = 137;
const NOT_READ = "Its log could not be read just now; try job_logs.";

/** Fetches what explanations of these jobs need; what the platform will not say is left out. */
export async function lookAround(
  jobs: readonly JobDescription[],
  context: Pick<Call, "caller" | "signal">,
): Promise<Surroundings> {
  const {
    caller: { platform },
    signal,
  } = context;
  const { clusters, user } = await platform.context({ signal });
  const limited = jobs.find(isAboutQuota);
  const [room, running] = await Promise.all([
    roomOf(jobs.filter(dependsOnRoom), context),
    limited === undefined ? [] : runningJobs(limited, { ...context, owner: user }),
  ]);
  return { presets: new Map(clusters.map(({ name, presets }) => [name, presets])), room, running };
}

/** Why a job stands where it stands, and what would help. */
export async function diagnose(
  job: JobDescription,
  {
    around,
    signals,
    ...context
  }: LogContext & { around: Surroundings; signals: ReadonlyMap<string, number> },
): Promise<Diagnosis> {
  const surroundings = {
    presets: around.presets.get(job.cluster_name),
    room: around.room.get(job.cluster_name),
    running: isAboutQuota(job) ? around.running : undefined,
    nowMs: Date.now(),
    signalledAtMs: signals.get(job.id),
  };
  const explanation = explainJob(job, surroundings);
  const { status } = job;
  const hasWords = status === "failed" && hasRun(job);
  const log = hasWords ? await endOfLog(job, context) : undefined;
  if (log === undefined)
    return hasWords ? { ...explanation, next: `${explanation.next} ${NOT_READ}`.trimStart() } : explanation;
  if (log === "empty") return { ...explanation, next: withoutLog(explanation.next) };
  return { ...explanation, log, next: besideLog(explanation.next) };
}

/** Advice that needs no log, for a job that printed nothing. */
export function withoutLog(next: string): string {
  return /\bend of its log\b/.test(next)
    ? "Its log is empty: run it again with more output, e.g. sh -x or a verbose option (job_rerun with command), to see where it fails."
    : next;
}

/** What is to be read stands right below. */
function besideLog(next: string): string {
  return next
    .replace(
      /^Read the end of its log for the error\.$/,
      "See the end of its log below; job_logs has the rest.",
    )
    .replace(/\b([Rr]ead|[Ll]ook at) the end of its log\b/, "$1 the end of its log below");
}

function isAboutQuota({ history }: JobDescription): boolean {
  return /quota/i.test(history.reason ?? "");
}

function dependsOnRoom({ status, history }: JobDescription): boolean {
  if (status === "pending" || status === "suspended") return true;
  return status === "failed" && (history.started_at === undefined || history.exit_code === KILLED);
}

async function roomOf(
  jobs: JobDescription[],
  { caller: { platform }, signal }: Pick<Call, "caller" | "signal">,
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
  { caller: { platform }, signal, owner }: Pick<Call, "caller" | "signal"> & { owner: string },
): Promise<string[]> {
  const place = { cluster: cluster_name, orgs: [org_name ?? null], owners: [owner] };
  const filter = { ...place, statuses: ["running"] as const, reverse: true, limit: MAX_RUNNING };
  const found: string[] = [];
  for await (const job of platform.jobs.list(filter, { signal })) {
    const price = `${formatCredits(job.price_credits_per_hour)} credits/h`;
    found.push(`${nameOf(job)} (${job.preset_name ?? "no preset"}, ${price})`);
  }
  return found;
}

interface LogContext {
  platform: Platform;
  signal: AbortSignal;
  redact: Redact;
  /** One job of many: a few lines only. */
  isShort: boolean;
  /** Most bytes of its log. */
  logBytes: number;
}

async function endOfLog(
  job: JobDescription,
  { platform, signal, redact, isShort, logBytes }: LogContext,
): Promise<Diagnosis["log"] | "empty"> {
  try {
    const shown = isShort ? LOG_LINES_SHORT : LOG_LINES;
    const { lines, ending } = await lastLines(platform, { job, lines: shown }, signal);
    const clean = cleanLines(lines, redact).slice(-shown);
    // Silence is not emptiness: only a log that the platform closed has been read to its end.
    if (clean.length === 0) return ending === "closed" ? "empty" : undefined;
    const which = ending === "closed" ? "last lines" : "lines read in time, more may follow,";
    const what = `${which} of the log of ${nameOf(job)}`;
    return showBody(logBody(clean, { timestamps: false }), { maxBytes: logBytes, what });
  } catch {
    // The explanation stands without the log; job_logs says what is wrong with it.
    signal.throwIfAborted();
    return undefined;
  }
}
