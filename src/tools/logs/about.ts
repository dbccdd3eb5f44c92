import type { LogPart } from "../../operations/logs/read.ts";
import type { LogsArguments } from "./arguments.ts";

interface Asked {
  args: LogsArguments;
  /** The cursor led to what is older. */
  isBackward: boolean;
}

/** What was read of a log, in words. */
export function aboutLines(part: LogPart, asked: Asked): string[] {
  const { since, until, until_pattern: pattern } = asked.args;
  const count = part.lines.length - part.lead;
  const isNew = directionOf(asked) === "new";
  const older = part.reachedStart || isNew ? "" : ", older ones exist";
  const window = since === undefined && until === undefined ? "" : " of the time asked for";
  return [
    ...aboutPattern(part, pattern),
    count === 0 ? "no lines" : `${whichLines(part, asked)}${window}${older}`,
    ...(part.more ? ["more lines are there already: use the cursor"] : []),
    ...aboutEnd(part),
  ];
}

/** What keeps the lines that were read from being all there are. */
function aboutEnd({ lines, lead, ending, tookMs = 0 }: LogPart): string[] {
  const seconds = Math.max(1, Math.round(tookMs / 1000));
  return [
    ...(lines.at(-1)?.open === true
      ? ["the last line is not finished and comes again with the next call"]
      : []),
    ...(ending === "time" ? [`stopped reading after ${seconds} s, more may follow`] : []),
    ...(ending === "held" ? ["then nothing came any more, though more may be there already"] : []),
    ...(ending === "quiet" && lines.length > lead ? ["nothing more came so far"] : []),
  ];
}

function directionOf({ args, isBackward }: Asked): "older" | "new" | "last" {
  if (isBackward) return "older";
  return args.cursor === undefined ? "last" : "new";
}

function whichLines(part: LogPart, asked: Asked): string {
  const count = part.lines.length - part.lead;
  const direction = directionOf(asked);
  if (direction === "new") {
    const { newLines = count } = part;
    return newLines > count
      ? `the last ${count.toLocaleString("en-US")} of ${counted(newLines, "new line")}`
      : counted(count, "new line");
  }
  const isAll = part.reachedStart && !part.more;
  if (isAll && part.floor !== undefined) return `the other ${counted(count, "line")}`;
  const which = direction === "older" ? ["the first", "the next older"] : ["all", "the last"];
  return `${isAll ? which[0] : which[1]} ${counted(count, "line")}`;
}

/** `1,215 lines`, `1 line` */
export function counted(count: number, thing: string): string {
  return `${count.toLocaleString("en-US")} ${thing}${count === 1 ? "" : "s"}`;
}

function aboutPattern({ matched, ended, isWhole }: LogPart, pattern: string | undefined): string[] {
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

/** What was searched of a log and what was found, in words. */
export function aboutMatches(
  part: LogPart,
  found: { matches: number; shown: number },
  asked: Asked,
): string[] {
  const kept = found.shown < found.matches ? `, the newest ${found.shown} shown` : "";
  const which = asked.args.invert === true ? "without" : "with";
  const searched = searchedText(part, asked);
  const long = part.lines.filter(({ cut }) => cut !== undefined).length;
  return [
    `${counted(found.matches, "line")} ${which} ${JSON.stringify(asked.args.grep)} in ${searched}${kept}`,
    ...(long === 0 ? [] : [`the middle of ${counted(long, "very long line")} was not searched`]),
    ...(part.more ? ["more lines are there already: use the cursor"] : []),
    ...aboutEnd(part),
  ];
}

function searchedText(part: LogPart, asked: Asked): string {
  const { lines, reachedStart } = part;
  const count = lines.length.toLocaleString("en-US");
  const direction = directionOf(asked);
  if (direction === "new") return `${count} new lines`;
  if (direction === "older") {
    const which = part.floor !== undefined && reachedStart ? "other" : "next older";
    return `the ${which} ${count} lines${reachedStart ? "" : ", not those before them"}`;
  }
  return reachedStart ? wholeText(part, asked) : `the newest ${count} lines, not the older ones`;
}

function wholeText({ lines, ending }: LogPart, { args: { since, until } }: Asked): string {
  const isUnknown = ending === "time" || ending === "held" || (ending === "quiet" && lines.length === 0);
  if (isUnknown) return `the ${counted(lines.length, "line")} that came`;
  if (since !== undefined || until !== undefined)
    return `${lines.length.toLocaleString("en-US")} lines of the time asked for`;
  return `the whole log${ending === "quiet" ? " so far" : ""}`;
}
