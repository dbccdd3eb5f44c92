import { z } from "zod";
import { InvalidInputError } from "../../jobs/invalid-input.ts";
import { parseMoment, parseWindow } from "../../jobs/time/moments.ts";
import { GROUPINGS } from "../../operations/report/groups.ts";
import { watchIdle } from "../../operations/report/idle.ts";
import { reportJobs } from "../../operations/report/index.ts";
import { maybeNumber, maybeText, openObject } from "../answers.ts";
import { moment, projectPath } from "../args.ts";
import { defineTool } from "../define-tool.ts";
import { hinted } from "../reading/hint.ts";
import { idleReply } from "./idle.ts";
import { periodReply } from "./reply.ts";

const DEFAULT_SINCE = "7d";

const grouping = hinted(z.enum(GROUPINGS), {
  spellings: {
    ...{ owners: "owner", user: "owner", users: "owner", tags: "tag", presets: "preset" },
    ...{ projects: "project", days: "day", date: "day", daily: "day" },
  },
});
const facts = z.array(z.looseObject({})).optional();

export const report = defineTool({
  name: "job_report",
  title: "Report costs",
  description: "Sums credits, GPU hours, failures; finds idle GPUs.",
  toolset: "more",
  hasView: true,
  input: z.strictObject({
    since: moment.optional().describe("Default 7d"),
    until: moment.optional().describe("As since"),
    by: hinted(z.array(grouping).max(2), { example: ["owner"], between: "[\\s,]+" })
      .optional()
      .describe("1 or 2"),
    projects: hinted(z.array(projectPath), { example: ["*"], between: "," })
      .optional()
      .describe("As in job_list"),
    idle: z.boolean().optional().describe("Idle now"),
  }),
  output: openObject(
    {},
    {
      ...{ from: maybeText, to: maybeText, jobs: maybeNumber, credits: maybeText, gpu_hours: maybeText },
      ...{ groups: facts, dearest: facts, causes: facts, longest_pending: facts },
      idle: z.looseObject({}).optional(),
    },
  ),
  effects: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  async run({ by = [], projects, idle = false, ...times }, call) {
    const nowMs = Date.now();
    const { since, until } = periodOf(times, nowMs);
    // Who asks for nothing but idle jobs asks about now.
    const isPeriod = !idle || by.length > 0 || times.since !== undefined || times.until !== undefined;
    const groupings = by.length === 0 ? (["owner"] as const) : [...new Set(by)];
    const [period, watch] = await Promise.all([
      isPeriod ? reportJobs(call, { since, until, by: groupings, projects }) : undefined,
      idle ? watchIdle(call, { projects }) : undefined,
    ]);
    const sums = period && periodReply(period, { projects, by });
    const waste = watch && idleReply(watch);
    return {
      text: [sums, waste].flatMap((reply) => reply?.text ?? []).join("\n\n"),
      data: { ...sums?.data, ...waste?.data },
      next: [...(sums?.next ?? []), ...(waste?.next ?? [])],
    };
  },
});

/** Without a beginning, the week up to its end. */
function periodOf(times: Parameters<typeof parseWindow>[0], nowMs: number) {
  const { since, until } = parseWindow(times, nowMs);
  const untilMs = Math.min(nowMs, until?.getTime() ?? nowMs);
  if (since !== undefined && since.getTime() > nowMs)
    throw new InvalidInputError(`since (${times.since}) is in the future: nothing can be reported of it.`, {
      argument: "since",
    });
  return { since: since ?? new Date(parseMoment(DEFAULT_SINCE, { nowMs: untilMs })), until };
}
