import { z } from "zod";
import { InvalidInputError } from "../../jobs/invalid-input.ts";
import { parseDuration } from "../../jobs/time/durations.ts";
import { extendJobs } from "../../operations/extend.ts";
import { maybeNumber, maybeText, openObject, text, whichJob } from "../answers.ts";
import { duration, jobRefs, project } from "../args.ts";
import { defineTool } from "../define-tool.ts";
import { extendReply, unfitError } from "./reply.ts";

const outcome = openObject(
  {},
  {
    ...{ ...whichJob, outcome: text, before_seconds: maybeNumber, life_span_seconds: maybeNumber },
    ...{ extra_credits: maybeText, ends_at: maybeText, error: maybeText },
  },
);

export const extend = defineTool({
  name: "job_extend",
  title: "Extend jobs",
  description: "Gives active jobs more time to run; each call adds.",
  toolset: "more",
  input: z.strictObject({
    jobs: jobRefs,
    by: duration.describe("More time, e.g. 6h"),
    project,
  }),
  output: openObject({}, { outcomes: z.array(outcome), extra_credits: text }),
  nothing: "Nothing was changed.",
  effects: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
  async run({ jobs: refs, by, project: at }, call) {
    const seconds = wholeMinutes(by);
    const result = await extendJobs({ refs, project: at, seconds }, call);
    if ("unfit" in result) throw unfitError(result.unfit, seconds);
    const { policy } = call.caller;
    return extendReply(result.outcomes, { seconds, nowMs: Date.now(), limit: policy.maxCreditsPerJob });
  },
});

/** A part of a minute is rounded up, as the platform counts. */
function wholeMinutes(by: string): number {
  const minutes = Math.ceil(parseDuration(by) / 60);
  if (minutes > 0) return minutes * 60;
  throw new InvalidInputError(`by: "${by.slice(0, 60)}" adds nothing. Nothing was changed.`, {
    argument: "by",
  });
}
