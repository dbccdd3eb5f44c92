import { randomBytes } from "node:crypto";
import { z } from "zod";
import { imageToString, isFinished, type JobDescription } from "../../client/index.ts";
import { rerunDoubts } from "../../jobs/reasons/rerun-doubts.ts";
import { secretInText, secretVariables } from "../../jobs/start/plain-secrets.ts";
import type { Call } from "../../operations/caller.ts";
import { refsAgain, whereOf } from "../../operations/find/index.ts";
import { changesOf, rerunItem } from "../../operations/start/again.ts";
import { type Checked, checkStart } from "../../operations/start/check.ts";
import { planStart } from "../../operations/start/plan.ts";
import type { StartItem } from "../../operations/start/request.ts";
import { rerunSource } from "../../operations/start/source.ts";
import { maybeText, openObject } from "../answers.ts";
import { command, env, jobRef, lifeSpan, project, requestId, textArg } from "../args.ts";
import { defineTool } from "../define-tool.ts";
import { byAnotherStart, refuseSecrets } from "../plain-secrets.ts";
import { startNow } from "../start/index.ts";
import { plan, planReply } from "../start/plan.ts";
import { orNothing } from "../start/problems.ts";
import { seenReply, startedJob, startFacts } from "../start/reply.ts";
import { doubtText, headingText, startItText, stillActive } from "./reply.ts";

export const rerun = defineTool({
  name: "job_rerun",
  title: "Run again",
  description: "Plans a job like another; dry_run: false starts it. Env values are kept unseen.",
  toolset: "more",
  input: z.strictObject({
    job: jobRef,
    name: textArg("train-7b-2").optional().describe("If free, its own"),
    image: textArg("python:3.12").optional().describe("New image"),
    command: command.optional().describe("New command"),
    preset: textArg("cpu-small").optional().describe("New size"),
    life_span: lifeSpan.optional().describe("e.g. 6h"),
    env: env.optional().describe("Changes"),
    dry_run: z.boolean().default(true).describe("false: start it"),
    request_id: requestId.optional().describe("As in start"),
    project,
  }),
  output: openObject(
    { jobs: z.array(openObject({}, startedJob)) },
    { plan: plan.optional(), ...startFacts, original: maybeText },
  ),
  nothing: "Nothing was started by this call.",
  effects: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true },
  async run({ job: ref, project: at, dry_run: isDry, request_id: given, ...changes }, call) {
    const secrets = [...secretVariables("env", changes.env), ...secretInText("command", changes.command)];
    refuseSecrets(secrets, { policy: call.caller.policy, way: byAnotherStart });
    const requestId = given ?? randomBytes(6).toString("hex");
    const repeat = { requestId, isRepeatable: given !== undefined };
    const sought = { ref, where: whereOf(at), requestId: given };
    const { source, earlier, name: nameThen } = await orNothing(rerunSource(sought, call), repeat);
    const isBeside = !isFinished(source.status) && changes.name === undefined;
    if (!isDry && given === undefined && isBeside)
      throw stillActive(source, refsAgain([source], { refs: [ref], project: at }));
    const name = changes.name ?? nameThen;
    const presets = await presetsOf(source, call);
    const item = rerunItem(source, { ...changes, name }, { requestId, presets });
    if (isDry && earlier !== undefined) return seenAgain(item, earlier, call);
    const { lifeSpanSeconds } = item.options;
    const request = { items: [item], ...repeat, lifeSpanSeconds };
    const checked = await orNothing(checkStart(request, call), request);
    if (earlier !== undefined) return startNow(request, checked, { call, deadlineMs: 0 });
    const isSignalled = call.caller.signals.get(source.id)?.signal === "KILL";
    const doubts = doubtsAbout(source, checked, { lifeSpanSeconds, isSignalled });
    const next = startItText(source, { isBeside: isBeside && given === undefined });
    const reply = isDry
      ? planReply(request, await planStart(request, checked, call), { caller: call.caller, next, doubts })
      : await startNow(request, checked, { call, deadlineMs: 0 });
    const notes = isDry ? [] : doubts.map((doubt) => `Note: ${doubt}`);
    const text = [headingText(source, changesOf(source, item, changes)), reply.text, ...notes].join("\n");
    return { ...reply, text, data: { ...reply.data, original: source.id } };
  },
});

/** A plan of what was started before. @throws {PlatformError} `conflict` if that asked for something else */
async function seenAgain({ options, requestId }: StartItem, earlier: JobDescription, call: Call) {
  const { caller, signal } = call;
  const job = await caller.platform.jobs.startedBefore(options, requestId, { signal });
  return seenReply(job ?? earlier);
}

async function presetsOf({ cluster_name }: JobDescription, { caller: { platform }, signal }: Call) {
  const { clusters } = await platform.context({ signal });
  return clusters.find(({ name }) => name === cluster_name)?.presets ?? [];
}

/** What the old job says about the chances of the new one. */
function doubtsAbout(
  source: JobDescription,
  { plan, presets }: Checked,
  known: { lifeSpanSeconds: number | undefined; isSignalled: boolean },
): string[] {
  if (plan === undefined) return [];
  const { preset, body } = plan;
  const { image, command } = source.container;
  const hasNewImage = body.image !== imageToString(image);
  const hasNewProgram = hasNewImage || body.command !== command;
  const doubts = rerunDoubts(source, { preset, hasNewImage, hasNewProgram, ...known });
  return doubts.map((doubt) => doubtText(doubt, source, presets));
}
