import pMap from "p-map";
import type { JobDescription } from "../../client/index.ts";
import { type Differences, differencesOf } from "../../jobs/compare/differences.ts";
import { InvalidInputError } from "../../jobs/invalid-input.ts";
import type { MetricReader } from "../../jobs/metrics/index.ts";
import { meaningKey, metricKey } from "../../jobs/metrics/names.ts";
import type { Reading, Series } from "../../jobs/metrics/series.ts";
import type { View } from "../../jobs/standing.ts";
import { type Call, redactorFor } from "../caller.ts";
import { refsAgain, resolveMany, whereOf } from "../find/index.ts";
import type { Unresolved } from "../find/refused.ts";
import { selectedJobs } from "../find/selected.ts";
import { compareReadings, countingOf, type Goal, type Ranking, rankingOf } from "./ranking.ts";
import { allowanceFor, type JobMetrics, readMetrics } from "./read.ts";

/** The most jobs compared at once. */
export const MOST_COMPARED = 100;

/** Each of a running job takes most of a second: its log has to fall quiet. */
const PARALLEL = 25;
const MOST_LISTED = 4;

/** Which jobs to compare, and by what. */
export interface CompareQuery {
  jobs?: string[] | undefined;
  tags?: string[] | undefined;
  metric?: string | undefined;
  goal?: Goal | undefined;
  history?: boolean | undefined;
  project?: string | undefined;
}

/** Jobs side by side. */
export interface Comparison {
  /** Best first by the metric asked for, otherwise as given or oldest first. */
  rows: ComparedJob[];
  /** Those that print no such metric, or none at all. */
  without: ComparedJob[];
  differences: Differences;
  /** Absent where no metric was asked for, or none of the jobs has it. */
  ranking: Ranking | undefined;
  /** The names by which the metric was found, where none of the jobs prints the one asked for. */
  instead: string[];
  /** The metrics that all rows have. */
  common: string[];
  /** Every log was read from its first line. */
  isWhole: boolean;
  failed: Unresolved[];
  /** There are older ones of the selection. */
  hasMore: boolean;
  view: View;
}

/** One of the jobs. */
export interface ComparedJob extends Pick<JobMetrics, "isWhole" | "linesRead" | "without"> {
  job: JobDescription;
  /** How the next call names it. */
  ref: string;
  /** The metric asked for, and its value that counts. */
  ranked?: { series: Series; counting: Reading } | undefined;
  /** Without a metric asked for: those that all have. */
  listed: Series[];
  /** Names of the metrics it has. */
  metrics: string[];
}

/** Compares jobs by what they were told, how they ended, and the metrics in their logs. */
export async function compareJobs(query: CompareQuery, call: Call): Promise<Comparison> {
  const { caller, signal, progress } = call;
  const { jobs, failed, hasMore } = await selectJobs(query, call);
  const { user: me } = await caller.platform.context({ signal });
  const redact = redactorFor(caller, jobs);
  const allowance = allowanceFor(jobs.length);
  let done = 0;
  const read = await pMap(
    jobs,
    async (job) => {
      const found = await readMetrics({ job, redact, history: query.history ?? false, allowance }, call);
      done += 1;
      progress(`read ${done} of ${jobs.length} logs`, done / jobs.length);
      return { job, found };
    },
    { concurrency: PARALLEL },
  );
  const refs = refsAgain(jobs, { refs: query.jobs ?? [], project: query.project });
  const readers = read.map(({ found }) => found.metrics);
  const instead = query.metric === undefined ? [] : standIns(query.metric, readers);
  const all = read.map(({ job, found }, index) =>
    comparedJob(job, found, { query, ref: refs[index] ?? job.id, metric: instead[index] ?? query.metric }),
  );
  return {
    ...(query.metric === undefined ? listed(all, read) : ranked(all, rankingOf(query.metric, query.goal))),
    instead: [...new Set(instead.filter((name) => name !== undefined))],
    differences: differencesOf(jobs, redact),
    isWhole: all.every(({ isWhole }) => isWhole),
    failed,
    hasMore,
    view: { nowMs: Date.now(), me },
  };
}

async function selectJobs(
  { jobs: refs, tags, project: at }: CompareQuery,
  { caller, signal }: Call,
): Promise<{ jobs: JobDescription[]; failed: Unresolved[]; hasMore: boolean }> {
  if ((refs === undefined) === (tags === undefined))
    throw new InvalidInputError("Give jobs, or else tags, to say which jobs to compare.", {
      argument: "jobs",
    });
  if (refs !== undefined) {
    const found = await resolveMany(caller.platform, { refs, where: whereOf(at) }, signal);
    const [first] = found.failed;
    if (found.jobs.length === 0 && first !== undefined) throw first.error;
    return { ...found, hasMore: false };
  }
  const selection = { tags, project: at, most: MOST_COMPARED + 1 };
  const found = await selectedJobs("these tags", selection, { caller, signal });
  return {
    jobs: found.slice(0, MOST_COMPARED).reverse(),
    failed: [],
    hasMore: found.length > MOST_COMPARED,
  };
}

function comparedJob(
  job: JobDescription,
  { metrics, ...read }: JobMetrics,
  { query, ref, metric }: { query: CompareQuery; ref: string; metric: string | undefined },
): ComparedJob {
  const series = metric === undefined ? undefined : metrics.get(metric);
  const ranking = rankingOf(query.metric ?? "", query.goal);
  return {
    job,
    ref,
    ...read,
    ranked: series && { series, counting: countingOf(series, ranking) },
    listed: [],
    metrics: metrics.metrics.map(({ name }) => name),
  };
}

/**
 * What each job calls a metric that none of them prints: only where all that print any have one name that means the
 * same by a synonym, since two may be two things.
 */
function standIns(metric: string, read: readonly MetricReader[]): (string | undefined)[] {
  if (read.some((metrics) => metrics.get(metric) !== undefined)) return [];
  const names = read.map(({ metrics }) => metrics.map(({ name }) => name));
  const meant = names.map((own) => own.filter((name) => meaningKey(name) === meaningKey(metric)));
  const isSure = names.every((own, index) => own.length === 0 || meant[index]?.length === 1);
  return isSure ? meant.map(([name]) => name) : [];
}

function ranked(all: readonly ComparedJob[], ranking: Ranking) {
  const rows = all
    .flatMap((row) => (row.ranked === undefined ? [] : [{ row, counting: row.ranked.counting }]))
    .sort((a, b) => compareReadings(a.counting, b.counting, ranking))
    .map(({ row }) => row);
  const without = all.filter((row) => row.ranked === undefined);
  return { rows, without, ranking: rows.length === 0 ? undefined : ranking, common: [] };
}

/** The metrics that all have which have any, the surest first. */
function listed(all: readonly ComparedJob[], read: readonly { found: JobMetrics }[]) {
  const keys = all.map(({ metrics }) => new Set(metrics.map(metricKey))).filter(({ size }) => size > 0);
  const [first] = all.filter(({ metrics }) => metrics.length > 0);
  const common = (first?.metrics ?? []).filter((name) => keys.every((own) => own.has(metricKey(name))));
  const shown = common.slice(0, MOST_LISTED);
  const rows = all.map((row, index) => ({
    ...row,
    listed: shown.flatMap((name) => read[index]?.found.metrics.get(name) ?? []),
  }));
  const has = ({ metrics }: ComparedJob) => metrics.length > 0;
  return { rows: rows.filter(has), without: rows.filter((row) => !has(row)), ranking: undefined, common };
}
