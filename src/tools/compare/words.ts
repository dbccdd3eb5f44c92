import { isActive } from "../../client/index.ts";
import { oneLine, sentence } from "../../foreign.ts";
import type { Difference } from "../../jobs/compare/differences.ts";
import type { Parameter } from "../../jobs/compare/parameters.ts";
import { formatCredits, runTimeOf } from "../../jobs/cost.ts";
import type { Reading } from "../../jobs/metrics/series.ts";
import { shortId } from "../../jobs/names/ids.ts";
import { nearestNames } from "../../jobs/names/near.ts";
import { clampLine } from "../../jobs/output/lines.ts";
import { sparkline } from "../../jobs/output/sparkline.ts";
import { MARK } from "../../jobs/redact/spans.ts";
import { nameOf, statusText } from "../../jobs/standing.ts";
import { formatDuration, formatInstant } from "../../jobs/time/durations.ts";
import { counted, named, present } from "../../jobs/words.ts";
import type { ComparedJob, CompareQuery, Comparison } from "../../operations/compare/index.ts";
import type { Ranking } from "../../operations/compare/ranking.ts";

const LONGEST_SAME = 400;
const LONGEST_DIFFERENCE = 40;
const MOST_DIFFERENCES = 6;
const MOST_NAMED = 12;
/** Three bytes a bar. */
const SPARKLINE = 12;

/** What is compared, and what all have. */
export function headLines(found: Comparison, asked: CompareQuery): string[] {
  const { rows, without, ranking, differences, hasMore } = found;
  const all = counted(rows.length + without.length, "job");
  const metric = ranking === undefined ? undefined : rows[0]?.ranked?.series.name;
  const columns = ["what differs", "outcome", "ran", "credits"];
  return present([
    metric === undefined || ranking === undefined
      ? `${all}.${noRanking(found, asked)}`
      : `${all} by ${oneLine(metric)}: ${rankingText(ranking)}${fromText(found, asked)}.`,
    insteadText(found, asked),
    hasMore && `These are the newest ${rows.length + without.length}: there are older ones with these tags.`,
    rows.length + without.length > 1 && sameText("Same in all", differences.same),
    sameText("Where nothing else is said", differences.usual),
    differences.hidden.length > 0 &&
      `Not the same in all, and hidden: ${named(differences.hidden, MOST_NAMED)}.`,
    asked.metric === undefined && metricsText(found),
    asked.metric === undefined &&
      (asked.goal ?? asked.history) &&
      "goal and history count with a metric only.",
    metric !== undefined && `Rank. job · ${["value", ...columns, "printed at (UTC)"].join(" · ")}`,
    metric === undefined && rows.length > 0 && `Job · ${[...columns, "last values"].join(" · ")}`,
  ]);
}

/** `val_loss` may be printed as `valid_loss`: never taken for it in silence. */
function insteadText({ instead }: Comparison, { metric = "" }: CompareQuery): string {
  const names = instead.map(oneLine).join(" and ");
  return names === ""
    ? ""
    : `None prints ${oneLine(metric)}: ${names}, the same by another word, is taken for it.`;
}

function metricsText({ rows, common }: Comparison): string {
  if (common.length > 0) return `In all that print any: ${named(common.map(oneLine), MOST_NAMED)}.`;
  const some = [...new Set(rows.flatMap(({ metrics }) => metrics))];
  return some.length === 0
    ? ""
    : `No metric is in all of them; in some: ${named(some.map(oneLine), MOST_NAMED)}.`;
}

function noRanking(found: Comparison, { metric }: CompareQuery): string {
  if (metric === undefined) return "";
  const near = nearMetrics(found, metric);
  const guess = near.length === 0 ? "" : ` Did you mean ${near.map(oneLine).join(" or ")}?`;
  return ` None of them prints ${oneLine(metric)} in what was read.${guess}`;
}

/** What may have been meant by a metric that none prints. */
export function nearMetrics({ without }: Comparison, metric: string): string[] {
  return nearestNames(metric, new Set(without.flatMap(({ metrics }) => metrics)));
}

/** `the least of each, lowest first` */
function rankingText({ goal, best, isGuess }: Ranking): string {
  const which = { min: "the least of each", max: "the greatest of each", last: "the last of each" }[goal];
  const order = best === "min" ? "lowest first" : "highest first";
  return `${which}, ${order}${isGuess ? " (goal says otherwise)" : ""}`;
}

function fromText({ isWhole, rows }: Comparison, { history }: CompareQuery): string {
  if (isWhole) return "";
  const cut = rows.filter((row) => !row.isWhole).length;
  return history === true
    ? `; ${counted(cut, "log")} too long to be read whole: of these the beginning and the end`
    : "; of long logs only the end was read";
}

