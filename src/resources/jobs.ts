import {
  ACTIVE_STATUSES,
  FINISHED_STATUSES,
  isOwnTag,
  type JobDescription,
  PlatformError,
} from "../client/index.ts";
import { jobUri } from "../jobs/names/ids.ts";
import { unknownWordText } from "../jobs/names/near.ts";
import { callText } from "../jobs/next-call.ts";
import { makeRedactor } from "../jobs/redact/index.ts";
import { redactJob } from "../jobs/redact/job.ts";
import { readContext } from "../operations/context.ts";
import { listJobs } from "../operations/list/index.ts";
import { boundedJson } from "./bounded-json.ts";
import type { Resource, ResourceContext } from "./define-resource.ts";

/** More rows than this no conversation needs; the newest are kept. */
const MOST_ACTIVE = 50;
/** As many as one sweep can have. */
const MOST_TAGGED = 100;
/** Of a job, and words for groups of them. */
const STATUSES = [...ACTIVE_STATUSES, ...FINISHED_STATUSES, "finished"];
/** Clients never page the list of resources in practice, so it stays small. */
const NEWEST = 20;

export const jobs: Resource = {
  name: "jobs",
  title: "Active jobs",
  description:
    "Jobs of the selected project that are pending, suspended or running, newest first, one short record each with the URI of the full one. Price in credits per hour.",
  uriTemplate: "apolo://jobs",
  mimeType: "application/json",
  changesWith: "active",
  async read(_variables, call) {
    const query = { statuses: ACTIVE_STATUSES, limit: MOST_ACTIVE, scanLimit: Number.POSITIVE_INFINITY };
    const [{ selection }, { rows, matching }] = await Promise.all([readContext(call), listJobs(call, query)]);
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
      jobs: rows.map(({ job }) => jobRow(redactJob(job, redact))),
    });
  },
};

export const taggedJobs: Resource = {
  name: "tagged-jobs",
  title: "Jobs of a tag",
  description:
    "Jobs of the selected project that carry a tag, newest first, with command, outcome, run time in seconds and cost in credits: one record for each job of a sweep.",
  uriTemplate: "apolo://jobs/{tag}",
  mimeType: "application/json",
  async read({ tag = "" }, call) {
    const { selection } = await readContext(call);
    const { cluster, org, project } = selection;
    const page = await listJobs(call, { tags: [tag], limit: MOST_TAGGED, scanLimit: MOST_TAGGED });
    if (page.rows.length === 0) {
      const place = [cluster, org, project].filter((part) => part !== undefined).join("/");
      const hints = page.nothing?.unknown.map(unknownWordText) ?? [];
      const said = [`No job in ${place} has the tag "${tag.slice(0, 80)}".`, ...(ofStatus(tag) ?? hints)];
      throw new PlatformError("not_found", `${said.join(" ")} job_list shows the jobs.`);
    }
    const redact = makeRedactor(call.caller.policy.secrets);
    return boundedJson({
      read_at: new Date().toISOString(),
      cluster,
      org,
      project,
      tag,
      note:
        page.nextCursor === undefined
          ? undefined
          : `The newest ${MOST_TAGGED}; job_list with this tag shows more.`,
      jobs: page.rows.map(({ job }) => taggedRow(redactJob(job, redact))),
    });
  },
};

/** Where the jobs are, if it is no tag but a word for how jobs stand. */
function ofStatus(word: string): string[] | undefined {
  if (word === "active") return ["apolo://jobs has the active jobs."];
  if (!STATUSES.some((status) => status === word)) return undefined;
  return [`${callText({ tool: "job_list", arguments: { status: [word] } })} has the ${word} jobs.`];
}

function taggedRow(job: JobDescription): object {
  const { history, container, total_price_credits } = job;
  return {
    ...jobRow(job),
    run_time_seconds: history.run_time_seconds,
    total_price_credits,
    entrypoint: container.entrypoint,
    command: container.command,
  };
}

/** The newest jobs of the selection, as concrete resources. */
export async function newestJobs(call: ResourceContext) {
  const { rows } = await listJobs(call, { limit: NEWEST, scanLimit: NEWEST });
  return rows.map(({ job }) => ({
    uri: jobUri(job),
    name: job.name ?? job.id,
    description: `${job.status}, owner ${job.owner}, project ${job.project_name}`,
    mimeType: "application/json",
    ...changedAt(job),
  }));
}

function changedAt({ history }: JobDescription): { annotations?: { lastModified: string } } {
  const lastModified = history.finished_at ?? history.started_at ?? history.created_at;
  return lastModified === undefined ? {} : { annotations: { lastModified } };
}

/** A job, which is without its secrets, in one short record, with the address of the whole. */
function jobRow(job: JobDescription): object {
  const { id, name, owner, status, history, preset_name, tags, price_credits_per_hour } = job;
  const usersTags = tags.filter((tag) => !isOwnTag(tag));
  return {
    uri: jobUri(job),
    id,
    name,
    owner,
    status,
    reason: history.reason,
    exit_code: history.exit_code,
    created_at: history.created_at,
    started_at: history.started_at,
    finished_at: history.finished_at,
    preset_name,
    tags: usersTags.length === 0 ? undefined : usersTags,
    price_credits_per_hour,
  };
}
