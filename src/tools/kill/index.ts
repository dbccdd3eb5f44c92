import { z } from "zod";
import { InvalidInputError } from "../../jobs/invalid-input.ts";
import { whereOf } from "../../operations/find/index.ts";
import { killJobs } from "../../operations/kill/index.ts";
import { previewKill } from "../../operations/kill/select.ts";
import { maybeText, openObject, text, whichJob } from "../answers.ts";
import { jobRefs, project, statusesAsInList, tags, textArg } from "../args.ts";
import { defineTool } from "../define-tool.ts";
import { hinted } from "../reading/hint.ts";
import { declined, killReply, previewReply, questionText } from "./reply.ts";

const shownJob = z.looseObject({ job: text, id: text, owner: text, status: text });
const outcome = openObject({ id: text, before: text, after: text }, { ...whichJob, error: maybeText });

const SELECTORS = ["tags", "name_pattern", "status"] as const;

export const kill = defineTool({
  name: "job_kill",
  title: "Kill jobs",
  description:
    "Ends jobs the user named, for good. By tags, name_pattern or status it only lists them with a token, which ends exactly those. Gentler: job_signal TERM.",
  toolset: "core",
  input: z.strictObject({
    jobs: hinted(jobRefs, { names: true, narrows: true, usual: true }).optional(),
    tags: hinted(tags, { narrows: true }).optional().describe("Has all"),
    name_pattern: hinted(textArg("lr-*"), { narrows: true }).optional().describe("e.g. lr-*"),
    status: hinted(statusesAsInList, { narrows: true }).optional().describe("As in job_list"),
    include_others: z.boolean().optional().describe("Others' too"),
    token: hinted(z.string(), { names: true }).optional().describe("From listing"),
    project,
  }),
  output: openObject(
    { outcomes: z.array(outcome).optional() },
    {
      token: maybeText,
      jobs: z.array(shownJob).optional(),
      skipped: z.array(z.looseObject(whichJob)).optional(),
    },
  ),
  nothing: "Nothing was killed.",
  effects: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
  async run({ jobs: refs, token, project: at, ...selection }, call) {
    const selects = SELECTORS.some((key) => selection[key] !== undefined);
    const { include_others: others } = selection;
    if (refs !== undefined && (selects || token !== undefined)) {
      throw new InvalidInputError(
        "Give jobs, or a selection (tags, name_pattern, status), not both. Nothing was killed.",
        { argument: "jobs" },
      );
    }
    if (token !== undefined && (selects || others !== undefined)) {
      throw new InvalidInputError(
        "Give the token alone: it stands for exactly the jobs that were listed with it. Nothing was killed.",
      );
    }
    const where = whereOf(at);
    const named = refs && { refs, where, others: others === true };
    const request = token === undefined ? named : { token };
    if (request === undefined) {
      const preview = await previewKill({ ...selection, where }, call);
      return previewReply(preview, call.caller.policy, Date.now());
    }
    const result = await killJobs(request, call);
    if ("unconfirmed" in result)
      return {
        text: questionText(result.unconfirmed, Date.now()),
        data: {},
        asks: { token: result.token, about: result.ids },
      };
    if ("declined" in result) throw declined(result);
    return killReply(result, call.caller.policy);
  },
});
