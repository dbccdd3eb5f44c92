import type { JobDescription } from "../client/index.ts";
import { jobUri } from "../jobs/names/job-uri.ts";

/** A job in one short record, with the address of the whole. */
export function jobRow(job: JobDescription, hide: (text: string) => string): object {
  const { id, name, owner, status, history, preset_name, tags, price_credits_per_hour } = job;
  return {
    uri: jobUri(job),
    id,
    name,
    owner,
    status,
    reason: history.reason === undefined ? undefined : hide(history.reason),
    exit_code: history.exit_code,
    created_at: history.created_at,
    started_at: history.started_at,
    finished_at: history.finished_at,
    preset_name,
    tags: tags.length === 0 ? undefined : tags.map(hide),
    price_credits_per_hour,
  };
}
