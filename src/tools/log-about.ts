import type { LogsArguments } from "./log-arguments.ts";
import type { LogPart } from "./log-read.ts";

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
  ];
}

function directionOf({ args, isBackward }: Asked): "older" | "new" | "last" {
  if (isBackward) return "older";
  return args.cursor === undefined ? "last" : "new";
}

function whichLines(part: LogPart, asked: Asked): string {
  const count = part.lines.length - part.lead;
  const direction = directionOf(asked);
  if (direction === "new") return counted(count, "new line");
  const isAll = part.reachedStart && !part.more;
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
  return [
    `${counted(found.matches, "line")} ${which} ${JSON.stringify(asked.args.grep)} in ${searched}${kept}`,
  ];
}

function searchedText({ lines, reachedStart }: LogPart, asked: Asked): string {
  const { since, until } = asked.args;
  const count = lines.length.toLocaleString("en-US");
  const direction = directionOf(asked);
  if (direction === "new") return `${count} new lines`;
  if (direction === "older")
    return `the next older ${count} lines${reachedStart ? "" : ", not those before them"}`;
  if (!reachedStart) return `the newest ${count} lines, not the older ones`;
  return since === undefined && until === undefined
    ? "the whole log"
    : `${count} lines of the time asked for`;
}
