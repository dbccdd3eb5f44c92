import { logAnswer } from "../jobs/output/answer.ts";
import { findJob } from "../operations/find/address.ts";
import { readLogs } from "../operations/logs/index.ts";
import type { Resource, ResourceContext } from "./define-resource.ts";

export const logs: Resource = {
  name: "job-logs",
  title: "Job log",
  description: "The last lines of a job's log, exactly as job_logs gives them. job is an id or a name.",
  uriTemplate: "job://{cluster}/{org}/{project}/{job}/logs",
  mimeType: "text/plain",
  changesWith: "log",
  read: (variables, context) => logText(variables, {}, context),
};

export const logsSince: Resource = {
  name: "job-logs-since",
  title: "Job log from a time on",
  description:
    "What a job printed from a time on, each line with its time (UTC). since is an ISO time, an age such as 10m or 2h, today or yesterday.",
  uriTemplate: "job://{cluster}/{org}/{project}/{job}/logs/{since}",
  mimeType: "text/plain",
  changesWith: "log",
  read: ({ since = "", ...variables }, context) => logText(variables, { since, timestamps: true }, context),
};

/** One job's log exactly as job_logs gives it: whoever attaches it and whoever asks for it read the same. */
async function logText(
  variables: Record<string, string>,
  query: { since?: string; timestamps?: boolean },
  context: ResourceContext,
): Promise<string> {
  const { id } = await findJob(context.caller.platform, variables, context.signal);
  return logAnswer(await readLogs({ jobs: [id], ...query }, { ...context, progress: () => undefined })).text;
}
