import { isFinished } from "../../client/index.ts";
import { byteLength, shareBudget } from "../../jobs/output/budget.ts";
import { compileSearch } from "../../jobs/output/grep.ts";
import { jupyterHint } from "../../jobs/output/jupyter.ts";
import { MAX_LINE_CHARS } from "../../jobs/output/log-text.ts";
import { type BodyLine, cleanLines, logBody, readText, showBody } from "../../jobs/output/report.ts";
import type { Redact } from "../../jobs/redact/index.ts";
import { foreignOwner, hasRun, nameOf, stateLine, statusText, type View } from "../../jobs/standing.ts";
import { formatInstant } from "../../jobs/time/durations.ts";
import type { LogPart } from "../../operations/logs/read.ts";
import { aboutLines, aboutMatches, counted } from "./about.ts";
import type { LogsArguments } from "./arguments.ts";
import { searchLog } from "./grep.ts";
import { nextCalls, type Shown } from "./next.ts";

/** Of the whole text, unless what stands around the logs takes too much of it. */
const MAX_BYTES = 16_000;
const MIN_BODIES_BYTES = 4000;
/** What a fence and its label take. */
const FENCE_BYTES = 120;
/** What a call for the lines left out takes, and the words about them. */
const GAP_BYTES = 450;

interface Options {
  args: LogsArguments;
  redact: Redact;
  view: View;
  /** The cursor led to what is older. */
  isBackward: boolean;
  /** Calls for the jobs that this one did not reach. */
  others: string[];
}

/** One log ready to be shown, with what there is to say about it. */
interface Prepared extends Shown {
  /** First and last time of the lines shown. */
  span: string;
  about: string[];
}

/** The answer: each log with what was read of it, within one budget shared by all. */
export function showLogs(parts: LogPart[], options: Options) {
  const prepared = parts.map((part) => prepare(part, options));
  const shown = withinBudget(prepared, options);
  const calls = nextCalls(
    prepared.map((one, index) => ({ ...one, gap: shown[index]?.gap ?? NO_GAP })),
    options,
  );
  return {
    text: [...shown.map(({ text }) => text), ...calls.lines, ...options.others].join("\n"),
    data: { logs: shown.map(({ data }) => data), ...calls.data },
    jobs: parts.map(({ job }) => job),
  };
}

const NO_GAP = { from: 0, to: 0 };

/** Each log with its share of what the words around them leave. */
function withinBudget(prepared: Prepared[], options: Options) {
  const heads = prepared.map((one) => headText(one, options.view));
  const around = byteLength([...heads, ...nextCalls(prepared, options).lines, ...options.others].join("\n"));
  const free = MAX_BYTES - around - prepared.length * FENCE_BYTES;
  const needs = prepared.map(({ body }) => body.bytes);
  const isTooMuch = needs.reduce((sum, need) => sum + need, 0) > free;
  const shares = shareBudget(needs, Math.max(MIN_BODIES_BYTES, isTooMuch ? free - GAP_BYTES : free));
  return prepared.map((one, index) => show(one, shares[index] ?? 0, options.view));
}

function prepare(part: LogPart, { args, redact, isBackward }: Options): Prepared {
  const clean = cleanLines(part.lines, redact, part.start?.inKey).filter(({ from }) => from >= part.lead);
  const found = args.grep === undefined ? undefined : search(clean, args, args.grep);
  const lines = found?.lines ?? (part.matched === true ? withHit(clean, args) : clean);
  const body = logBody(lines, { timestamps: args.timestamps ?? false });
  const times = lines.flatMap(({ time }) => (time === undefined ? [] : [time]));
  const [first, last] = args.newest_first ? [times.at(-1), times[0]] : [times[0], times.at(-1)];
  const span =
    first === undefined || last === undefined
      ? ""
      : `${formatInstant(first)} to ${formatInstant(last)} (UTC)`;
  return {
    part,
    body,
    span,
    about:
      found === undefined
        ? aboutLines(part, { args, isBackward })
        : aboutMatches(part, found, { args, isBackward }),
    ...(found === undefined ? {} : { matches: found.matches, shown: found.shown }),
  };
}

