import type { Reading, Series } from "../../jobs/metrics/series.ts";
import { jobRow } from "../../jobs/rows.ts";
import { nameOf } from "../../jobs/standing.ts";
import { formatInstant } from "../../jobs/time/durations.ts";
import type { ComparedJob, CompareQuery, Comparison } from "../../operations/compare/index.ts";
import { ifAny } from "../answers.ts";
import { whyWithout } from "./words.ts";

/** Names of metrics that are listed; job_compare takes any. */
const MOST_LISTED = 20;

export function dataOf(
  found: Comparison,
  { asked, missing }: { asked: CompareQuery; missing: { job: string; error: string }[] },
) {
  const { rows, without, differences, ranking, common, hasMore } = found;
  return {
    jobs: rows.map((row, index) => ({
      ...(ranking === undefined ? {} : { rank: index + 1 }),
      ...rowData(row, found),
      ...valueData(row, asked),
    })),
    without_metric: ifAny(
      without.map((row) => ({
        ...rowData(row, found),
        why: whyWithout(row),
        printed: row.metrics.slice(0, MOST_LISTED),
      })),
    ),
    hidden: ifAny(differences.hidden),
    same: ifAny(differences.same.map(({ text }) => text)),
    metrics: ifAny(common.slice(0, MOST_LISTED)),
    found_as: ifAny(found.instead),
    goal: ranking?.goal,
    best: ranking?.best,
    more_jobs: hasMore || undefined,
    not_found: ifAny(missing),
  };
}

function rowData({ job, isWhole }: ComparedJob, { differences, view }: Comparison) {
  const { status, reason, exit_code, run_time_seconds, credits, owner } = jobRow(job, view);
  const own = differences.own.get(job.id) ?? [];
  return {
    ...{ job: nameOf(job), id: job.id, owner, status, reason, exit_code, run_time_seconds, credits },
    differs: Object.fromEntries(own.map(({ key, value }) => [key, value ?? null])),
    whole_log: isWhole ? undefined : false,
  };
}

function valueData({ ranked, listed }: ComparedJob, { history }: CompareQuery) {
  if (ranked === undefined)
    return { metrics: Object.fromEntries(listed.map(({ name, last }) => [name, last.raw])) };
  const { series, counting } = ranked;
  return {
    value: counting.raw,
    last: series.last.raw === counting.raw ? undefined : series.last.raw,
    ...placeData(counting),
    ...(history === true ? historyData(series) : {}),
  };
}

function placeData({ line, time }: Reading) {
  return { line, printed_at: time === undefined ? undefined : formatInstant(time) };
}

/** What JSON has no number for is a word. */
function historyData({ points: { values, every } }: Series) {
  return {
    history: values.map((value) => (Number.isFinite(value) ? value : String(value))),
    history_every: every,
  };
}
