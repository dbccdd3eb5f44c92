import { z } from "zod";
import { defineTool } from "./define-tool.ts";
import { checkStart } from "./start-check.ts";
import { readStart, startInput } from "./start-input.ts";
import { planReply } from "./start-plan.ts";
import { orNothing } from "./start-refusal.ts";
import { startReply } from "./start-reply.ts";
import { startAll } from "./start-run.ts";

export const start = defineTool({
  name: "job_start",
  title: "Start jobs",
  description:
    "Starts a job, or a sweep of up to 100 (count or matrix). It costs credits until it ends; dry_run shows everything resolved, room and cost. After a timeout repeat it with the same request_id: you get the original job.",
  toolset: "core",
  input: startInput,
  output: z.looseObject({
    jobs: z.array(z.looseObject({ id: z.string(), status: z.string() })),
    failed: z.array(z.looseObject({})).optional(),
    plan: z.looseObject({}).optional(),
  }),
  effects: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true },
  async run(args, context) {
    const request = readStart(args);
    if (args.dry_run === true) return planReply(request, context);
    const deadlineMs = args.wait_seconds === 0 ? 0 : Date.now() + args.wait_seconds * 1000;
    const checked = await orNothing(checkStart(request, context), request);
    const outcomes = await orNothing(startAll(request, checked, context), request);
    return startReply({ request, checked, outcomes, deadlineMs }, context);
  },
});