/** The line that was waited for stands last. */
function withHit(
  clean: BodyLine[],
  { until_pattern: pattern, ignore_case: ignoreCase = false }: LogsArguments,
) {
  const last = clean.at(-1);
  if (pattern === undefined || last === undefined || last.text.length <= MAX_LINE_CHARS) return clean;
  return [...clean.slice(0, -1), { ...last, hit: compileSearch(pattern, { ignoreCase }).indexIn(last.text) }];
}

function search(clean: BodyLine[], args: LogsArguments, grep: string) {
  return searchLog(clean, {
    pattern: grep,
    ignoreCase: args.ignore_case ?? false,
    context: args.context ?? 0,
    invert: args.invert ?? false,
    newestFirst: args.newest_first ?? false,
    maxMatches: args.lines ?? 100,
  });
}

function headText({ part, body, span, about }: Prepared, view: View, omitted = 0): string {
  const gap = omitted === 0 ? [] : [`${counted(omitted, "line")} left out in the middle`];
  const hidden = body.hidden === 0 ? [] : [`${counted(body.hidden, "secret")} hidden`];
  const facts = [...about, ...gap, ...(span === "" ? [] : [span]), readText(part), ...hidden].join("; ");
  return `${stateLine(part.job, view)}\nLog: ${facts}.`;
}

function show(prepared: Prepared, maxBytes: number, view: View) {
  const { part, body, matches } = prepared;
  const { job, linesRead, bytesRead, reachedStart, matched, trouble, ending, floor } = part;
  const isOpen = part.lines.at(-1)?.open === true;
  const { text, fenced, omittedLines, gap } = showBody(body, { maxBytes, what: `log of ${nameOf(job)}` });
  const head = headText(prepared, view, omittedLines);
  return {
    gap,
    text: [
      head,
      body.lines.length === 0 ? emptyText(part) : fenced,
      ...(body.hidden === 0 || isFinished(job.status) ? [] : jupyterHint(job)),
    ].join("\n"),
    data: {
      job: nameOf(job),
      id: job.id,
      ...foreignOwner(job, view.me),
      status: job.status,
      log: text,
      lines_read: linesRead,
      bytes_read: bytesRead,
      reached_start: reachedStart && floor === undefined,
      ...(isUncertain(ending) ? { more_may_follow: true } : {}),
      ...(isOpen ? { last_line_unfinished: true } : {}),
      ...(trouble === undefined ? {} : { error: trouble }),
      ...(matched === undefined ? {} : { matched }),
      ...(matches === undefined ? {} : { matches }),
      ...(omittedLines === 0 ? {} : { omitted_lines: omittedLines }),
      ...(body.hidden === 0 ? {} : { secrets_hidden: body.hidden }),
    },
  };
}

/** Whether what did not come may be there all the same. */
function isUncertain(ending: LogPart["ending"]): boolean {
  return ending === "time" || ending === "quiet" || ending === "held";
}

function emptyText({ job, linesRead, trouble, ending, tookMs = 0 }: LogPart): string {
  const seconds = Math.max(1, Math.round(tookMs / 1000));
  if (trouble !== undefined) return `This log could not be read: ${trouble}`;
  if (linesRead > 0) return "Nothing to show of what was read.";
  if (job.logs_removed) return "The platform has removed this log.";
  if (!hasRun(job)) return `It printed nothing, as it never ran: ${statusText(job)}. job_status says why.`;
  if (isUncertain(ending))
    return `Nothing came within ${seconds} s: whether it has printed anything there is not known. Ask again later.`;
  return isFinished(job.status) ? "It printed nothing there." : "It has printed nothing there so far.";
}
