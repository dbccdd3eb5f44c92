import { findJob } from "../operations/find/address.ts";
import type { Resource } from "./define-resource.ts";
import { logText } from "./log-text.ts";

export const logs: Resource = {
  name: "job-logs",
  title: "Job log",
  description: "The last lines of a job's log, exactly as job_logs gives them. job is an id or a name.",
  uriTemplate: "job://{cluster}/{org}/{project}/{job}/logs",
  mimeType: "text/plain",
  changesWith: "log",
  async read(variables, context) {
    const { id } = await findJob(context.caller.platform, variables, context.signal);
    return await logText({ jobs: [id] }, context);
  },
};
