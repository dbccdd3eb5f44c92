import { z } from "zod";
import { type JobDescription, PlatformError } from "../../client/index.ts";
import { identityOf, identityText, whereIs } from "../../jobs/identity.ts";
import { formatBytes } from "../../jobs/output/budget.ts";
import type { Call } from "../../operations/caller.ts";
import { meantJob } from "../../operations/find/meant.ts";
import { requireRunning } from "../../operations/find/running.ts";
import { outcomeError } from "../../operations/lost-answer.ts";
import { type SaveRun, startSave } from "../../operations/save/run.ts";
import { lookUp } from "../../operations/within.ts";
import { openObject, text, whichJob } from "../answers.ts";
import { jobRef, project } from "../args.ts";
import { defineTool } from "../define-tool.ts";

const REPORT_MS = 1000;

export const save = defineTool({
  name: "job_save",
  title: "Save a job as an image",
  description:
    "Saves a running job's file system, without volumes, as an image. finished: false: call again with the same arguments to go on waiting.",
  toolset: "more",
  input: z.strictObject({
    job: jobRef,
    image: z.string().describe("e.g. image:mine:v1; replaces an existing one"),
    wait_seconds: z.int().min(1).max(50).default(45).describe("Longest wait"),
    project,
  }),
  output: openObject({ id: text, finished: z.boolean(), image: text }, { ...whichJob, step: text }),
  nothing: "Nothing was saved.",
  effects: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: true },
  waits: ({ wait_seconds }) => wait_seconds,
  async run({ job: ref, image, wait_seconds: seconds, project: at }, context) {
    const { caller, signal } = context;
    const { platform } = caller;
    const { job, whose, again } = await meantJob(ref, at, context);
    const where = whereIs(job);
    // The same image may be written in several ways, and is to be saved once.
    const name = await lookUp(signal, (until) =>
      platform.jobs.savedName(image, { where }, { signal: until }),
    );
    const key = `${job.id} ${name}`;
    const known = caller.saves.get(key);
    if (known === undefined) requireRunning(job, { nothing: "Nothing was saved.", again });
    const run =
      known ?? startSave((until) => platform.jobs.save(job.id, image, { where }, { signal: until }));
    caller.saves.set(key, run);
    const finished = await waitFor(run, seconds * 1000, context);
    if (finished) caller.saves.delete(key);
    if (finished && run.error !== undefined) throw failedSave(run.error, job, image);
    const short = again === job.name ? image : undefined;
    const which = `${identityText(job)}${whose}`;
    const text = finished
      ? savedText(which, run.image ?? image, { asked: image, short })
      : goOnText(which, image, run);
    const data = { ...identityOf(job), finished, image: run.image ?? image, step: run.step };
    return { text, data, jobs: [job] };
  },
});

/** The platform's own words about a save that failed stand alone: it was asked, and it answered. */
function failedSave(error: unknown, job: JobDescription, image: string): unknown {
  if (error instanceof PlatformError && error.request === undefined && error.code === "platform_error")
    return error;
  return outcomeError(error, {
    mayFailLate: true,
    unknown: `${identityText(job)}: whether ${image} was saved is unknown. Call job_save again with the same arguments: that replaces what is there.`,
  });
}

/** A short image reference is read in the selected project: elsewhere the whole one is needed. */
function savedText(
  job: string,
  saved: string,
  { asked, short = saved }: { asked: string; short: string | undefined },
): string {
  const tagged = !saved.endsWith(":latest") || asked.endsWith(":latest");
  const tag = tagged ? "" : ", as no tag was given";
  return `Saved ${job} as ${saved}${tag}. Start from it with job_start {"image": ${JSON.stringify(short)}}.`;
}

function goOnText(job: string, image: string, run: SaveRun): string {
  return `finished: false. ${job} is still being saved as ${image}: ${progressText(run)}. Call job_save again with the same arguments to go on waiting.`;
}

/** Waits for the end of the save; true once it has ended, well or not. */
async function waitFor(run: SaveRun, ms: number, { progress, signal }: Call): Promise<boolean> {
  const deadlineMs = Date.now() + ms;
  while (!run.isOver && Date.now() < deadlineMs) {
    progress(progressText(run));
    await run.changed(Math.min(REPORT_MS, deadlineMs - Date.now()), signal);
  }
  return run.isOver;
}

function progressText({ step, pushedBytes, totalBytes }: SaveRun): string {
  return totalBytes === 0
    ? step
    : `${step}, ${formatBytes(pushedBytes)} of ${formatBytes(totalBytes)} pushed`;
}
