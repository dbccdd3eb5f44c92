import { z } from "zod";
import { identityOf, identityText } from "../jobs/identity.ts";
import { callText } from "../jobs/next-call.ts";
import { progressText, saveAsImage } from "../operations/save/index.ts";
import { openObject, text, whichJob } from "./answers.ts";
import { jobRef, project, textArg, waitSeconds } from "./args.ts";
import { defineTool } from "./define-tool.ts";
import { unknownOutcome } from "./errors.ts";
import { meantText } from "./whose.ts";

export const save = defineTool({
  name: "job_save",
  title: "Save as image",
  description: "Saves a running job's files, except its volumes, as an image. finished: false: call again.",
  toolset: "more",
  input: z.strictObject({
    job: jobRef,
    image: textArg("image:mine:v1").describe("e.g. image:mine:v1; replaces it"),
    wait_seconds: waitSeconds(1, 45).default(45).describe("Longest"),
    project,
  }),
  output: openObject({ finished: z.boolean() }, { ...whichJob, image: text, step: text }),
  nothing: "Nothing was saved.",
  effects: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: true },
  waits: ({ wait_seconds }) => wait_seconds,
  async run({ job: ref, image: asked, wait_seconds: seconds, project: at }, call) {
    const saved = await saveAsImage({ ref, project: at, image: asked, seconds }, call);
    const { job, again, run, error } = saved;
    if (error !== undefined)
      throw unknownOutcome(
        error,
        `${identityText(job)}: whether ${asked} was saved is unknown. Call job_save again with the same arguments: that replaces what is there.`,
      );
    const { isOver: finished, step, image = asked } = run;
    const which = meantText(saved);
    const text = finished
      ? savedText(which, image, { asked, isElsewhere: again !== job.name })
      : `finished: false. ${which} is still being saved as ${asked}: ${progressText(run)}. Call job_save again with the same arguments to go on waiting.`;
    return { text, data: { ...identityOf(job), finished, image, step }, jobs: [job] };
  },
});

/** A short image reference is read in the selected project: elsewhere the whole one is needed. */
function savedText(
  job: string,
  saved: string,
  { asked, isElsewhere }: { asked: string; isElsewhere: boolean },
): string {
  const tagged = !saved.endsWith(":latest") || asked.endsWith(":latest");
  const tag = tagged ? "" : ", as no tag was given";
  const start = callText({ tool: "job_start", arguments: { image: isElsewhere ? saved : asked } });
  return `Saved ${job} as ${saved}${tag}. Start from it with ${start}.`;
}
