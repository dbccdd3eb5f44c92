import { z } from "zod";
import type { Call } from "../../operations/caller.ts";
import { type Checked, checkStart } from "../../operations/start/check.ts";
import { planStart } from "../../operations/start/plan.ts";
import type { StartRequest } from "../../operations/start/request.ts";
import { startAll } from "../../operations/start/run.ts";
import { watchStarted } from "../../operations/start/wait.ts";
import { openObject, text } from "../answers.ts";
import { defineTool } from "../define-tool.ts";
import { bySecretEnv, refuseSecrets } from "../plain-secrets.ts";
import { readStart, secretsOf, startInput } from "./input.ts";
import { plan, planReply } from "./plan.ts";
import { orNothing, triedOutcomes } from "./problems.ts";
import { failedStart, seenReply, startedJob, startFacts, startReply } from "./reply.ts";

const START_IT = "To start it, leave out dry_run.";

export const start = defineTool({
  name: "job_start",
  title: "Start jobs",
  description:
    "Starts 1 to 100 jobs; they cost credits until they end. dry_run shows plan, room, cost. After a timeout repeat with the same request_id.",
  toolset: "core",
  input: startInput,
  output: openObject(
    {
      jobs: z.array(openObject({ id: text, status: text }, startedJob)),
    },
    { plan: plan.optional(), failed: z.array(failedStart).optional(), ...startFacts },
  ),
  nothing: "Nothing was started by this call.",
  effects: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true },
  waits: ({ wait_seconds }) => wait_seconds,
  async run(args, call) {
    refuseSecrets(secretsOf(args), { policy: call.caller.policy, way: bySecretEnv });
    const request = readStart(args);
    if (args.dry_run === true) {
      const earlier = await seenBefore(request, call);
      if (earlier !== undefined) return seenReply(earlier);
      const planned = await planStart(request, await checkStart(request, call), call);
      return planReply(request, planned, { caller: call.caller, next: START_IT, doubts: [] });
    }
    const deadlineMs = args.wait_seconds > 0 ? Date.now() + args.wait_seconds * 1000 : 0;
    return startNow(request, await orNothing(checkStart(request, call), request), { call, deadlineMs });
  },
});

/** Starts what was checked and watches it until `deadlineMs`, if that is not 0. */
export async function startNow(
  request: StartRequest,
  checked: Checked,
  { call, deadlineMs }: { call: Call; deadlineMs: number },
) {
  const result = await orNothing(startAll(request, checked, call), request);
  const outcomes = triedOutcomes(result, request);
  const watched = await watchStarted(outcomes, deadlineMs, call);
  return startReply({ request, checked, outcomes, watched, wasAwaited: deadlineMs > 0 }, call.caller);
}

/** The job of an earlier call for one job with the same request id, if the caller gave one. */
async function seenBefore(
  { items, isRepeatable, requestId }: StartRequest,
  { caller: { platform }, signal }: Call,
) {
  const [item, ...others] = items;
  if (!isRepeatable || item === undefined || others.length > 0) return undefined;
  return platform.jobs.startedBefore(item.options, requestId, { signal });
}
