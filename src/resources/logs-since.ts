import { renderTail } from "../jobs/log-tail.ts";
import { parseMoment } from "../jobs/moments.ts";
import { makeRedactor } from "../jobs/redact/redact.ts";
import type { Resource } from "./define-resource.ts";
import { findJob } from "./find-job.ts";

/** Far more than the budget of bytes shows; its head and its end are kept, and what lies between is counted. */
const MOST_LINES = 2000;

export const logsSince: Resource = {
  name: "job-logs-since",
  title: "Job log from a time on",
  description:
    "What a job printed from a time on, each line with its time (UTC). since is an ISO time, an age such as 10m or 2h, today or yesterday.",
  uriTemplate: "job://{cluster}/{org}/{project}/{job}/logs/{since}",
  mimeType: "text/plain",
  changesWith: "log",
  async read({ since = "", ...variables }, context) {
    const { platform, session, signal } = context;
    const from = new Date(parseMoment(since, { nowMs: Date.now() }));
    const job = await findJob(variables, context);
    const tail = await platform.jobs.tail(job.id, { lines: MOST_LINES, since: from, job }, { signal });
    const redact = makeRedactor(session.policy.secrets);
    const { text } = renderTail(job, tail, { redact, timestamps: true });
    return `Printed since ${from.toISOString()} (UTC).\n${text}`;
  },
};
