import { z } from "zod";
import { isFinished, type JobDescription, PlatformError } from "../client/index.ts";
import { identityOf, identityText, whereIs } from "../jobs/identity.ts";
import { capText } from "../jobs/output/budget.ts";
import { fenceOutput } from "../jobs/output/fence.ts";
import { showText } from "../jobs/output/terminal.ts";
import { nameOf, statusText } from "../jobs/standing.ts";
import { counted } from "../jobs/words.ts";
import type { Call } from "../operations/caller.ts";
import { meantJob } from "../operations/find/meant.ts";
import { requireRunning } from "../operations/find/running.ts";
import { untilTurned, wasRestarted } from "../operations/find/turned.ts";
import { redactorFor } from "../operations/redactor.ts";
import { maybeFlag, openObject, text, whichJob } from "./answers.ts";
import { jobRef, project } from "./args.ts";
import { defineTool } from "./define-tool.ts";

const MAX_OUTPUT_BYTES = 12_000;
const CONNECT_MS = 5000;
/** The platform may take a moment to notice that a job has ended. */
const LOOK_MS = 1500;
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
  output: openObject({ output: text, ended: z.boolean() }, { ...whichJob, connection_lost: maybeFlag }),
  nothing: "Nothing was sent.",
  effects: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
  waits: ({ wait_seconds }) => wait_seconds,
  async run({ job: ref, input, wait_seconds: seconds, project: at }, context) {
    const { job, whose, again } = await meantJob(ref, at, context);
    requireRunning(job, { nothing: "Nothing was sent.", again });
    const talked = await talk(job, { input, seconds }, context);
    const after = await afterwards(talked, { job, again, hasInput: input !== undefined }, context);
    const redacted = redactorFor(context.caller, [job])(showText(talked.printed));
    const output = capText(redacted.text, MAX_OUTPUT_BYTES);
    const sent = input === undefined ? "Listened to" : "Sent a line to";
    const text = [
      `${sent} ${identityText(job)}${whose} for ${seconds} s at most. ${after}`,
      output.trim() === "" ? "It printed nothing." : fenceOutput(output, `Output of ${nameOf(job)}`),
      ...(redacted.hidden === 0 ? [] : [`${counted(redacted.hidden, "secret value")} hidden.`]),
    ].join("\n");
    const lost = talked.end === "lost" ? { connection_lost: true } : {};
    const data = { ...identityOf(job), output, ended: talked.end === "closed", ...lost };
    return { text, data, jobs: [job] };
  },
});

interface Talk {
  printed: string;
  /** The time was over, the other side closed the connection, or it broke. */
  end: "time" | "closed" | "lost";
}

/** What the process prints until the time is over; then the connection is closed, never the process. */
async function talk(
  job: JobDescription,
  { input, seconds }: { input: string | undefined; seconds: number },
  { caller: { platform }, signal }: Call,
): Promise<Talk> {
  const { tty } = job.container;
  const streams = { tty, stdin: true, stdout: true, stderr: !tty, where: whereIs(job) };
  const call = { signal, timeoutMs: seconds * 1000 + CONNECT_MS };
  const stream = await platform.jobs.attach(job.id, streams, call).catch((error: unknown) => {
    // A line goes out only over an open connection, so nothing is unknown here.
    throw error instanceof PlatformError ? error.restate({ outcome: "nothing" }) : error;
  });
  const decoders = { 1: new TextDecoder(), 2: new TextDecoder() };
  const talked: Talk = { printed: "", end: "closed" };
  const timer = setTimeout(() => {
    talked.end = "time";
    stream.disconnect();
  }, seconds * 1000);
  try {
    if (input !== undefined) await stream.writeIn(Buffer.from(`${input}\n`));
    for await (const { fileno, data } of stream.output) {
      const text = decoders[fileno === 2 ? 2 : 1].decode(data, { stream: true });
      talked.printed = `${talked.printed}${text}`.slice(-MAX_HELD_CHARS);
    }
  } catch (error) {
    if (signal.aborted || !(error instanceof PlatformError)) throw error;
    if (talked.end !== "time") talked.end = "lost";
  } finally {
    clearTimeout(timer);
    stream.disconnect();
  }
  return talked;
}

/** What became of the connection, and of the job where that is likely to be the reason. */
async function afterwards(
  { end }: Talk,
  { job, again, hasInput }: { job: JobDescription; again: string; hasInput: boolean },
  context: Call,
): Promise<string> {
  if (end === "time") return "Disconnected; the job goes on.";
  const now = await untilTurned(job, LOOK_MS, context);
  if (now !== undefined && isFinished(now.status)) return `The job has ended: ${statusText(now)}.`;
  if (now !== undefined && wasRestarted(job, now)) return "The job was restarted by its policy.";
  if (end === "closed") return "Its process ended or closed the connection; job_status says how.";
  const look = `job_logs {"jobs": ["${again}"]}`;
  return hasInput
    ? `Then the connection was lost, and whether the line arrived is unknown: look with ${look} before sending it again.`
    : `Then the connection was lost: go on with ${look}.`;
}
