import { z } from "zod";
import { imageToString, type JobDescription } from "../../client/index.ts";
import { nameOf, statusText } from "../../jobs/standing.ts";
import type { Call } from "../../operations/caller.ts";
import type { Checked } from "../../operations/start/check.ts";
import type { StartOutcome, StartRequest } from "../../operations/start/request.ts";
import { lookAtStart } from "../../operations/start/task.ts";
import { lookAtStarted, type Watched } from "../../operations/start/wait.ts";
import type { Wait } from "../../operations/tasks.ts";
import { type Started, startReply } from "./reply.ts";

/** What an answer about a start tells that its job does not. */
const startedFacts = z.object({
  requestId: z.string(),
  isRepeated: z.boolean(),
  isUnchecked: z.boolean().optional(),
  isHome: z.boolean(),
  isElsewhere: z.boolean(),
  inShell: z.boolean(),
  notes: z.array(z.string()),
});

/** How a start whose one job is there stands: all that there is to tell, or what is waited for. */
export async function awaitStart(
  { request, checked, notes, outcome }: Begun,
  { startedMs, deadlineMs, call }: { startedMs: number; deadlineMs: number; call: Call },
) {
  const { job, item, isRepeated = false, isUnchecked, twins = [] } = outcome;
  const watched = await lookAtStarted(job, deadlineMs, call);
  const outcomes = [outcome];
  if (watched !== undefined)
    return startReply({ request, checked, notes, outcomes, watched, wasAwaited: true }, call.caller);
  const facts: z.input<typeof startedFacts> = {
    ...{ requestId: request.requestId, isRepeated, isUnchecked, isHome: checked.isHome === true, notes },
    isElsewhere: item.options.where?.project !== undefined,
    inShell: item.toRun?.inShell === true,
  };
  const jobs = [job, ...twins].map(({ id }) => id);
  return { line: lineOf(job, isRepeated), wait: { startedMs, deadlineMs, jobs, facts } };
}

interface Begun {
  request: StartRequest;
  checked: Checked;
  notes: string[];
  outcome: StartOutcome & { job: JobDescription };
}

/** The same for a start of any server. */
export async function lookAgain(wait: Wait, call: Call) {
  const { isHome, notes, ...facts } = startedFacts.parse(wait.facts);
  const { job, watched, twins, presets } = await lookAtStart(wait, call);
  if (watched === undefined) return { line: lineOf(job, facts.isRepeated) };
  const preset = presets.find(({ name }) => name === job.preset_name);
  const checked = { isHome, presets, ...(preset === undefined ? {} : { plan: { preset } }) };
  return startReply({ ...startedAs({ job, twins }, facts, watched), checked, notes }, call.caller);
}

function startedAs(
  { job, twins }: { job: JobDescription; twins: JobDescription[] },
  { requestId, isElsewhere, inShell, ...found }: Omit<z.output<typeof startedFacts>, "isHome" | "notes">,
  watched: Watched,
): Omit<Started, "checked" | "notes"> {
  const { image, command = "" } = job.container;
  const where = isElsewhere ? { project: job.project_name } : undefined;
  const options = { image: imageToString(image), where };
  const named = { index: 1, values: {}, name: job.name, requestId };
  const item = { ...named, options, toRun: { command, inShell } };
  const request = { items: [item], requestId, lifeSpanSeconds: job.life_span };
  return { request, outcomes: [{ item, job, twins, ...found }], watched, wasAwaited: true };
}

function lineOf(job: JobDescription, isRepeated: boolean): string {
  return `${isRepeated ? "Started by an earlier call:" : "Started"} ${nameOf(job)}: ${statusText(job)}`;
}
