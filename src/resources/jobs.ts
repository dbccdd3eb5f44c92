import { ACTIVE_STATUSES, type JobDescription } from "../client/index.ts";
import { makeRedactor } from "../jobs/redact/redact.ts";
import { boundedJson } from "./bounded-json.ts";
import type { Resource } from "./define-resource.ts";
import { jobUri } from "./job-uri.ts";

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
    const filter = {
      statuses: ACTIVE_STATUSES,
      reverse: true,
      ...{ cluster, orgs: [org], projects: project === undefined ? [] : [project] },
    };
    for await (const job of platform.jobs.list(filter, { signal })) {
      total += 1;
      if (rows.length < MOST_ROWS) rows.push(row(job, (text) => redact(text).text));
    }
    const cut =
      total > rows.length ? { note: `The newest ${rows.length} of ${total}; job_list shows more.` } : {};
    return boundedJson({
      read_at: new Date().toISOString(),
      cluster,
      org,
      project,
      active: total,
      ...cut,
      jobs: rows,
    });
  },
};

function row(job: JobDescription, hide: (text: string) => string): object {
  const { id, name, owner, status, history, preset_name, tags, price_credits_per_hour } = job;
  return {
    uri: jobUri(job),
    ...{ id, name, owner, status },
    reason: history.reason === undefined ? undefined : hide(history.reason),
    ...{ created_at: history.created_at, started_at: history.started_at, preset_name },
    tags: tags.length === 0 ? undefined : tags.map(hide),
    price_credits_per_hour,
  };
}
