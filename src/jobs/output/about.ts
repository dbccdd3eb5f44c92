import { isFinished, type JobDescription } from "../../client/index.ts";
import { hasRun, statusText } from "../standing.ts";
import { formatInstant } from "../time/durations.ts";
import { counted } from "../words.ts";
import type { LogFacts, LogPage, LogQuestion } from "./page.ts";

/** What to know about the lines of one log: `Log: the last 100 lines, older ones exist.` */
export function aboutLog(log: LogFacts, page: LogPage, omittedLines = 0): string {
  const { body, span, search } = log;
  const facts = [
    ...(search === undefined ? aboutLines(log, page) : aboutMatches(log, search, page)),
    ...aboutMore(log, omittedLines),
    ...aboutEnd(log),
    ...(span === undefined ? [] : [`${formatInstant(span.first)} to ${formatInstant(span.last)} (UTC)`]),
    ...(body.hidden === 0 ? [] : [`${counted(body.hidden, "secret")} hidden`]),
  ];
  return `Log: ${facts.join("; ")}.`;
}

function aboutMore(log: LogFacts, omittedLines: number): string[] {
  if (log.firstLine !== undefined) return aboutNext(log, omittedLines);
  return [
    ...(log.more ? ["more lines are there already: use the cursor"] : []),
    ...(omittedLines === 0 ? [] : [`${counted(omittedLines, "line")} left out in the middle`]),
  ];
}

/** Whether anything follows what is shown from the start on; where that is not known the end of it says so. */
function aboutNext({ more, ended, ending, lineCount }: LogFacts, omittedLines: number): string[] {
  if (omittedLines > 0)
    return [`${counted(omittedLines, "line")} of them did not fit: the cursor goes on there`];
  if (more) return ["more lines follow: use the cursor"];
  if (ended) return ["nothing follows, the job has ended"];
  if (ending === "enough") return ["nothing follows in the time asked for"];
  return lineCount > 0 && (ending === "caught_up" || ending === "quiet") ? ["nothing more so far"] : [];
}

/** What a log without lines to show says instead. */
export function emptyText(log: LogFacts): string {
  const { job, linesRead, trouble } = log;
  if (trouble !== undefined) return `This log could not be read: ${trouble.code}: ${trouble.message}`;
  if (linesRead > 0) return "Nothing to show of what was read.";
  if (job.logs_removed) return "The platform has removed this log.";
  if (!hasRun(job))
    return `It printed nothing because it never ran: ${statusText(job)}. job_status says why.`;
  if (isUncertain(log))
    return `Nothing came within ${secondsOf(log)} s: whether it has printed anything there is not known. Ask again later.`;
  return isFinished(job.status) ? "Nothing was printed there." : "Nothing has been printed there so far.";
}

/** Whether lines that did not arrive may still exist. */
export function isUncertain({ ending }: LogFacts): boolean {
  return ending === "time" || ending === "quiet" || ending === "held";
}

function aboutLines(log: LogFacts, page: LogPage): string[] {
  const { asked, direction } = page;
  if (log.firstLine !== undefined) {
    const start = log.hasFloor ? "reading on" : "from the beginning";
    const lines = log.lineCount === 0 ? "no lines" : linesFromStart(log, log.firstLine, asked);
    return [`${start}: ${lines}`];
  }
  const older = log.reachedStart || direction === "new" ? "" : ", older ones exist";
  const window = isWindow(asked) ? " of the time asked for" : "";
  return [
    ...aboutPattern(log, asked.until_pattern),
    log.lineCount === 0 ? "no lines" : `${whichLines(log, direction)}${window}${older}`,
  ];
}

/** `the first 100 lines`, `lines 101 to 200` */
function linesFromStart(log: LogFacts, firstLine: number, asked: LogQuestion): string {
  const { lineCount, reachedStart, hasFloor, more } = log;
  const lines = counted(lineCount, "line");
  const window = isWindow(asked) ? " of the time asked for" : "";
  if (lineCount === 0) return lines;
  if (reachedStart && !hasFloor) return `${more || isUncertain(log) ? "the first" : "all"} ${lines}${window}`;
  const [from, to] = [firstLine, firstLine + lineCount - 1].map((line) => line.toLocaleString("en-US"));
  return `${from === to ? `line ${from}` : `lines ${from} to ${to}`}${window}`;
}

/** Why there may be more lines than were read. */
function aboutEnd(log: LogFacts): string[] {
  const { ending } = log;
  return [
    ...(log.isLastOpen ? ["the last line is not finished and comes again with the next call"] : []),
    ...(ending === "time" ? [`stopped reading after ${secondsOf(log)} s, more may follow`] : []),
    ...(ending === "held" ? ["then nothing more arrived, though there may be more already"] : []),
    ...(ending === "quiet" && log.lineCount > 0 && log.firstLine === undefined
      ? ["nothing more came so far"]
      : []),
  ];
}

