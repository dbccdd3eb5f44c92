import { isFinished } from "../client/index.ts";
import { byteLength, shareBudget } from "../jobs/budget.ts";
import { formatInstant } from "../jobs/durations.ts";
import { cleanLines, type LogBody, logBody, readText, showBody } from "../jobs/log-report.ts";
import type { LogLine } from "../jobs/log-text.ts";
import type { Redact } from "../jobs/redact/redact.ts";
import type { LogsArguments } from "./log-arguments.ts";
import { writeCursor } from "./log-cursor.ts";
import { searchLog } from "./log-grep.ts";
import type { LogPart } from "./log-read.ts";
import { hasRun, nameOf, stateLine, statusText } from "./rows.ts";

/** Of the whole text, unless what stands around the logs takes too much of it. */
const MAX_BYTES = 16_000;
const MIN_BODIES_BYTES = 4000;
/** What a fence and its label take. */
const FENCE_BYTES = 120;

interface Options {
  args: LogsArguments;
  redact: Redact;
  nowMs: number;
}

/** One log ready to be shown, with what there is to say about it. */
interface Prepared {
  part: LogPart;
  body: LogBody;
  /** First and last time of the lines shown. */
  span: string;
  firstTime: string | undefined;
  about: string[];
  matches?: number;
  /** Of the matches. */
  shown?: number;
}

/** The answer: each log with what was read of it, within one budget shared by all. */
export function showLogs(parts: LogPart[], options: Options) {
  const prepared = parts.map((part) => prepare(part, options));
  const nextCursor = cursorOf(parts);
  const heads = prepared.map((one) => headText(one, options.nowMs));
  const calls = nextCalls(prepared, options, nextCursor);
  const around = byteLength([...heads, ...calls].join("\n")) + parts.length * FENCE_BYTES;
  const shares = shareBudget(
    prepared.map(({ body }) => body.bytes),
    Math.max(MIN_BODIES_BYTES, MAX_BYTES - around),
  );
  const shown = prepared.map((one, index) => show(one, heads[index] ?? "", shares[index] ?? 0));
  return {
    text: [...shown.map(({ text }) => text), ...calls].join("\n"),
    data: {
      logs: shown.map(({ data }) => data),
      ...(nextCursor === undefined ? {} : { next_cursor: nextCursor }),
    },
    jobs: parts.map(({ job }) => job),
  };
}

/** Where the next call goes on; none when nothing more will come. */
function cursorOf(parts: LogPart[]): string | undefined {
  if (parts.every(({ ended, more }) => ended && !more)) return undefined;
  const cursors = parts.flatMap(({ job, cursor }) =>
    cursor === undefined ? [] : [[job.id, cursor] as const],
  );
  return cursors.length === 0 ? undefined : writeCursor(new Map(cursors));
}

function prepare(part: LogPart, { args, redact }: Options): Prepared {
  const clean = cleanLines(part.lines, redact).slice(part.lead);
  const found = args.grep === undefined ? undefined : search(clean, args, args.grep);
  const lines = found?.lines ?? clean;
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
    firstTime: first,
    about: found === undefined ? aboutLines(part, lines, args) : aboutMatches(part, found, args),
    ...(found === undefined ? {} : { matches: found.matches, shown: found.shown }),
  };
}

function search(clean: LogLine[], args: LogsArguments, grep: string) {
  return searchLog(clean, {
    pattern: grep,
    ignoreCase: args.ignore_case ?? false,
    context: args.context ?? 0,
    invert: args.invert ?? false,
    newestFirst: args.newest_first ?? false,
    maxMatches: args.lines ?? 100,
  });
}

function aboutLines(part: LogPart, lines: LogLine[], args: LogsArguments): string[] {
  const count = part.lines.length - part.lead;
  const isNew = args.cursor !== undefined;
  const isAll = part.reachedStart && !part.more;
  const what = isNew ? `${count} new lines` : isAll ? `all ${count} lines` : `the last ${count} lines`;
  const window = args.since === undefined && args.until === undefined ? "" : " of the time asked for";
  const older = part.reachedStart || isNew ? "" : ", older ones exist";
  return [
    ...aboutPattern(part, args.until_pattern),
    lines.length === 0 ? "no lines" : `${what}${window}${older}`,
    ...(part.more ? ["more lines are there already: use the cursor"] : []),
  ];
}

function aboutPattern({ matched, ended }: LogPart, pattern: string | undefined): string[] {
  if (pattern === undefined || matched === undefined) return [];
  if (matched) return [`a line matches ${JSON.stringify(pattern)}, the last one below`];
  return [`no line matches ${JSON.stringify(pattern)} ${ended ? "and none will: the job has ended" : "yet"}`];
}

