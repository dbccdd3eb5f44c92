import { randomBytes } from "node:crypto";
import { z } from "zod";
import { imageToString, type JobDescription } from "../../client/index.ts";
import { identityText } from "../../jobs/identity.ts";
import { rerunDoubts } from "../../jobs/reasons/rerun-doubts.ts";
import { statusText } from "../../jobs/standing.ts";
import type { Call } from "../../operations/caller.ts";
import { whereOf } from "../../operations/find/where.ts";
import { changesText, rerunItem } from "../../operations/start/again.ts";
import { type Checked, checkStart } from "../../operations/start/check.ts";
import { checkRequestId, orNothing } from "../../operations/start/refusal.ts";
import type { StartRequest } from "../../operations/start/request.ts";
import { startAll } from "../../operations/start/run.ts";
import { seenReply } from "../../operations/start/seen.ts";
import { requireEnded, rerunSource, startIt } from "../../operations/start/source.ts";
import { jobRef, project } from "../args.ts";
import { defineTool } from "../define-tool.ts";
import { planReply } from "../start/plan.ts";
import { startReply } from "../start/reply.ts";

const text = z.string().optional();

export const rerun = defineTool({
  name: "job_rerun",
  title: "Run a job again",
  description:
    "Plans a new job like a finished or running one, with changes; dry_run: false starts it. Env values are kept, not shown.",
  toolset: "more",
  input: z.strictObject({
    job: jobRef,
    name: text.describe("Default: the same, if free"),
    image: text.describe("New image"),
    command: text.describe("New command"),
    preset: text.describe("New machine size"),
    life_span: text.describe("e.g. 6h"),
    env: z.record(z.string(), z.string()).optional().describe("Added or replaced"),
    dry_run: z.boolean().default(true).describe("false: start it"),
    request_id: text.describe("As in job_start"),
    project,
  }),
  output: z.looseObject({
    jobs: z.array(z.looseObject({})),
    plan: z.looseObject({}).optional(),
  }),
  nothing: "Nothing was started by this call.",
  effects: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true },
  async run({ job: ref, project: at, dry_run: isDry, request_id: given, ...changes }, context) {
    checkRequestId(given);
    const requestId = given ?? randomBytes(6).toString("hex");
    const { source, earlier } = await orNothing(
      rerunSource({ ref, where: whereOf(at), requestId: given }, context),
      { requestId, isRepeatable: given !== undefined },
    );
    if (isDry && earlier !== undefined) return seenReply(earlier);
    if (!isDry && given === undefined) requireEnded(source, { ref, project: at, changes });
    const name = changes.name ?? earlier?.name;
    const presets = await presetsOf(source, context);
    const item = rerunItem(source, { ...changes, name }, { requestId, presets });
    const { lifeSpanSeconds } = item.options;
    const request = {
      ...{ items: [item], requestId, isRepeatable: given !== undefined },
      ...(lifeSpanSeconds === undefined ? {} : { lifeSpanSeconds }),
    };
    const checked = await orNothing(checkStart(request, context), request);
    if (earlier !== undefined) return startNow(request, checked, context);
    const differs = changesText(source, item, changes);
    const heading = `Rerun of ${identityText(source)}, which is ${statusText(source)}; changed: ${differs || "nothing"}.`;
    const doubts = doubtsAbout(source, checked, {
      lifeSpanSeconds,
      isSignalled: context.caller.signals.has(source.id),
    });
    const next = startIt(source, given !== undefined || changes.name !== undefined);
    const reply = isDry
      ? await planReply(request, context, { next, doubts })
      : await startNow(request, checked, context);
    const notes = isDry ? [] : doubts.map((doubt) => `Note: ${doubt}`);
    const text = [heading, reply.text, ...notes].join("\n");
    return { ...reply, text, data: { ...reply.data, original: source.id } };
  },
});

async function presetsOf({ cluster_name }: JobDescription, { caller: { platform }, signal }: Call) {
  const { clusters } = await platform.context({ signal });
  return clusters.find(({ name }) => name === cluster_name)?.presets ?? [];
}

async function startNow(request: StartRequest, checked: Checked, context: Call) {
  const outcomes = await orNothing(startAll(request, checked, context), request);
  return startReply({ request, checked, outcomes, deadlineMs: 0 }, context);
}

/** What the source tells about the chances of a job like it. */
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
  return rerunDoubts(source, { preset, presets, hasNewImage, hasNewProgram, ...known });
}
