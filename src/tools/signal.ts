import { z } from "zod";
import { isFinished, type JobDescription } from "../client/index.ts";
import { jobRef, project, whereOf } from "./args.ts";
import { defineTool, type ToolContext } from "./define-tool.ts";
import { requireOwned } from "./owned.ts";
import { PolicyError } from "./policy-error.ts";
import { pauseFor, startPoll } from "./poll.ts";
import { resolveOne } from "./resolve.ts";
import { statusText } from "./rows.ts";
import { within } from "./within.ts";
import { identityOf, identityText, whereIs } from "./written.ts";

/** How long the effect is waited for. */
const EFFECT_MS = 5000;
const POLL_MS = 300;

export const signal = defineTool({
  name: "job_signal",
  title: "Kill a job's process",
  description:
    "Sends SIGKILL to a running job's process (no other signal exists). The job ends as failed with exit code 137, or starts anew if its restart policy says so. To end a job for good use job_kill.",
  toolset: "more",
  input: z.strictObject({ job: jobRef, project }),
  output: z.looseObject({ id: z.string(), before: z.string(), after: z.string() }),
  effects: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false },
  async run({ job: ref, project: at }, context) {
    const { platform } = context;
    const job = await resolveOne(platform, { ref, where: whereOf(at) }, within(context.signal));
    const before = job.status;
    if (isFinished(before)) {
      const text = `${identityText(job)}: already ${statusText(job)}, nothing changed.`;
      return { text, data: { ...identityOf(job), before, after: before }, jobs: [job] };
    }
    await requireOwned([job], context);
    await ask(job, context);
    await platform.jobs.sendSignal(job.id, whereIs(job), { signal: within(context.signal) });
    const after = await effect(job, context);
    const restarted = after.history.restarts > job.history.restarts;
    const outcome = restarted
      ? `restarted by its policy ${after.restart_policy}, now ${statusText(after)}`
      : isFinished(after.status)
        ? `now ${statusText(after)}; exit code 137 is the signal`
        : `still ${statusText(after)}; look again with job_status`;
    const text = `Sent SIGKILL to ${identityText(job)}: was ${before}, ${outcome}.`;
    const data = { ...identityOf(after), before, after: after.status, ...(restarted ? { restarted } : {}) };
    return { text, data, jobs: [after] };
  },
});

async function ask(job: JobDescription, { confirm }: ToolContext): Promise<void> {
  const answer = await confirm(`Send SIGKILL to the process of ${identityText(job)}?`);
  if (answer !== "no") return;
  throw new PolicyError(
    "declined",
    `The person was asked whether to kill the process of ${identityText(job)} and declined: nothing was sent. If the user saw no question, their MCP client declines by itself.`,
  );
}

/** The job once the signal shows: ended, or started anew. */
async function effect(
  job: JobDescription,
  { platform, signal: until }: ToolContext,
): Promise<JobDescription> {
  const poll = startPoll([job], platform);
  const deadlineMs = Date.now() + EFFECT_MS;
  for (;;) {
    await poll.refresh(until, deadlineMs);
    const [now = job] = poll.jobs;
    const shows = isFinished(now.status) || now.history.restarts > job.history.restarts;
    if (shows || Date.now() >= deadlineMs) return now;
    await pauseFor(POLL_MS, until);
  }
}
