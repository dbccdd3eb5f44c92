import { z } from "zod";
import { defineTool, type ToolContext } from "./define-tool.ts";
import { checkStart } from "./start-check.ts";
import { readStart, type StartRequest, startInput } from "./start-input.ts";
import { planReply } from "./start-plan.ts";
import { orNothing } from "./start-refusal.ts";
import { startReply } from "./start-reply.ts";
import { startAll } from "./start-run.ts";
import { seenReply } from "./start-seen.ts";

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
  nothing: "Nothing was started by this call.",
  effects: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true },
  waits: ({ wait_seconds }) => wait_seconds,
  async run(args, context) {
    const request = readStart(args);
    if (args.dry_run === true) {
      const earlier = await seenBefore(request, context);
      return earlier === undefined ? planReply(request, context) : seenReply(earlier);
    }
    const deadlineMs = args.wait_seconds === 0 ? 0 : Date.now() + args.wait_seconds * 1000;
    const checked = await orNothing(checkStart(request, context), request);
    const outcomes = await orNothing(startAll(request, checked, context), request);
    return startReply({ request, checked, outcomes, deadlineMs }, context);
  },
});

/** The job of an earlier call, where one job was asked for by a request id of the caller's. */
async function seenBefore(
  { items, isRepeatable, requestId }: StartRequest,
  { platform, signal }: ToolContext,
) {
  const [item, ...others] = items;
  if (!isRepeatable || item === undefined || others.length > 0) return undefined;
  return platform.jobs.startedBy(requestId, item.options.where ?? {}, { signal });
}
