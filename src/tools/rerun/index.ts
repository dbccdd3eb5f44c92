import { randomBytes } from "node:crypto";
import { z } from "zod";
import { imageToString, isFinished, type JobDescription, type Where } from "../../client/index.ts";
import { whereIs } from "../../jobs/identity.ts";
import { InvalidInputError } from "../../jobs/invalid-input.ts";
import { rerunDoubts } from "../../jobs/reasons/rerun-doubts.ts";
import { redactJob } from "../../jobs/redact/job.ts";
import { nameOf } from "../../jobs/standing.ts";
import type { Call } from "../../operations/caller.ts";
import { refsAgain, whereOf } from "../../operations/find/index.ts";
import { withoutSecretsOf } from "../../operations/quoting.ts";
import { leavesProject, rerunItem } from "../../operations/start/again.ts";
import { changesOf, notKeptOf } from "../../operations/start/changes.ts";
import { type Checked, checkStart } from "../../operations/start/check.ts";
import { planStart } from "../../operations/start/plan.ts";
import type { StartItem } from "../../operations/start/request.ts";
import { rerunSource } from "../../operations/start/source.ts";
import { maybeText, openObject } from "../answers.ts";
import { defineTool } from "../define-tool.ts";
import { bySecretEnv, refuseSecrets } from "../plain-secrets.ts";
import { startedJob, startFacts } from "../start/data.ts";
import { startNow } from "../start/index.ts";
import { secretsOf } from "../start/input.ts";
import { plan, planReply } from "../start/plan.ts";
import { orNothing } from "../start/problems.ts";
import { seenReply } from "../start/reply.ts";
import { type RerunArguments, rerunInput } from "./input.ts";
import { doubtText, headingText, startItText, stillActive } from "./reply.ts";

export const rerun = defineTool({
  name: "job_rerun",
  title: "Run again",
  description:
    "Plans a job like another, hidden env kept; dry_run: false starts it. The rest, as in job_start, is changed.",
  toolset: "more",
  input: rerunInput,
  output: openObject(
    { jobs: z.array(openObject({}, startedJob)) },
    { plan: plan.optional(), ...startFacts, original: maybeText },
  ),
  nothing: "Nothing was started by this call.",
  effects: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true },
  waits: ({ wait_seconds, dry_run }) => (dry_run ? undefined : wait_seconds),
  async run(args, call) {
    refuseSecrets(secretsOf(args), { policy: call.caller.policy, way: bySecretEnv });
    const { wait_seconds: seconds = 0 } = args;
    const deadlineMs = seconds > 0 ? performance.now() + seconds * 1000 : 0;
    const found = await readRerun(args, call);
    try {
      return await runAgain(args, found, { call, deadlineMs });
    } catch (error) {
      throw withoutSecretsOf([found.source], error, call.caller);
    }
  },
});

async function runAgain(
  args: RerunArguments,
  { source, earlier, item, changes, isBeside, ...repeat }: Awaited<ReturnType<typeof readRerun>>,
  { call, deadlineMs }: { call: Call; deadlineMs: number },
) {
  if (args.dry_run && earlier !== undefined) return seenAgain(item, earlier, call);
  const { lifeSpanSeconds } = item.options;
  const request = { items: [item], ...repeat, lifeSpanSeconds };
  const checked = await orNothing(checkStart(request, call), request);
  if (earlier !== undefined) return startNow(request, checked, { call, deadlineMs });
  const isSignalled = call.caller.signals.get(source.id)?.signal === "KILL";
  const doubts = doubtsAbout(source, checked, { lifeSpanSeconds, isSignalled });
  const next = startItText(source, { isBeside: isBeside && !repeat.isRepeatable });
  const reply = args.dry_run
    ? planReply(request, await planStart(request, checked, call), { caller: call.caller, next, doubts })
    : await startNow(request, checked, { call, deadlineMs });
  const notes = args.dry_run ? [] : doubts.map((doubt) => `Note: ${doubt}`);
  const differs = { changed: changesOf(source, item, changes), notKept: notKeptOf(source, item) };
  const text = [headingText(source, differs), reply.text, ...notes].join("\n");
  return { ...reply, text, data: { ...reply.data, original: source.id } };
}

/** The job to start, from the one that it is to be like. @throws what keeps that from being clear */
async function readRerun(args: RerunArguments, call: Call) {
  const { job: ref, project: at, to_project: to, request_id: given } = args;
  const requestId = given ?? randomBytes(6).toString("hex");
  const repeat = { requestId, isRepeatable: given !== undefined };
  const changes = { ...args, to: whereOf(to) };
  const sought = { ref, where: whereOf(at), to: changes.to, requestId: given };
  const { source, earlier, name: nameThen } = await orNothing(rerunSource(sought, call), repeat);
  if (source.id !== earlier?.id) refuseOtherPlace(source, sought.where);
  const isGone = isFinished(source.status) || leavesProject(source, changes);
  const isBeside = !isGone && args.name === undefined;
  if (!args.dry_run && given === undefined && isBeside)
    throw stillActive(source, refsAgain([source], { refs: [ref], project: at }));
  const presets = await presetsOf(changes.to.cluster ?? source.cluster_name, call);
  const name = args.name ?? nameThen;
  const item = rerunItem(source, { ...changes, name }, { requestId, presets });
  return { source, earlier, item, changes, isBeside, ...repeat };
}

/** A plan of what was started before. @throws {PlatformError} `conflict` if that asked for something else */
async function seenAgain({ options, requestId }: StartItem, earlier: JobDescription, call: Call) {
  const { caller, signal } = call;
  const job = await caller.platform.jobs.startedBefore(options, requestId, { signal });
  return seenReply(job ?? earlier);
}

/** A job named by id or URI is found wherever it is: a project beside that may mean where the new one is to be. */
function refuseOtherPlace(source: JobDescription, where: Where): void {
  const { cluster, org, project } = whereIs(source);
  const wanted = { cluster, org, project, ...where };
  if (wanted.cluster === cluster && wanted.org === org && wanted.project === project) return;
  const asked = Object.values(where).join("/");
  throw new InvalidInputError(
    `project: ${nameOf(source)} is in ${cluster}/${org}/${project}, not in ${asked}. Leave project out, or give to_project to start the new job there.`,
    { example: { to_project: asked } },
  );
}

async function presetsOf(cluster: string, { caller: { platform }, signal }: Call) {
  const { clusters } = await platform.context({ signal });
  return clusters.find(({ name }) => name === cluster)?.presets ?? [];
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
  const shown = redactJob(source);
  const doubts = rerunDoubts(shown, { preset, hasNewImage, hasNewProgram, ...known });
  return doubts.map((doubt) => doubtText(doubt, shown, presets));
}
