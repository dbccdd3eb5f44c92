import { ACTIVE_STATUSES } from "../client/index.ts";
import { makeRedactor } from "../jobs/redact/index.ts";
import { listJobs } from "../operations/list/index.ts";
import { boundedJson } from "./bounded-json.ts";
import type { Resource } from "./define-resource.ts";
import { jobRow } from "./job-row.ts";

/** More rows than this no conversation needs; the newest are kept. */
const MOST_ROWS = 50;

export const jobs: Resource = {
  name: "jobs",
  title: "Active jobs",
  description:
    "Jobs of the selected project that are pending, suspended or running, newest first, one short record each with the URI of the full one. Price in credits per hour.",
  uriTemplate: "apolo://jobs",
  mimeType: "application/json",
  changesWith: "active",
  async read(_variables, call) {
    const query = { statuses: ACTIVE_STATUSES, limit: MOST_ROWS, scanLimit: Number.POSITIVE_INFINITY };
    const [{ selection }, { rows, matching }] = await Promise.all([
      call.caller.platform.context({ signal: call.signal }),
      listJobs(call, query),
    ]);
    const { cluster, org, project } = selection;
    const redact = makeRedactor(call.caller.policy.secrets);
    const isCut = matching > rows.length;
    return boundedJson({
      read_at: new Date().toISOString(),
      cluster,
      org,
      project,
      active: matching,
      note: isCut ? `The newest ${rows.length} of ${matching}; job_list shows more.` : undefined,
      jobs: rows.map(({ job }) => jobRow(job, (text) => redact(text).text)),
    });
  },
};
