import { z } from "zod";
import { isFinished, type JobDescription, mayHaveHappened, PlatformError } from "../client/index.ts";
import { identityOf, identityText, whereIs } from "../jobs/identity.ts";
import { statusText } from "../jobs/standing.ts";
import type { Call, Consent } from "../operations/caller.ts";
import type { Confirmations } from "../operations/confirmations.ts";
import { refsAgain, resolveOne } from "../operations/find/index.ts";
import { requireMeant } from "../operations/find/owned.ts";
import { betweenStarts } from "../operations/find/running.ts";
import { hasTurned, untilTurned, wasDisplaced, wasRestarted } from "../operations/find/turned.ts";
import { whereOf } from "../operations/find/where.ts";
import { outcomeError } from "../operations/lost-answer.ts";
import { PolicyError } from "../operations/policy-error.ts";
import { lookUp, within } from "../operations/within.ts";
import { unlistedFlag, whichJob } from "./answers.ts";
import { jobRef, project } from "./args.ts";
import { defineTool } from "./define-tool.ts";

/** How long the effect is waited for. */
const EFFECT_MS = 5000;
const TOKEN_MS = 10 * 60_000;

export const signal = defineTool({
  name: "job_signal",
  title: "Kill a job's process",
  description:
    "Sends SIGKILL to a running job's process (no other signal exists). The job ends as failed with exit code 137, or starts anew if its restart policy says so. To end a job for good use job_kill.",
  toolset: "more",
  input: z.strictObject({ job: jobRef, project }),
  output: z.looseObject({
    ...{ ...whichJob, id: z.string(), before: z.string(), after: z.string() },
    restarted: unlistedFlag,
  }),
  nothing: "Nothing was sent.",
  effects: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false },
  async run({ job: ref, project: at }, context) {
    const { platform, confirmations } = context.caller;
    const { consent } = context;
    const job = await lookUp(context.signal, (until) =>
      resolveOne(platform, { ref, where: whereOf(at) }, until),
    );
    const before = job.status;
    if (isFinished(before)) {
      const text = `${identityText(job)}: already ${statusText(job)}, nothing changed.`;
      return { text, data: { ...identityOf(job), before, after: before }, jobs: [job] };
    }
    const whose = await requireMeant(job, ref, context);
    const [again = job.id] = refsAgain([job], { refs: [ref], project: at });
    requireProcess(job, again);
    if (consent === undefined) {
      const token = confirmations.issue("signal", { jobs: [job], left: [], leftCount: 0 }, TOKEN_MS);
      return { text: questionText(job), data: { ...identityOf(job), before, after: before }, asks: token };
    }
    requireConsent(consent, job, confirmations);
    // The person may have answered after the call was given up.
    context.signal.throwIfAborted();
    const { after, isAnswerLost } = await send(job, again, context);
    context.caller.signals.set(job.id, Date.now());
    const lost = isAnswerLost ? " (the answer was lost; its state says so)" : "";
    const text = `Sent SIGKILL to ${identityText(job)}${whose}: was ${before}, ${effectText(job, after)}${lost}.`;
    const restarted = after !== undefined && wasRestarted(job, after) ? { restarted: true } : {};
    const data = { ...identityOf(job), before, after: after?.status ?? "unknown", ...restarted };
    return { text, data, jobs: [after ?? job] };
  },
});

function effectText(job: JobDescription, after: JobDescription | undefined): string {
  if (after === undefined) return "its state could not be read since; look again with job_status";
  const now = statusText(after);
  if (wasRestarted(job, after)) return `restarted by its policy ${after.restart_policy}, now ${now}`;
  if (isFinished(after.status)) return `now ${now}; exit code 137 is the signal`;
  const still = wasDisplaced(job, after) ? "taken off its node meanwhile, now" : "still";
  return `${still} ${now}; look again with job_status`;
}

function questionText(job: JobDescription): string {
  return `Send SIGKILL to the process of ${identityText(job)}?`;
}

/** A yes is good once, for the job that was asked about. */
function requireConsent({ answer, token }: Consent, job: JobDescription, confirmations: Confirmations): void {
  if (answer === "no" || answer === "unanswered") {
    const said = answer === "no" ? "declined" : "did not answer in time";
    throw new PolicyError(
      "declined",
      `The person was asked whether to kill the process of ${identityText(job)} and ${said}: nothing was sent. If the user saw no question, their MCP client declines by itself.`,
    );
  }
  if (token === undefined) return;
  const asked = confirmations.read("signal", token);
  const isMeant = typeof asked !== "string" && asked.ids.includes(job.id);
  if (isMeant && confirmations.use(token)) return;
  throw new PolicyError(
    "declined",
    `What the person was asked about is not ${identityText(job)} as it is now: nothing was sent. Call job_signal again.`,
  );
}

/** Sends it once, and sees what comes of it. */
async function send(job: JobDescription, again: string, context: Call): Promise<Sent> {
  const {
    caller: { platform },
    signal: until,
  } = context;
  try {
    await within(until, (inTime) => platform.jobs.sendSignal(job.id, whereIs(job), { signal: inTime }));
  } catch (error) {
    if (until.aborted || !(error instanceof PlatformError)) throw error;
    await betweenStarts(error, { job, nothing: "Nothing was sent.", again }, context);
    return { after: await afterFailure(error, { job, again }, context), isAnswerLost: true };
  }
  return { after: await untilTurned(job, EFFECT_MS, context), isAnswerLost: false };
}

/** When the answer is lost, the job itself tells; where it does not, the error says so. */
async function afterFailure(
  error: PlatformError,
  { job, again }: { job: JobDescription; again: string },
  context: Call,
): Promise<JobDescription> {
  const isOpen = mayHaveHappened(error) || error.request?.status === 500;
  const after = isOpen ? await untilTurned(job, EFFECT_MS, context) : undefined;
  if (after !== undefined && hasTurned(job, after)) return after;
  const state = after === undefined ? "its state could not be read" : `it is still ${statusText(after)}`;
  throw outcomeError(error, {
    mayFailLate: true,
    unknown: `${identityText(job)}: whether the signal was sent is unknown, ${state}. Look with job_status {"jobs": ["${again}"]} before sending another.`,
  });
}

interface Sent {
  /** The job since then; undefined where it could not be read. */
  after: JobDescription | undefined;
  isAnswerLost: boolean;
}

/** Without a process there is nothing to signal. */
function requireProcess(job: JobDescription, again: string): void {
  if (job.status === "running") return;
  throw new PlatformError(
    "not_running",
    `${identityText(job)} is ${statusText(job)}: it has no process yet. Nothing was sent. To end it, job_kill {"jobs": ["${again}"]}; to wait until it runs, job_wait {"jobs": ["${again}"], "until": "running"}.`,
  );
}