function secondsOf({ tookMs = 0 }: LogFacts): number {
  return Math.max(1, Math.round(tookMs / 1000));
}

function isWindow({ since, until }: LogQuestion): boolean {
  return since !== undefined || until !== undefined;
}

function whichLines(log: LogFacts, direction: LogPage["direction"]): string {
  const { lineCount, newLineCount } = log;
  if (direction === "new")
    return newLineCount > lineCount
      ? `the last ${lineCount.toLocaleString("en-US")} of ${counted(newLineCount, "new line")}`
      : counted(lineCount, "new line");
  const isAll = log.reachedStart && !log.more;
  if (isAll && log.hasFloor) return `the other ${counted(lineCount, "line")}`;
  const which = direction === "older" ? ["the first", "the next older"] : ["all", "the last"];
  return `${isAll ? which[0] : which[1]} ${counted(lineCount, "line")}`;
}

function aboutPattern({ matched, ended, isWhole }: LogFacts, pattern: string | undefined): string[] {
  if (pattern === undefined || matched === undefined) return [];
  if (matched) return [`a line matches ${JSON.stringify(pattern)}, the last one below`];
  const none = `no line matches ${JSON.stringify(pattern)}`;
  if (!ended) return [`${none} yet`];
  return [
    isWhole === true
      ? `${none} and none will: the job has ended`
      : `${none} among the newest ones, the older were not searched; the job has ended`,
  ];
}

function aboutMatches(log: LogFacts, search: NonNullable<LogFacts["search"]>, page: LogPage): string[] {
  const { matches, shown, unsearchedLines } = search;
  const { grep, invert } = page.asked;
  const kept = shown < matches ? `, the newest ${shown} shown` : "";
  const which = invert === true ? "without" : "with";
  return [
    `${counted(matches, "line")} ${which} ${JSON.stringify(grep)} in ${searchedText(log, page)}${kept}`,
    ...(unsearchedLines === 0
      ? []
      : [`the middle of ${counted(unsearchedLines, "very long line")} was not searched`]),
  ];
}

function searchedText(log: LogFacts, { asked, direction }: LogPage): string {
  const { lineCount, reachedStart } = log;
  if (log.firstLine !== undefined)
    return `${linesFromStart(log, log.firstLine, asked)}, ${asked.since === undefined ? "read from the beginning" : "numbered from there"}`;
  if (direction === "new") return counted(lineCount, "new line");
  const lines = counted(lineCount, "line");
  if (direction === "older") {
    const which = log.hasFloor && reachedStart ? "other" : "next older";
    return `the ${which} ${lines}${reachedStart ? "" : ", not those before them"}`;
  }
  return reachedStart ? wholeText(log, asked) : `the newest ${lines}, not the older ones`;
}

function wholeText({ lineCount, ending }: LogFacts, asked: LogQuestion): string {
  const isUnknown = ending === "time" || ending === "held" || (ending === "quiet" && lineCount === 0);
  if (isUnknown) return `the ${counted(lineCount, "line")} that came`;
  if (isWindow(asked)) return `${counted(lineCount, "line")} of the time asked for`;
  return `the whole log${ending === "quiet" ? " so far" : ""}`;
}

/** How to get past the login page of a notebook whose token is hidden from logs here; nothing for other jobs. */
export function jupyterHint({ id, container }: JobDescription): string[] {
  const { command, entrypoint, http, image } = container;
  if (http === undefined || !asksForToken({ command, entrypoint, image: image.name })) return [];
  const without = http.requires_auth === false ? "" : ` ${WITHOUT_TOKEN}`;
  return [
    `Jupyter asks for its token, which logs here hide: the user finds it with \`apolo logs ${id}\`.${without}`,
  ];
}

export const WITHOUT_TOKEN =
  "Behind the platform login it can also be started without one (--ServerApp.token='').";

/** Whether what is started is a notebook whose link ends at a login: by its command, or by its image where that runs its own. */
export function asksForToken(program: {
  command?: string | undefined;
  entrypoint?: string | undefined;
  image: string;
}): boolean {
  const { command = "", entrypoint = "", image } = program;
  const words = `${entrypoint} ${command}`.trim() || image;
  return /jupyter|\bnotebook\b/i.test(words) && !NO_TOKEN.test(words);
}

const NO_TOKEN = /(?:token|password)=(?:''|""|\s|$)/i;
