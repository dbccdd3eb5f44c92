import { z } from "zod";
import { isFinished } from "../../client/index.ts";
import { InvalidInputError } from "../../jobs/invalid-input.ts";
import { resolveAll } from "../../operations/find/index.ts";
import { requireAllMeant } from "../../operations/find/owned.ts";
import { whereOf } from "../../operations/find/where.ts";
import { killAll } from "../../operations/kill/run.ts";
import { previewReply, readPreview } from "../../operations/kill/select.ts";
import { lookUp } from "../../operations/within.ts";
import { jobRefs, project, selector } from "../args.ts";
import { defineTool } from "../define-tool.ts";
import { killReply } from "./reply.ts";

const SELECTORS = ["tag", "name_pattern", "status"] as const;

export const kill = defineTool({
  name: "job_kill",
  title: "Kill jobs",
  description:
    "Ends jobs for good. Give jobs, or select by tag, name_pattern or status: that only lists them with a token; call again with it to end exactly those. Kill only what the user named.",
  toolset: "core",
  input: z.strictObject({
    jobs: jobRefs.optional(),
    tag: selector.optional().describe("Active jobs with this tag, e.g. tmp"),
    name_pattern: selector.optional().describe("Name with * for any text, e.g. lr-*"),
    status: z.enum(["pending", "suspended", "running"]).optional().describe("With this status"),
    include_others: z.boolean().optional().describe("Others' too; default mine"),
    token: z.string().optional().describe("From the call that listed them"),
    project,
  }),
  output: z.looseObject({
    outcomes: z.array(z.looseObject({ id: z.string(), before: z.string(), after: z.string() })).optional(),
    token: z.string().optional(),
  }),
  nothing: "Nothing was killed.",
  effects: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
  async run({ jobs: refs, token, project: at, ...selection }, context) {
    const selects = SELECTORS.some((key) => selection[key] !== undefined);
    const { include_others: others } = selection;
    if (refs !== undefined && (selects || token !== undefined)) {
      throw new InvalidInputError(
        "Give jobs, or a selection (tag, name_pattern, status), not both. Nothing was killed.",
      );
    }
    if (token !== undefined && (selects || others !== undefined)) {
      throw new InvalidInputError(
        "Give the token alone: it stands for exactly the jobs that were listed with it. Nothing was killed.",
      );
    }
    if (token !== undefined) {
      const { jobs, unread, spend, ...left } = await readPreview(token, context);
      return killReply(await killAll({ jobs, unread, begin: spend }, context), context.caller, left);
    }
    if (refs === undefined) return previewReply({ ...selection, where: whereOf(at) }, context);
    const target = { refs, where: whereOf(at) };
    const jobs = await lookUp(context.signal, (until) => resolveAll(context.caller.platform, target, until));
    const active = jobs.filter(({ status }) => !isFinished(status));
    if (others !== true) await requireAllMeant(active, refs, context);
    return killReply(await killAll({ jobs }, context), context.caller);
  },
});