function sameText(where: string, same: readonly Parameter[]): string {
  const command = same.filter(({ part }) => part === "command").map(({ text }) => text);
  const others = same.filter(({ part }) => part !== "command").map(({ text }) => text);
  const parts = present([command.join(" "), ...others]);
  return parts.length === 0 ? "" : `${where}: ${clampLine(parts.join(" · "), LONGEST_SAME)}`;
}

/** One line for each job that has what was asked for. */
export function rowTexts(
  { rows, ranking, differences, view }: Comparison,
  { history }: CompareQuery,
): string[] {
  const names = rows.map(({ job }) => nameOf(job));
  const range = rangeOf(rows);
  return rows.map((row, index) => {
    const { job, ranked, listed } = row;
    const isAlone = names.filter((name) => name === names[index]).length === 1;
    const label = isAlone ? shortName(job) : `${job.name} (${shortId(job.id)})`;
    const seconds = runTimeOf(job, view.nowMs);
    return present([
      ranking === undefined ? label : `${index + 1}. ${label}`,
      ranked && valueText(ranked.counting, ranked.series.last),
      ownText(differences.own.get(job.id) ?? []),
      statusText(job),
      formatDuration(seconds),
      formatCredits(job.total_price_credits),
      job.owner !== view.me && `owner ${job.owner}`,
      listed.map(({ name, last }) => `${name} ${last.raw}`).join(", "),
      ranked && timeText(ranked.counting),
      history === true && ranked && sparkline(ranked.series.points.values.filter(Number.isFinite), range),
    ]).join(" · ");
  });
}

function shortName({ name, id }: ComparedJob["job"]): string {
  return name ?? shortId(id);
}

function rangeOf(rows: readonly ComparedJob[]) {
  const values = rows.flatMap(({ ranked }) => ranked?.series.points.values ?? []).filter(Number.isFinite);
  const [from, to] = [Math.min(...values), Math.max(...values)];
  return { from, to, widest: SPARKLINE };
}

function valueText({ raw }: Reading, last: Reading): string {
  return raw === last.raw ? raw : `${raw} (last ${last.raw})`;
}

function ownText(own: readonly Difference[]): string {
  const texts = own
    .filter(({ isUsual, value }) => !isUsual && value !== MARK)
    .map(({ text }) => shortened(text));
  const more = texts.length > MOST_DIFFERENCES ? [`and ${texts.length - MOST_DIFFERENCES} more`] : [];
  return [...texts.slice(0, MOST_DIFFERENCES), ...more].join(" ");
}

function shortened(text: string): string {
  return text.length <= LONGEST_DIFFERENCE ? text : `${text.slice(0, LONGEST_DIFFERENCE - 1)}…`;
}

function timeText({ time }: Reading): string | undefined {
  return time === undefined ? undefined : formatInstant(time).slice(11, -1);
}

function instantText({ time }: Reading): string {
  return time === undefined ? "" : ` (${formatInstant(time)})`;
}

/** Where the best value stands, and what to beware of. */
export function notesAfter({ rows, ranking }: Comparison, { history }: CompareQuery): string[] {
  const [best] = rows;
  if (ranking === undefined || best?.ranked === undefined) return [];
  const running = rows.filter(({ job }) => isActive(job.status)).length;
  return present([
    `Line of the best${instantText(best.ranked.counting)}: ${best.ranked.counting.line}`,
    running > 0 && `${counted(running, "job")} not ended: values may still change.`,
    history === true && "Picture: value by reading, numbered by rank at the lines' ends.",
  ]);
}

/** Those without the metric, and what is known instead. */
export function withoutLines({ without, differences, view }: Comparison, { metric }: CompareQuery): string[] {
  if (without.length === 0) return [];
  const what = metric === undefined ? "No metrics" : `No ${oneLine(metric)}`;
  const lines = without.map((row) => {
    const { job } = row;
    const parts = [shortName(job), ownText(differences.own.get(job.id) ?? []), statusText(job)];
    return `- ${present([...parts, job.owner !== view.me && `owner ${job.owner}`, whyWithout(row)]).join(" · ")}`;
  });
  return [`${what} in ${counted(without.length, "job")}:`, ...lines];
}

/** Why a job has no value. */
export function whyWithout({ without, isWhole, linesRead, metrics }: ComparedJob): string {
  if (typeof without === "object")
    return `log not read: ${without.code}: ${oneLine(sentence(without.message))}`;
  if (without === "silent") return "nothing printed yet, as far as a short look shows";
  if (without !== undefined) return without;
  if (linesRead === 0) return "nothing printed";
  const read = isWhole
    ? `not in its ${counted(linesRead, "line")}`
    : `not in the last ${counted(linesRead, "line")}`;
  return metrics.length === 0 ? read : `${read}; they have ${named(metrics.map(oneLine), 5)}`;
}
