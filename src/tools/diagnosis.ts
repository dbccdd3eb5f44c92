import type { JobDescription, Preset } from "../client/index.ts";
import { cleanLines, logBody, showBody } from "../jobs/log-report.ts";
import type { Redact } from "../jobs/redact/redact.ts";
import { shortCredits } from "./credits.ts";
import type { ToolContext } from "./define-tool.ts";
import { gpuText, hardwareText } from "./hardware.ts";
import { nameOf } from "./rows.ts";

/** Why a job stands where it stands. */
export interface Diagnosis {
  why: string;
  /** What to do; empty where nothing is to be done. */
  next: string;
  /** The same as text, with the end of the log where that explains something. */
  lines: string[];
  log?: string | undefined;
}

/** What the explanation of a job needs besides the job: fetched once for all. */
export interface Surroundings {
  /** Presets by cluster. */
  presets: Map<string, Preset[]>;
  /** Room by cluster, where a job waits for some and the platform says. */
  room: Map<string, Record<string, number>>;
  me: string;
  /** My active jobs, where one was refused for a quota. */
  mine: JobDescription[];
}

const LOG_LINES = 15;
const LOG_LINES_SHORT = 5;
const LOG_BYTES = 3000;
const MAX_MINE = 20;

/** Fetches what explanations of these jobs need; what the platform will not say is left out. */
export async function lookAround(
  jobs: readonly JobDescription[],
  { platform, signal }: ToolContext,
): Promise<Surroundings> {
  const context = await platform.context({ signal });
  const waiting = jobs.filter(({ status }) => status === "pending" || status === "suspended");
  const clusters = [...new Set(waiting.map(({ cluster_name }) => cluster_name))];
  const room = await Promise.all(
    clusters.map(async (cluster) => {
      const counts = await platform.jobs.getCapacity({ cluster }, { signal }).catch(() => ({}));
      return [cluster, counts] as const;
    }),
  );
  signal.throwIfAborted();
  const limited = jobs.find(isAboutQuota);
  return {
    presets: new Map(context.clusters.map(({ name, presets }) => [name, presets])),
    room: new Map(room),
    me: context.user,
    mine: limited === undefined ? [] : await activeJobs(limited, { platform, signal, owner: context.user }),
  };
}

function isAboutQuota({ history }: JobDescription): boolean {
  return /quota/i.test(`${history.reason ?? ""} ${history.description ?? ""}`);
}

async function activeJobs(
  { cluster_name, org_name }: JobDescription,
  { platform, signal, owner }: Pick<ToolContext, "platform" | "signal"> & { owner: string },
): Promise<JobDescription[]> {
  const found: JobDescription[] = [];
  const filter = { cluster: cluster_name, orgs: [org_name ?? null], owners: [owner], reverse: true };
  const active = platform.jobs.list({ ...filter, statuses: ["running"], limit: MAX_MINE }, { signal });
  for await (const job of active) found.push(job);
  return found;
}

/** Why a job stands where it stands, and what would help. */
export async function diagnose(
  job: JobDescription,
  {
    context,
    surroundings,
    redact,
    isShort,
  }: { context: ToolContext; surroundings: Surroundings; redact: Redact; isShort: boolean },
): Promise<Diagnosis> {
  const { why, next } = explain(job);
  const extra = [
    ...roomLines(job, surroundings),
    ...quotaLines(job, surroundings),
    ...largerLines(job, surroundings),
  ];
  const log =
    job.status === "failed" && job.history.started_at !== undefined
      ? await endOfLog(job, { context, redact, isShort })
      : undefined;
  return {
    why,
    next: [next, ...extra].filter(Boolean).join(" "),
    lines: [
      `Why: ${why}`,
      ...(next === "" ? [] : [`Next: ${next}`]),
      ...extra,
      ...(log === undefined ? [] : [log.fenced]),
    ],
    ...(log === undefined ? {} : { log: log.text }),
  };
}

function explain({ status, history }: JobDescription): { why: string; next: string } {
  const { reason, description, exit_code } = history;
  const cause = [reason, description, exit_code === undefined ? undefined : `exit code ${exit_code}`];
  return { why: [status, ...cause.filter((part) => part !== undefined && part !== "")].join(": "), next: "" };
}

function roomLines(job: JobDescription, { room }: Surroundings): string[] {
  const counts = room.get(job.cluster_name);
  if (counts === undefined || Object.keys(counts).length === 0) return [];
  const own = job.preset_name === undefined ? undefined : counts[job.preset_name];
  const others = Object.entries(counts).filter(([name, count]) => name !== job.preset_name && count > 0);
  const said = own === undefined ? "not known" : own > 0 ? `${own} more could start` : "none could start";
  const elsewhere =
    others.length === 0
      ? "no other preset has room"
      : others.map(([name, count]) => `${name} ${count}`).join(", ");
  return [`Room now on ${job.preset_name ?? "its preset"}: ${said}. Others: ${elsewhere}.`];
}

function quotaLines(job: JobDescription, { mine, me }: Surroundings): string[] {
  if (!isAboutQuota(job) || mine.length === 0) return [];
  const names = mine.map(
    (other) =>
      `${nameOf(other)} (${other.preset_name ?? "no preset"}, ${shortCredits(other.price_credits_per_hour)} credits/h)`,
  );
  return [
    `Running jobs of ${me} that count towards the quota: ${names.join(", ")}. Ask the user before killing any.`,
  ];
}

/** Presets with more memory, cheapest first, for a job that ran out of it. */
function largerLines(job: JobDescription, { presets }: Surroundings): string[] {
  if (job.history.reason !== "OOMKilled" && job.history.exit_code !== 137) return [];
  const all = presets.get(job.cluster_name) ?? [];
  const { memory } = job.container.resources;
  const own = all.find(({ name }) => name === job.preset_name);
  const hasGpu = own !== undefined && gpuText(own) !== undefined;
  const larger = all
    .filter((preset) => preset.memory > memory && (!hasGpu || gpuText(preset) !== undefined))
    .sort((a, b) => Number(a.credits_per_hour) - Number(b.credits_per_hour))
    .slice(0, 3);
  if (larger.length === 0) return ["No preset here has more memory."];
  const texts = larger.map(
    (preset) =>
      `${preset.name} (${hardwareText(preset)}, ${shortCredits(preset.credits_per_hour)} credits/h)`,
  );
  return [`Presets with more memory: ${texts.join("; ")}.`];
}

async function endOfLog(
  job: JobDescription,
  {
    context: { platform, signal },
    redact,
    isShort,
  }: { context: ToolContext; redact: Redact; isShort: boolean },
): Promise<{ text: string; fenced: string } | undefined> {
  try {
    const { lines } = await platform.jobs.tail(job.id, { lines: 100, job }, { signal });
    const clean = cleanLines(lines, redact).slice(isShort ? -LOG_LINES_SHORT : -LOG_LINES);
    if (clean.length === 0) return undefined;
    const what = `last lines of the log of ${nameOf(job)}`;
    return showBody(logBody(clean, { timestamps: false }), {
      maxBytes: isShort ? LOG_BYTES / 3 : LOG_BYTES,
      what,
    });
  } catch {
    // The explanation stands without the log; job_logs says what is wrong with it.
    signal.throwIfAborted();
    return undefined;
  }
}
