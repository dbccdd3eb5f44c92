import { z } from "zod";
import { isUncertain } from "../../jobs/output/about.ts";
import { type LogAnswer, logAnswer } from "../../jobs/output/answer.ts";
import type { LogBody } from "../../jobs/output/body.ts";
import type { LogPage } from "../../jobs/output/page.ts";
import { foreignOwner, nameOf } from "../../jobs/standing.ts";
import { readLogs } from "../../operations/logs/index.ts";
import { MOST_JOBS, waitSecondsOf } from "../../operations/logs/query.ts";
import { ifAny, maybeFlag, maybeNumber, maybeText, openObject, text } from "../answers.ts";
import { anyProject, listOfJobs, moment, pattern, statusesAsInList, tags, waitSeconds } from "../args.ts";
import { defineTool } from "../define-tool.ts";
import { hinted } from "../reading/hint.ts";

const shownLog = openObject(
  {},
  {
    job: text,
    id: text,
    owner: maybeText,
    status: text,
    log: text,
    lines_read: maybeNumber,
    bytes_read: maybeNumber,
    reached_start: maybeFlag,
    more_may_follow: maybeFlag,
    last_line_unfinished: maybeFlag,
    error: maybeText,
    matched: maybeFlag,
    matches: maybeNumber,
    last_lines: maybeText,
    first_line: maybeNumber,
    more: maybeFlag,
    omitted_lines: maybeNumber,
    secrets_hidden: maybeNumber,
    colors: z.array(z.looseObject({ line: z.int(), from: z.int(), to: z.int() })).optional(),
  },
);

const end = hinted(z.enum(["start", "end"]), {
  spellings: {
    ...{ beginning: "start", begin: "start", head: "start", first: "start", top: "start", oldest: "start" },
    ...{ tail: "end", last: "end", bottom: "end", newest: "end", latest: "end" },
  },
});

const output = openObject(
  { logs: z.array(shownLog), next_cursor: maybeText },
  { left_out_cursor: maybeText, older_cursor: maybeText },
);

export const logs = defineTool({
  name: "job_logs",
  title: "Read logs",
  description: "Last lines of jobs, or of the newest 20 by tags and status. grep finds, until_pattern waits.",
  toolset: "core",
  input: z.strictObject({
    jobs: hinted(listOfJobs(MOST_JOBS), { usual: true }).optional(),
    tags: tags.optional().describe("Has all"),
    status: statusesAsInList.optional().describe("As in job_list"),
    from: end.optional().describe("Default end"),
    lines: hinted(z.int().min(1).max(5000), { example: 100 }).optional().describe("Per job, default 100"),
    since: moment.optional().describe("10m, 14:30 or ISO time"),
    until: moment.optional().describe("Like since"),
    grep: pattern.optional().describe("e.g. error|warn"),
    context: hinted(z.int().min(0).max(50), { example: 3 }).optional().describe("Around matches"),
    ignore_case: z.boolean().optional().describe("For patterns"),
    invert: z.boolean().optional().describe("Non-matching"),
    newest_first: z.boolean().optional().describe("Matches reversed"),
    until_pattern: pattern.optional().describe("e.g. epoch 3"),
    wait_seconds: waitSeconds(0, 45).optional().describe("For until_pattern"),
    cursor: z.string().optional().describe("next_cursor"),
    timestamps: z.boolean().optional().describe("Before lines"),
    // For pages: an agent sees no colours.
    colors: z.boolean().optional().meta({ unpublished: true }),
    project: anyProject,
  }),
  output,
  effects: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  waits: (query) => waitSecondsOf(query) || undefined,
  async run(query, call) {
    const page = await readLogs(query, call);
    const answer = logAnswer(page);
    return {
      text: answer.text,
      data: dataOf(page, answer, query.colors === true),
      jobs: page.jobs,
      next: answer.next,
    };
  },
});

function dataOf(
  { jobs, notYet, view }: LogPage,
  { logs, readOn }: LogAnswer,
  colors: boolean,
): z.input<typeof output> {
  if (notYet !== undefined)
    return { logs: jobs.map((job) => ({ job: nameOf(job), id: job.id, status: job.status, log: "" })) };
  const { newer, leftOut, older } = readOn;
  return {
    logs: logs.map((one) => logData(one, { me: view.me, isAlone: logs.length === 1, colors })),
    next_cursor: newer?.cursor,
    left_out_cursor: leftOut?.cursor,
    older_cursor: older?.cursor,
  };
}

function logData(
  { log, text, omittedLines }: LogAnswer["logs"][number],
  { me, isAlone, colors }: { me: string; isAlone: boolean; colors: boolean },
): z.input<typeof shownLog> {
  const { job, body, search, matched, trouble } = log;
  return {
    job: nameOf(job),
    id: job.id,
    ...foreignOwner(job, me),
    status: job.status,
    log: text,
    lines_read: log.linesRead,
    bytes_read: log.bytesRead,
    reached_start: log.reachedStart && !log.hasFloor,
    more_may_follow: isUncertain(log) || undefined,
    last_line_unfinished: log.isLastOpen || undefined,
    error: trouble && `${trouble.code}: ${trouble.message}`,
    matched,
    matches: search?.matches,
    last_lines: isAlone && log.tail !== undefined ? log.tail.lines.join("\n") : undefined,
    first_line: log.lineCount === 0 ? undefined : log.firstLine,
    more: log.firstLine === undefined ? undefined : log.more || omittedLines > 0,
    omitted_lines: omittedLines || undefined,
    secrets_hidden: body.hidden || undefined,
    colors: colors ? ifAny(colorsOf(body, text)) : undefined,
  };
}

/** Where the shown text has colours: its lines are the first and the last of the body. */
function colorsOf({ lines, runs }: LogBody, text: string) {
  const shown = text.split("\n");
  const leftOut = lines.length - shown.length;
  return shown.flatMap((line, index) => {
    const at = [index, index + leftOut].find((place) => lines[place] === line);
    return (at === undefined ? [] : (runs[at] ?? [])).map((run) => ({ line: index, ...run }));
  });
}
