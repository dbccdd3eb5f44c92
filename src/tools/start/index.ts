import { z } from "zod";
import type { Call } from "../../operations/caller.ts";
import { checkStart } from "../../operations/start/check.ts";
import { orNothing } from "../../operations/start/refusal.ts";
import type { StartRequest } from "../../operations/start/request.ts";
import { startAll } from "../../operations/start/run.ts";
import { seenReply } from "../../operations/start/seen.ts";
import { defineTool } from "../define-tool.ts";
import { readStart, startInput } from "./input.ts";
import { planReply } from "./plan.ts";
import { startReply } from "./reply.ts";

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
  { caller: { platform }, signal }: Call,
) {
  const [item, ...others] = items;
  if (!isRepeatable || item === undefined || others.length > 0) return undefined;
  return platform.jobs.startedBy(requestId, item.options.where ?? {}, { signal });
}
