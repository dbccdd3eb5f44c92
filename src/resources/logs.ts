import { renderTail, TAIL_LINES } from "../jobs/log-tail.ts";
import { makeRedactor } from "../jobs/redact/redact.ts";
import type { Resource } from "./define-resource.ts";
import { findJob } from "./find-job.ts";

export const logs: Resource = {
  name: "job-logs",
  title: "Job log",
  description: "The last lines of a job's log, as job_logs shows them. job is an id or a name.",
  uriTemplate: "job://{cluster}/{org}/{project}/{job}/logs",
  mimeType: "text/plain",
  changesWith: "log",
  async read(variables, context) {
    const { platform, session, signal } = context;
    const job = await findJob(variables, context);
    const tail = await platform.jobs.tail(job.id, { lines: TAIL_LINES, job }, { signal });
    return renderTail(job, tail, { redact: makeRedactor(session.policy.secrets) }).text;
  },
};