function aboutMatches(
  part: LogPart,
  found: { matches: number; shown: number },
  args: LogsArguments,
): string[] {
  const kept = found.shown < found.matches ? `, the newest ${found.shown} shown` : "";
  const which = args.invert === true ? "without" : "with";
  return [
    `${found.matches} lines ${which} ${JSON.stringify(args.grep)} in ${searchedText(part, args)}${kept}`,
  ];
}

function searchedText({ lines, reachedStart }: LogPart, { since, until, cursor }: LogsArguments): string {
  const count = lines.length.toLocaleString("en-US");
  if (cursor !== undefined) return `${count} new lines`;
  if (!reachedStart) return `the newest ${count} lines, not the older ones (since and until choose others)`;
  return since === undefined && until === undefined
    ? "the whole log"
    : `${count} lines of the time asked for`;
}

function headText({ part, body, span, about }: Prepared, nowMs: number): string {
  const hidden = body.hidden === 0 ? [] : [`${body.hidden} secrets hidden`];
  const facts = [...about, ...(span === "" ? [] : [span]), readText(part), ...hidden].join("; ");
  return `${stateLine(part.job, nowMs)}\nLog: ${facts}.`;
}

function show({ part, body, matches }: Prepared, head: string, maxBytes: number) {
  const { job, linesRead, bytesRead, reachedStart, matched } = part;
  const { text, fenced, omittedLines } = showBody(body, { maxBytes, what: `log of ${nameOf(job)}` });
  return {
    text: body.lines.length === 0 ? `${head}\n${emptyText(part)}` : `${head}\n${fenced}`,
    data: {
      job: nameOf(job),
      id: job.id,
      status: job.status,
      log: text,
      lines_read: linesRead,
      bytes_read: bytesRead,
      reached_start: reachedStart,
      ...(matched === undefined ? {} : { matched }),
      ...(matches === undefined ? {} : { matches }),
      ...(omittedLines === 0 ? {} : { omitted_lines: omittedLines }),
      ...(body.hidden === 0 ? {} : { secrets_hidden: body.hidden }),
    },
  };
}

function emptyText({ job, linesRead }: LogPart): string {
  if (linesRead > 0) return "Nothing to show of what was read.";
  if (job.logs_removed) return "The platform has removed this log.";
  if (!hasRun(job)) return `It printed nothing, as it never ran: ${statusText(job)}. job_status says why.`;
  return isFinished(job.status) ? "It printed nothing there." : "It has printed nothing there so far.";
}

function nextCalls(prepared: Prepared[], { args }: Options, nextCursor: string | undefined): string[] {
  const jobs = args.jobs ?? prepared.map(({ part }) => part.job.id);
  const [only, ...others] = prepared;
  const until = only === undefined || others.length > 0 ? undefined : olderUntil(only);
  const call = (given: object) => `job_logs ${JSON.stringify(given)}`;
  const isFound = prepared.some(({ part }) => part.matched === true);
  const newer = isFound ? pick(args, SEARCH) : pick(args, [...WAIT, ...SEARCH]);
  return [
    ...(nextCursor === undefined ? [] : [`Newer lines: ${call({ jobs, ...newer, cursor: nextCursor })}`]),
    ...(until === undefined || args.cursor !== undefined
      ? []
      : [`Older lines: ${call({ jobs, ...pick(args, ["lines", "since", ...SEARCH]), until })}`]),
  ];
}

const WAIT = ["until_pattern", "wait_seconds"] as const;
const SEARCH = ["grep", "context", "ignore_case", "invert", "newest_first", "timestamps", "project"] as const;

function pick(args: LogsArguments, keys: readonly (keyof LogsArguments)[]): Partial<LogsArguments> {
  return Object.fromEntries(keys.flatMap((key) => (args[key] === undefined ? [] : [[key, args[key]]])));
}

/**
 * Up to where the call for older lines reads: the first line shown, or the first one searched. Whole
 * milliseconds, rounded up: lines of the same one may come twice, none is left out.
 */
function olderUntil({ part, firstTime, matches, shown }: Prepared): string | undefined {
  if (part.reachedStart) return undefined;
  const isAllShown = matches !== undefined && matches === shown;
  const time = isAllShown ? part.lines[part.lead]?.time : firstTime;
  return time === undefined ? undefined : new Date(Math.floor(Date.parse(time)) + 1).toISOString();
}
