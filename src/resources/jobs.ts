import { ACTIVE_STATUSES } from "../client/index.ts";
import { makeRedactor } from "../jobs/redact/index.ts";
import { boundedJson } from "./bounded-json.ts";
import type { Resource } from "./define-resource.ts";
import { jobRow } from "./job-row.ts";

/** More rows than this no conversation needs; the newest are kept. */
const MOST_ROWS = 50;

export const jobs: Resource = {
  name: "jobs",
  title: "Active jobs",
  description:
    "Jobs of the selected project that are pending, suspended or running, newest first, one short record each with the address of the whole. Price in credits per hour.",
  uriTemplate: "apolo://jobs",
  mimeType: "application/json",
  changesWith: "active",
  async read(_variables, { platform, session, signal }) {
    const { selection } = await platform.context({ signal });
    const { cluster, org, project } = selection;
    const redact = makeRedactor(session.policy.secrets);
    const rows: object[] = [];
    let total = 0;
    const where = { cluster, orgs: [org], projects: project === undefined ? [] : [project] };
    const active = platform.jobs.list({ statuses: ACTIVE_STATUSES, reverse: true, ...where }, { signal });
    for await (const job of active) {
      total += 1;
      if (rows.length < MOST_ROWS) rows.push(jobRow(job, (text) => redact(text).text));
    }
    const isCut = total > rows.length;
    return boundedJson({
      read_at: new Date().toISOString(),
      ...{ cluster, org, project, active: total },
      note: isCut ? `The newest ${rows.length} of ${total}; job_list shows more.` : undefined,
      jobs: rows,
    });
  },
};
