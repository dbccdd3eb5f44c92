import { z } from "zod";
import { isFinished } from "../client/index.ts";
import { identityOf } from "../jobs/identity.ts";
import { callText } from "../jobs/next-call.ts";
import { isGarbled } from "../jobs/output/binary.ts";
import { capText } from "../jobs/output/budget.ts";
import { fenceOutput } from "../jobs/output/fence.ts";
import { showText } from "../jobs/output/terminal.ts";
import { redactFrom } from "../jobs/redact/index.ts";
import { mayBeginInKey } from "../jobs/redact/private-keys.ts";
import { nameOf, statusText } from "../jobs/standing.ts";
import { counted, present } from "../jobs/words.ts";
import { type Attached, talkToJob } from "../operations/attach.ts";
import { redactorFor } from "../operations/caller.ts";
import { wasRestarted } from "../operations/find/turned.ts";
import { maybeFlag, openObject, text, whichJob } from "./answers.ts";
import { jobRef, project, textArg, waitSeconds } from "./args.ts";
import { defineTool } from "./define-tool.ts";
import { meantText } from "./whose.ts";

const MAX_OUTPUT_BYTES = 12_000;

export const attach = defineTool({
  name: "job_attach",
  title: "Talk to a job",
  description: "Sends a line to a job's process and shows what it prints.",
  toolset: "more",
  input: z.strictObject({
    job: jobRef,
    input: textArg("quit", { verbatim: true, mayBeEmpty: true })
      .optional()
      .describe("e.g. quit; none: listens"),
    wait_seconds: waitSeconds(1, 5).default(5).describe("How long"),
    project,
  }),
  output: openObject({ output: text }, { ...whichJob, ended: z.boolean(), connection_lost: maybeFlag }),
  nothing: "Nothing was sent.",
  effects: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
  waits: ({ wait_seconds }) => wait_seconds,
  async run({ job: ref, input, wait_seconds: seconds, project: at }, call) {
    const talked = await talkToJob({ ref, project: at, input, seconds }, call);
    const { job, printed, end } = talked;
    const isText = !isGarbled(printed);
    const seen = isText ? showText(printed) : "";
    // What is seen may begin inside a private key, and nothing tells what came before.
    const inKey = mayBeginInKey(seen.split("\n")) ? 0 : undefined;
    const redacted = redactFrom(redactorFor(call.caller, [job]), seen, inKey);
    const output = capText(redacted.text, MAX_OUTPUT_BYTES);
    const sent = input === undefined ? "Listened to" : "Sent a line to";
    const text = present([
      `${sent} ${meantText(talked)} for ${seconds} s at most. ${endText(talked, input !== undefined)}`,
      !isText &&
        "It printed binary data, not shown: write it to a volume of the job, or read it with job_exec as base64.",
      isText && output.trim() === "" && "It printed nothing.",
      output.trim() !== "" && fenceOutput(output, `Output of ${nameOf(job)}`),
      redacted.hidden > 0 && `${counted(redacted.hidden, "secret value")} hidden.`,
    ]).join("\n");
    const connection_lost = end === "lost" || undefined;
    return {
      text,
      data: { ...identityOf(job), output, ended: end === "closed", connection_lost },
      jobs: [job],
    };
  },
});

/** What became of the connection, and of the job where that is likely to be the reason. */
function endText({ job, end, after, again }: Attached, hasInput: boolean): string {
  if (end === "time") return "Disconnected; the job goes on.";
  if (after !== undefined && isFinished(after.status)) return `The job has ended: ${statusText(after)}.`;
  if (after !== undefined && wasRestarted(job, after)) return "The job was restarted by its policy.";
  if (end === "closed") return "Its process ended or closed the connection; job_status says how.";
  const look = callText({ tool: "job_logs", arguments: { jobs: [again] } });
  return hasInput
    ? `Then the connection was lost, and whether the line arrived is unknown: look with ${look} before sending it again.`
    : `Then the connection was lost: go on with ${look}.`;
}
