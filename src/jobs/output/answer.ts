import { isFinished } from "../../client/index.ts";
import { shortId } from "../names/ids.ts";
import { callText, type NextCall } from "../next-call.ts";
import { nameOf, stateLine } from "../standing.ts";
import { formatInstant } from "../time/durations.ts";
import { present } from "../words.ts";
import { aboutLog, emptyText, jupyterHint } from "./about.ts";
import { showBody } from "./body.ts";
import { byteLength, formatBytes, shareBudget } from "./budget.ts";
import { fenceOutput } from "./fence.ts";
import type { Gap, LogFacts, LogPage, ReadOn } from "./page.ts";

/** Of the whole text, unless the words around the logs need too much of it. */
const MAX_BYTES = 16_000;
const MIN_BODIES_BYTES = 4000;
/** Room for a fence and its label. */
const FENCE_BYTES = 120;
/** Room for the call that reads the lines left out, and for the words about them. */
const GAP_BYTES = 450;

/** A page of logs as text. */
export interface LogAnswer {
  text: string;
  /** What the text shows of each log. */
  logs: { log: LogFacts; text: string; omittedLines: number }[];
  readOn: ReadOn;
  /** The calls that the text names. */
  next: NextCall[];
}

/** Each log with what was read of it, within one budget shared by all, and the calls that read on. */
export function logAnswer(page: LogPage): LogAnswer {
  if (page.notYet !== undefined) return { text: notYetText(page.notYet), logs: [], readOn: {}, next: [] };
  const logs = withinBudget(page);
  const readOn = page.readOn(logs.map(({ gap }) => gap));
  const calls = callsOf(page, readOn);
  const folded = foldedText(page);
  const text = present([
    ...logs.map(({ whole }) => whole),
    ...folded,
    budgetText(logs),
    ...calls.map(callLine),
  ]).join("\n");
  return { text, logs, readOn, next: calls.map(({ call }) => call) };
}

function budgetText(logs: readonly ShownLog[]): string | undefined {
  if (logs.length === 1 || logs.every(({ omittedLines }) => omittedLines === 0)) return undefined;
  return `All logs together are kept to ${formatBytes(MAX_BYTES)}: fewer jobs show more of each.`;
}

function notYetText({ sinceMs, nowMs, instead }: NonNullable<LogPage["notYet"]>): string {
  const times = `${formatInstant(sinceMs)} lies in the future, it is ${formatInstant(nowMs)} (UTC)`;
  return `since: ${times}: nothing has been printed yet, and nothing was read. Give an earlier time, e.g. ${JSON.stringify(instead.arguments)}`;
}

/** Each log with its share of the room that the words around them leave. */
function withinBudget(page: LogPage) {
  const heads = page.logs.map((log) => (isFolded(log, page) ? "" : headText(log, page)));
  const around = byteLength(
    [...heads, ...foldedText(page), ...callsOf(page, page.readOn()).map(callLine)].join("\n"),
  );
  const free = MAX_BYTES - around - page.logs.length * FENCE_BYTES;
  const needs = page.logs.map(({ body }) => body.bytes);
  const isTooMuch = needs.reduce((sum, need) => sum + need, 0) > free;
  const shares = shareBudget(needs, Math.max(MIN_BODIES_BYTES, isTooMuch ? free - GAP_BYTES : free));
  return page.logs.map((log, index) => show(log, shares[index] ?? 0, page));
}

/** Of several logs, one without what was sought: its name is all there is to say. */
function isFolded({ search, trouble, ending }: LogFacts, { logs }: LogPage): boolean {
  const isDoubtful = trouble !== undefined || ending === "time" || ending === "held";
  return logs.length > 1 && search?.matches === 0 && !isDoubtful;
}

/** The logs that have nothing to show, in a line or two. */
function foldedText(page: LogPage): string[] {
  const { asked, direction, logs } = page;
  const folded = logs.filter((log) => isFolded(log, page));
  const isAll = direction === "last" && asked.since === undefined && asked.until === undefined;
  const isWhole = ({ reachedStart }: LogFacts) => isAll && reachedStart;
  const which = asked.invert === true ? "without" : "with";
  const line = (some: readonly LogFacts[], what: string) =>
    some.length === 0
      ? []
      : [`No line ${which} ${JSON.stringify(asked.grep)} in ${what} of ${some.map(shortName).join(", ")}.`];
  return [
    ...line(folded.filter(isWhole), "the whole logs"),
    ...line(
      folded.filter((log) => !isWhole(log)),
      "what was searched of the logs",
    ),
  ];
}

function shortName({ job: { id, name } }: LogFacts): string {
  return name ?? shortId(id);
}

function headText(log: LogFacts, page: LogPage, omittedLines = 0): string {
  return `${stateLine(log.job, page.view)}\n${aboutLog(log, page, omittedLines)}`;
}

interface ShownLog {
  log: LogFacts;
  text: string;
  omittedLines: number;
  gap: Gap;
  /** With what there is to say about it. */
  whole: string;
}

function show(log: LogFacts, maxBytes: number, page: LogPage): ShownLog {
  const { job, body, tail } = log;
  if (isFolded(log, page)) return { log, text: "", omittedLines: 0, gap: { from: 0, to: 0 }, whole: "" };
  const what = `log of ${nameOf(job)}`;
  const isHead = log.firstLine !== undefined;
  const { text, fenced, omittedLines, gap } = showBody(body, { maxBytes, what, isHead });
  const whole = [
    headText(log, page, omittedLines),
    body.lines.length === 0
      ? tail === undefined || tail.lines.length === 0
        ? emptyText(log)
        : fenceOutput(tail.lines.join("\n"), `last lines of the ${what}`)
      : fenced,
    ...(body.hidden === 0 || isFinished(job.status) ? [] : jupyterHint(job)),
  ].join("\n");
  return { log, text, omittedLines, gap, whole };
}

function callLine({ label, call }: ReturnType<typeof callsOf>[number]): string {
  return `${label}: ${callText(call)}`;
}

/** How to read on: newer lines, what was left out in the middle, older lines, other jobs. */
function callsOf({ beyond }: LogPage, { newer, leftOut, older, tooMany }: ReadOn) {
  return [
    { label: "Newer lines", call: newer },
    { label: "Left out, the newest of it first", call: leftOut },
    { label: "Older lines", call: older },
    {
      label: `${tooMany?.logs} logs have more; it is offered for ${tooMany?.atOnce} at a time`,
      call: tooMany?.first,
    },
    { label: beyond === undefined ? "" : beyondText(beyond), call: beyond?.call },
  ].flatMap(({ label, call }) => (call === undefined ? [] : [{ label, call }]));
}

function beyondText({ jobs, orMore, atOnce }: NonNullable<LogPage["beyond"]>): string {
  const which = jobs > atOnce ? `, the next ${atOnce} of them` : "";
  return `${jobs}${orMore ? " or more" : ""} older jobs of this selection not shown${which}`;
}
