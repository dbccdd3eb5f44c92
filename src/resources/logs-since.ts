import { findJob } from "../operations/find/address.ts";
import type { Resource } from "./define-resource.ts";
import { logText } from "./log-text.ts";

export const logsSince: Resource = {
  name: "job-logs-since",
  title: "Job log from a time on",
  description:
    "What a job printed from a time on, each line with its time (UTC). since is an ISO time, an age such as 10m or 2h, today or yesterday.",
  uriTemplate: "job://{cluster}/{org}/{project}/{job}/logs/{since}",
  mimeType: "text/plain",
  changesWith: "log",
  async read({ since = "", ...variables }, context) {
    const { id } = await findJob(context.caller.platform, variables, context.signal);
    return await logText({ jobs: [id], since, timestamps: true }, context);
  },
};
