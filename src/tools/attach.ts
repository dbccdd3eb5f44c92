import { z } from "zod";
import { type JobDescription, PlatformError } from "../client/index.ts";
import { capText } from "../jobs/budget.ts";
import { fenceOutput } from "../jobs/fence.ts";
import { foldTerminal } from "../jobs/log-text.ts";
import { jobRef, project, whereOf } from "./args.ts";
import { defineTool, type ToolContext } from "./define-tool.ts";
import { requireOwned } from "./owned.ts";
import { redactorFor } from "./redactor.ts";
import { resolveOne } from "./resolve.ts";
import { nameOf, statusText } from "./rows.ts";
import { within } from "./within.ts";
import { identityOf, identityText, whereIs } from "./written.ts";

const MAX_OUTPUT_BYTES = 12_000;
/** More is dropped while it comes, oldest first. */
const MAX_HELD_CHARS = 1_000_000;

export const attach = defineTool({
  name: "job_attach",
  title: "Talk to a job's process",
  description:
    "Sends a line to a running job's own process, returns what it prints in the next seconds, disconnects; the job goes on. For other commands use job_exec.",
  toolset: "more",
  input: z.strictObject({
    job: jobRef,
    input: z.string().optional().describe("Line to send, e.g. quit; without it only listens"),
    wait_seconds: z.int().min(1).max(50).default(5).describe("How long to collect output"),
    project,
  }),
  output: z.looseObject({ output: z.string(), ended: z.boolean() }),
  effects: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
  async run({ job: ref, input, wait_seconds: seconds, project: at }, context) {
    const { platform, session, signal } = context;
    const job = await resolveOne(platform, { ref, where: whereOf(at) }, within(signal));
    await requireOwned([job], context);
    if (job.status !== "running") {
      throw new PlatformError("not_running", `${identityText(job)} is ${statusText(job)}: nothing was sent.`);
    }
    const { printed, ended } = await talk(job, { input, seconds }, context);
    const shown = foldTerminal(printed.split("\n").map((text) => ({ text })));
    const redacted = redactorFor(session, [job])(shown.map(({ text }) => text).join("\n"));
    const output = capText(redacted.text, MAX_OUTPUT_BYTES);
    const sent = input === undefined ? "Listened to" : "Sent a line to";
    const after = ended
      ? "Its process ended or closed the connection; job_status says how."
      : "Disconnected; the job goes on.";
    const text = [
      `${sent} ${identityText(job)} for ${seconds} s at most. ${after}`,
      output.trim() === "" ? "It printed nothing." : fenceOutput(output, `Output of ${nameOf(job)}`),
      ...(redacted.hidden === 0 ? [] : [`${redacted.hidden} secret values hidden.`]),
    ].join("\n");
    return { text, data: { ...identityOf(job), output, ended }, jobs: [job] };
  },
});

/** What the process prints until the time is over; then the connection is closed, never the process. */
async function talk(
  job: JobDescription,
  { input, seconds }: { input: string | undefined; seconds: number },
  { platform, signal }: ToolContext,
): Promise<{ printed: string; ended: boolean }> {
  const { tty } = job.container;
  const streams = { tty, stdin: true, stdout: true, stderr: !tty, where: whereIs(job) };
  const stream = await platform.jobs.attach(job.id, streams, { signal });
  const decoders = { 1: new TextDecoder(), 2: new TextDecoder() };
  let printed = "";
  let ended = true;
  const timer = setTimeout(() => {
    ended = false;
    stream.disconnect();
  }, seconds * 1000);
  try {
    if (input !== undefined) await stream.writeIn(Buffer.from(`${input}\n`));
    for await (const { fileno, data } of stream.output) {
      const text = decoders[fileno === 2 ? 2 : 1].decode(data, { stream: true });
      printed = `${printed}${text}`.slice(-MAX_HELD_CHARS);
    }
    return { printed, ended };
  } catch (error) {
    if (!ended) return { printed, ended };
    throw error;
  } finally {
    clearTimeout(timer);
    stream.disconnect();
  }
}
