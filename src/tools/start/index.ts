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
import { failedStart, startedJob, startFacts } from "./data.ts";
import { readStart, type StartArguments, secretsOf, startInput } from "./input.ts";
import { notesOf } from "./link.ts";
import { plan, planReply } from "./plan.ts";
import { orNothing, triedOutcomes } from "./problems.ts";
import { seenReply, startReply } from "./reply.ts";
import { awaitStart, lookAgain } from "./task.ts";

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
  run: async (args, call) => runStart(args, readSafely(args, call), call),
  task: {
    async begin(args, call) {
      const request = readSafely(args, call);
      // The rows of a sweep would not fit into an id.
      if (args.dry_run === true || args.wait_seconds === 0 || request.items.length > 1)
        return runStart(args, request, call);
      const startedMs = Date.now();
      const deadlineMs = startedMs + args.wait_seconds * 1000;
      const checked = await orNothing(checkStart(request, call), request);
      const [outcome] = triedOutcomes(await orNothing(startAll(request, checked, call), request), request);
      if (outcome?.job === undefined) throw new Error("a start that was tried has neither job nor error");
      const begun = { request, checked, notes: notesOf(request, checked) };
      const { job } = outcome;
      return awaitStart({ ...begun, outcome: { ...outcome, job } }, { startedMs, deadlineMs, call });
    },
    look: lookAgain,
  },
});

function readSafely(args: StartArguments, { caller: { policy } }: Call): StartRequest {
  refuseSecrets(secretsOf(args), { policy, way: bySecretEnv });
  return readStart(args);
}

async function runStart(args: StartArguments, request: StartRequest, call: Call) {
  if (args.dry_run === true) return planned(request, call);
  const deadlineMs = args.wait_seconds > 0 ? performance.now() + args.wait_seconds * 1000 : 0;
  return startNow(request, await orNothing(checkStart(request, call), request), { call, deadlineMs });
}

async function planned(request: StartRequest, call: Call) {
  const earlier = await seenBefore(request, call);
  if (earlier !== undefined) return seenReply(earlier);
  const plan = await planStart(request, await checkStart(request, call), call);
  return planReply(request, plan, { caller: call.caller, next: START_IT, doubts: [] });
}

/** Starts what was checked and watches it until `deadlineMs`, if that is not 0. */
export async function startNow(
  request: StartRequest,
  checked: Checked,
  { call, deadlineMs }: { call: Call; deadlineMs: number },
) {
  const result = await orNothing(startAll(request, checked, call), request);
  const outcomes = triedOutcomes(result, request);
  const watched = await watchStarted(outcomes, deadlineMs, call);
  const notes = notesOf(request, checked);
  return startReply({ request, checked, notes, outcomes, watched, wasAwaited: deadlineMs > 0 }, call.caller);
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
