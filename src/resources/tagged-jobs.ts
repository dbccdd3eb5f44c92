import { type JobDescription, PlatformError } from "../client/index.ts";
import { unknownWordText } from "../jobs/names/unknown.ts";
import { makeRedactor, type Redact } from "../jobs/redact/index.ts";
import { redactJob } from "../jobs/redact/job.ts";
import { listJobs } from "../operations/list/index.ts";
import { boundedJson } from "./bounded-json.ts";
import type { Resource } from "./define-resource.ts";
import { jobRow } from "./job-row.ts";

/** As many as one sweep can have. */
const MOST_ROWS = 100;

export const taggedJobs: Resource = {
  name: "tagged-jobs",
  title: "Jobs of a tag",
  description:
    "Jobs of the selected project that carry a tag, newest first, with command, outcome, run time in seconds and cost in credits: one record for each job of a sweep.",
  uriTemplate: "apolo://jobs/{tag}",
  mimeType: "application/json",
  async read({ tag = "" }, call) {
    const { platform, policy } = call.caller;
    const { selection } = await platform.context({ signal: call.signal });
    const { cluster, org, project } = selection;
    const page = await listJobs(call, { tags: [tag], limit: MOST_ROWS, scanLimit: MOST_ROWS });
    if (page.rows.length === 0) {
      const place = [cluster, org, project].filter((part) => part !== undefined).join("/");
      const hints = page.nothing?.unknown.map(unknownWordText) ?? [];
      const said = [`No job in ${place} has the tag "${tag.slice(0, 80)}".`, ...hints];
      throw new PlatformError("not_found", `${said.join(" ")} job_list shows the jobs.`);
    }
    const redact = makeRedactor(policy.secrets);
    return boundedJson({
      read_at: new Date().toISOString(),
      cluster,
      org,
      project,
      tag,
      note:
        page.nextCursor === undefined
          ? undefined
          : `The newest ${MOST_ROWS}; job_list with this tag shows more.`,
      jobs: page.rows.map(({ job }) => row(job, redact)),
    });
  },
};

function row(job: JobDescription, redact: Redact): object {
  const { history, container, total_price_credits } = redactJob(job, redact);
  return {
    ...jobRow(job, (text) => redact(text).text),
    run_time_seconds: history.run_time_seconds,
    total_price_credits,
    entrypoint: container.entrypoint,
    command: container.command,
  };
}
