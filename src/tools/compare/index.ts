import { z } from "zod";
import { compareJobs } from "../../operations/compare/index.ts";
import { maybeFlag, maybeNumber, maybeText, maybeTexts, openObject, text } from "../answers.ts";
import { anyProject, jobRefs, tags, textArg } from "../args.ts";
import { defineTool } from "../define-tool.ts";
import { hinted } from "../reading/hint.ts";
import { compareReply } from "./reply.ts";

const goal = hinted(z.enum(["min", "max", "last"]).meta({ wordsUnlisted: true }), {
  example: "min",
  spellings: {
    minimize: "min",
    minimise: "min",
    lowest: "min",
    maximize: "max",
    maximise: "max",
    highest: "max",
  },
});
const number = z.union([z.number(), text]);
const compared = openObject(
  {},
  {
    ...{ rank: maybeNumber, job: text, id: text, owner: maybeText, status: text, reason: maybeText },
    ...{ exit_code: maybeNumber, run_time_seconds: maybeNumber, credits: text },
    differs: z.record(text, text.nullable()),
    ...{ value: maybeText, last: maybeText, line: maybeText, printed_at: maybeText },
    metrics: z.record(text, text).optional(),
    ...{ history: z.array(number).optional(), history_every: maybeNumber },
    ...{ why: maybeText, printed: maybeTexts, whole_log: maybeFlag },
  },
);

export const compare = defineTool({
  name: "job_compare",
  title: "Compare",
  description: "Jobs side by side, ranked by a metric in their logs.",
  toolset: "more",
  hasView: true,
  input: z.strictObject({
    tags: tags.optional().describe("Has all"),
    jobs: hinted(jobRefs, { usual: true }).optional(),
    metric: textArg("val_loss").optional().describe("As printed"),
    goal: goal.optional().describe("min, max or last"),
    history: z.boolean().optional().describe("Whole logs"),
    project: anyProject,
  }),
  output: openObject(
    {},
    {
      jobs: z.array(compared),
      without_metric: z.array(compared).optional(),
      same: maybeTexts,
      metrics: maybeTexts,
      found_as: maybeTexts,
      goal: maybeText,
      best: maybeText,
      more_jobs: maybeFlag,
      not_found: z.array(z.looseObject({ job: text, error: text })).optional(),
    },
  ),
  effects: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  run: async (query, call) => compareReply(await compareJobs(query, call), query),
});
