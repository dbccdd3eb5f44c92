import { type JobDescription, PlatformError } from "../client/index.ts";
import { makeRedactor } from "../jobs/redact/index.ts";
import { redactJob } from "../jobs/redact/job.ts";
import { placesOf } from "../operations/find/places.ts";
import { whyNothing } from "../operations/list/nothing.ts";
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
  async read({ tag = "" }, { platform, session, signal }) {
    const context = await platform.context({ signal });
    const { cluster, org, project } = context.selection;
    const redact = makeRedactor(session.policy.secrets);
    const rows: object[] = [];
    const where = { cluster, orgs: [org], projects: project === undefined ? [] : [project] };
    const filter = { tags: [tag], reverse: true, limit: MOST_ROWS + 1, ...where };
    for await (const job of platform.jobs.list(filter, { signal })) rows.push(row(job));
    if (rows.length === 0) {
      const asked = { asked: { tags: [tag] }, places: placesOf([], context), me: context.user };
      const hint = (await whyNothing(platform, asked, signal)).replace("No job matches. ", "");
      const place = [cluster, org, project].filter((part) => part !== undefined).join("/");
      throw new PlatformError(
        "not_found",
        `No job in ${place} has the tag "${tag.slice(0, 80)}". ${hint} job_list shows the jobs.`,
      );
    }
    const isCut = rows.length > MOST_ROWS;
    return boundedJson({
      read_at: new Date().toISOString(),
      ...{ cluster, org, project, tag },
      note: isCut ? `The newest ${MOST_ROWS}; job_list with this tag shows more.` : undefined,
      jobs: rows.slice(0, MOST_ROWS),
    });

    function row(job: JobDescription): object {
      const { history, container, total_price_credits } = redactJob(job, redact);
      return {
        ...jobRow(job, (text) => redact(text).text),
        ...{ run_time_seconds: history.run_time_seconds, total_price_credits },
        ...{ entrypoint: container.entrypoint, command: container.command },
      };
    }
  },
};
