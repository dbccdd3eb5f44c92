import { z } from "zod";
import { InvalidInputError } from "../jobs/invalid-input.ts";
import { counted } from "../jobs/words.ts";
import type { Call, OpenForward } from "../operations/caller.ts";
import { meantJob, type Named } from "../operations/find/owned.ts";
import { requireRunning } from "../operations/find/running.ts";
import { closeForward, type Forwards, listForwards, openForward } from "../operations/forward.ts";
import { maybeFlag, maybeNumber, maybeText, openObject, whichJob } from "./answers.ts";
import { jobRef, project } from "./args.ts";
import { defineTool } from "./define-tool.ts";
import { hinted } from "./reading/hint.ts";
import { meantText } from "./whose.ts";

const port = hinted(z.int().min(1).max(65_535), { example: 8888 });

export const forward = defineTool({
  name: "job_forward",
  title: "Forward a port",
  description: "Opens a local port to one of a running job.",
  toolset: "more",
  input: z.strictObject({
    action: z.enum(["open", "list", "close"]).describe("What to do"),
    job: hinted(jobRef, { usual: true }).optional(),
    port: hinted(port, { usual: true }).optional().describe("e.g. 8888"),
    local_port: port.optional().describe("Default: free"),
    project,
  }),
  output: z.looseObject({
    forwards: z.array(
      openObject(
        { local_port: z.int() },
        {
          ...whichJob,
          port: z.int(),
          failed_connections: maybeNumber,
          closed: maybeFlag,
          listening: maybeFlag,
          job_status: maybeText,
        },
      ),
    ),
  }),
  nothing: "Nothing was opened.",
  localOnly:
    "it would open the port on this server's machine, not on the agent's. The user can run `apolo port-forward JOB 8888:8888` on their own machine, and a job from job_start with http_port has a URL",
  effects: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true },
  async run(args, call) {
    if (args.action === "list") return listReply(await listForwards(call));
    if (args.action === "close") return closeReply(args.local_port, call);
    const { job, port, local_port: localPort } = args;
    if (job === undefined || port === undefined) {
      throw new InvalidInputError("To open, say job and port.", {
        example: { action: "open", job: "train-7b", port: 8888 },
      });
    }
    return openReply({ ref: job, port, localPort, project: args.project }, call);
  },
});

interface Wanted extends Named {
  port: number;
  localPort: number | undefined;
}

async function openReply({ ref, project, ...ports }: Wanted, call: Call) {
  const target = await meantJob({ ref, project }, call);
  requireRunning(target);
  const { job } = target;
  const { forward, isRefused } = await openForward(job, ports, call);
  const { port, localPort } = forward;
  const warning = isRefused
    ? ` Nothing listens on port ${port} of the job now: until its program does, connections are closed at once. job_logs shows what it prints about its port.`
    : "";
  const text = `127.0.0.1:${localPort} on the server's machine now leads to port ${port} of ${meantText(target)}.${warning} Close it with job_forward {"action": "close", "local_port": ${localPort}}.`;
  return {
    text,
    data: { forwards: [{ ...row(forward), listening: isRefused ? false : undefined }] },
    jobs: [job],
  };
}

async function closeReply(localPort: number | undefined, call: Call) {
  const closed = await closeForward(localPort, call);
  return {
    text: `Closed ${line(closed)}; the job itself is left as it is.`,
    data: { forwards: [{ ...row(closed), closed: true }] },
  };
}

function listReply({ open, ended }: Forwards) {
  const lines = [
    ...open.map(
      ({ forward, isUnknown }) =>
        `${line(forward)}${isUnknown ? "; whether the job still runs is unknown" : ""}`,
    ),
    ...ended.map(({ forward, status }) => `Closed, as the job has ended (${status}): ${line(forward)}`),
  ];
  const closed = ended.map(({ forward, status }) => ({ ...row(forward), closed: true, job_status: status }));
  const text = lines.join("\n") || "No ports are forwarded in this session.";
  return { text, data: { forwards: [...open.map(({ forward }) => row(forward)), ...closed] } };
}

function line({ job, port, localPort, failures }: OpenForward): string {
  const failed = failures === 0 ? "" : `, ${counted(failures, "connection")} failed`;
  return `127.0.0.1:${localPort} → port ${port} of ${job.job} (${job.id}, owner ${job.owner}, project ${job.project})${failed}`;
}

function row({ job, port, localPort, failures }: OpenForward) {
  return { ...job, port, local_port: localPort, failed_connections: failures || undefined };
}
