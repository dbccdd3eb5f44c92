import { randomUUID } from "node:crypto";
import { readJson } from "../http/body.ts";
import { failure, HttpError } from "../http/http-error.ts";
import type { Answer, ApiCall } from "../http/router.ts";
import { needsMounts } from "../lifecycle/launch.ts";
import type { JobRecord } from "../state/job.ts";
import { step } from "../state/job-history.ts";
import { encodeConfig } from "../state/passed-config.ts";
import { baseName, type Cluster, clustersOf, orgsOf } from "../state/platform.ts";
import type { ApiContext } from "./context.ts";
import { type JobBody, toJobBody } from "./job-body.ts";
import { applyPreset, priceOf } from "./preset.ts";
import { requiredPermissions } from "./required-permissions.ts";
import { jobPlace, jobRequest } from "./validate/job-request.ts";
import { valid } from "./validate/valid.ts";
import { view } from "./view.ts";

const PASSED_CONFIG = "NEURO_PASSED_CONFIG";

interface Place {
  cluster: Cluster;
  org: string;
  project: string;
}

/** `POST /jobs`: all checks in the platform's order, then the job. Source: protocol reference 3.8. */
export async function createJob(context: ApiContext, call: ApiCall): Promise<Answer> {
  const { user, query } = call;
  const payload = asObject(await readJson(call.request));
  const place = placeOf(context, user, payload);
  const flat = query.has("from_preset");
  const prepared = flat ? applyPreset(payload, place.cluster) : payload;
  const rule = {
    cluster: place.cluster.name,
    energySchedules: place.cluster.energySchedules.map(({ name }) => name),
    flat,
  };
  const body = toJobBody(valid(jobRequest(rule), prepared), flat);
  const asked = toRecord(context, user, { body, place });
  const missing = context.permissions.missing(user, requiredPermissions(asked));
  if (missing.length > 0) throw new HttpError(403, { missing });
  refuse(context, asked, place.cluster);
  const job = asked.passConfig ? withPassedConfig(context, asked) : asked;
  const json = view(context, job);
  const stored = asStored(job);
  context.table.add(stored);
  context.lifecycle.start(stored);
  return { status: 202, json };
}

function asObject(payload: unknown): Record<string, unknown> {
  if (typeof payload !== "object" || payload === null || Array.isArray(payload))
    throw failure(400, "value is not a dict");
  return { ...payload };
}

/** Rows 3 to 6. Source: protocol reference 3.8. */
function placeOf({ platform }: ApiContext, user: string, payload: Record<string, unknown>): Place {
  const own = clustersOf(platform, user);
  const named = payload.cluster_name ?? undefined;
  const cluster = named === undefined ? own[0] : own.find(({ name }) => name === named);
  if (own.length === 0) throw failure(403, "No clusters");
  if (cluster === undefined)
    throw failure(403, "User is not allowed to submit jobs to the specified cluster");
  valid(jobPlace(payload), payload);
  const orgs = orgsOf(platform, user, cluster.name);
  const org = payload.org_name === undefined ? orgs[0] : orgs.find((name) => name === payload.org_name);
  if (org === undefined) {
    const text =
      "User is not allowed to submit jobs to the specified cluster as a member of given organization";
    throw failure(403, text);
  }
  const project = typeof payload.project_name === "string" ? payload.project_name : baseName(user);
  return { cluster, org, project };
}

function toRecord(
  { clock }: ApiContext,
  owner: string,
  { body, place }: { body: JobBody; place: Place },
): JobRecord {
  const { cluster, org, project } = place;
  return {
    ...body.own,
    id: `job-${randomUUID()}`,
    owner,
    cluster: cluster.name,
    org,
    project,
    container: body.container,
    pricePerHour: priceOf(cluster, body),
    materialized: false,
    beingDropped: false,
    logsRemoved: false,
    statuses: [step("pending", clock.nowMs(), { reason: "Creating" })],
  };
}

/** The login becomes a variable of the job, which every answer shows as it shows the others. Source: protocol reference 1.5. */
function withPassedConfig({ tokens, origin }: ApiContext, job: JobRecord): JobRecord {
  const { id, owner, container } = job;
  const token = tokens.mint(owner, `token://${job.cluster}/job/${id}`);
  const env = { ...container.env, [PASSED_CONFIG]: encodeConfig({ ...job, token, origin }) };
  return { ...job, container: { ...container, env } };
}

/** A scheduled job without a schedule has one once it is read again. Source: protocol reference 3.7. */
function asStored(job: JobRecord): JobRecord {
  return job.schedulerEnabled ? { energyScheduleName: "default", ...job } : job;
}

/** Rows 10 to 17, and what this emulator cannot do. Source: protocol reference 3.8. */
function refuse(context: ApiContext, job: JobRecord, cluster: Cluster): void {
  const prefix = "Failed to create job:";
  if (job.name?.startsWith("job-") === true)
    throw failure(400, `${prefix} job name cannot start with 'job-' prefix.`);
  refuseForQuota(context, job);
  if (job.passConfig && Object.hasOwn(job.container.env, PASSED_CONFIG))
    throw failure(400, `Cannot pass config: ENV '${PASSED_CONFIG}' already specified`);
  if (job.privileged && !cluster.allowsPrivileged)
    throw failure(400, `Cluster ${cluster.name} does not allow privileged jobs`);
  if (job.priority !== "normal" && !cluster.allowsPriority)
    throw failure(400, `Cluster ${cluster.name} does not allow specifying job priority`);
  const holder = job.name === undefined ? undefined : context.table.activeNamed(job.name, job.project);
  if (holder !== undefined) {
    const text = `job with name '${job.name}' and project '${job.project}' already exists: '${holder.id}'`;
    throw failure(400, `${prefix} ${text}`);
  }
  if (needsMounts(job) && !context.isolated) {
    const text =
      "this emulator cannot mount volumes, secret files or disks: bubblewrap (bwrap) is not installed";
    throw failure(400, `${prefix} ${text}`);
  }
}

function refuseForQuota({ lifecycle, accounts }: ApiContext, job: JobRecord): void {
  const { owner, org, cluster } = job;
  const user = baseName(owner);
  const over = job.waitForJobsQuota ? undefined : lifecycle.overQuota(job);
  if (over === "user") throw failure(400, `Jobs limit quota exceeded for user '${user}'`);
  if (over === "org") throw failure(400, `Jobs limit quota exceeded for org '${org}'`);
  if (!accounts.solvent({ cluster, org, user })) throw failure(400, `No credits left for user '${user}'`);
  if (!accounts.solvent({ cluster, org })) throw failure(400, `No credits left for org '${org}'`);
}
