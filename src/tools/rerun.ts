import { randomBytes } from "node:crypto";
import { z } from "zod";
import { jobRef, project, whereOf } from "./args.ts";
import { defineTool } from "./define-tool.ts";
import { changesText, rerunItem } from "./rerun-options.ts";
import { resolveOne } from "./resolve.ts";
import { statusText } from "./rows.ts";
import { checkStart } from "./start-check.ts";
import { planReply } from "./start-plan.ts";
import { startReply } from "./start-reply.ts";
import { startAll } from "./start-run.ts";
import { within } from "./within.ts";
import { identityText } from "./written.ts";

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
  effects: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true },
  async run({ job: ref, project: at, dry_run: isDry, request_id: given, ...changes }, context) {
    const { platform, signal } = context;
    const original = await resolveOne(platform, { ref, where: whereOf(at) }, within(signal));
    const requestId = given ?? randomBytes(6).toString("hex");
    const item = rerunItem(original, changes, requestId);
    const { lifeSpanSeconds } = item.options;
    const request = {
      ...{ items: [item], requestId, isRepeatable: given !== undefined },
      ...(lifeSpanSeconds === undefined ? {} : { lifeSpanSeconds }),
    };
    const differs = changesText(original, item, changes);
    const heading = `Rerun of ${identityText(original)}, which is ${statusText(original)}; changed: ${differs || "nothing"}.`;
    const checked = await checkStart(request, context);
    const reply = isDry
      ? await planReply(request, context, 'To start it, call job_rerun again with "dry_run": false.')
      : await startReply(
          { request, checked, outcomes: await startAll(request, checked, context), deadlineMs: 0 },
          context,
        );
    return { ...reply, text: `${heading}\n${reply.text}`, data: { ...reply.data, original: original.id } };
  },
});
