import { randomUUID } from "node:crypto";
import { type ApiContext, demand } from "../context.ts";
import { failure, json } from "../http/answer.ts";
import { type Call, queryOf, readJson, userOf } from "../http/call.ts";
import { needsMounts } from "../lifecycle/launch.ts";
import { isSolvent } from "../state/accounts.ts";
import type { JobContainer, JobRecord } from "../state/job.ts";
import { step } from "../state/job-history.ts";
import { registryHost } from "../state/names.ts";
import type { Permission } from "../state/permissions.ts";
import { baseName, type Cluster, clustersOf, orgsOf } from "../state/platform.ts";
import { encodeConfig } from "../state/tokens.ts";
import { object, valid } from "../validate/check.ts";
import { type JobRequest, jobPlace, jobRequest } from "../validate/job-request.ts";
import { view } from "./job-view.ts";
import { applyPreset, priceOf } from "./preset.ts";

const REFUSED = "User is not allowed to submit jobs to the specified cluster";
const PASSED_CONFIG = "NEURO_PASSED_CONFIG";

/** `POST /jobs`: all checks in the platform's order, then the job. Source: protocol reference 3.8. */
export async function createJob(context: ApiContext, call: Call): Promise<Response> {
  const user = userOf(call);
  const payload = valid(object, await readJson(call));
  const place = placeOf(context, user, payload);
  const { cluster } = place;
  const flat = queryOf(call).has("from_preset");
  const prepared = flat ? applyPreset(payload, cluster) : payload;
  const energySchedules = cluster.energySchedules.map(({ name }) => name);
  const request = valid(jobRequest({ cluster: cluster.name, energySchedules, flat }), prepared);
  const asked = toRecord(context, user, { request, place, sent: oddNumbers(prepared) });
  demand(context, user, ...requiredPermissions(asked));
  refuse(context, asked, cluster);
  const job = asked.passConfig ? withPassedConfig(context, asked) : asked;
  const shown = view(context, job);
  // A scheduled job without a schedule has one once it is read again: protocol reference 3.7.
  const stored = job.schedulerEnabled
    ? { ...job, energyScheduleName: job.energyScheduleName ?? "default" }
    : job;
  context.table.add(stored);
  context.lifecycle.start(stored);
  return json(shown, 202);
}

/** Rows 3 to 6. Source: protocol reference 3.8. */
function placeOf({ platform }: ApiContext, user: string, payload: Record<string, unknown>) {
  const own = clustersOf(platform, user);
  const named = payload.cluster_name ?? undefined;
  const cluster = named === undefined ? own[0] : own.find(({ name }) => name === named);
  if (own.length === 0) throw failure(403, "No clusters");
  if (cluster === undefined) throw failure(403, REFUSED);
  valid(jobPlace(payload), payload);
  const orgs = orgsOf(platform, user, cluster.name);
  const org = payload.org_name === undefined ? orgs[0] : orgs.find((name) => name === payload.org_name);
  if (org === undefined) throw failure(403, `${REFUSED} as a member of given organization`);
  const project = typeof payload.project_name === "string" ? payload.project_name : baseName(user);
  return { cluster, org, project };
}

interface Asked extends Pick<JobRecord, "sent"> {
  request: JobRequest;
  place: ReturnType<typeof placeOf>;
}

function toRecord({ clock }: ApiContext, owner: string, { request, place, sent }: Asked): JobRecord {
  const { common } = request;
  const container = toContainer(request.container);
  return {
    id: `job-${randomUUID()}`,
    owner,
    cluster: place.cluster.name,
    org: place.org,
    project: place.project,
    name: common.name ?? undefined,
    description: common.description,
    tags: [...new Set(common.tags)].sort(),
    presetName: common.preset_name,
    container,
    schedulerEnabled: common.scheduler_enabled,
    preemptibleNode: common.preemptible_node,
    passConfig: common.pass_config,
    privileged: common.privileged,
    waitForJobsQuota: common.wait_for_jobs_quota,
    restartPolicy: common.restart_policy,
    priority: common.priority,
    energyScheduleName: common.energy_schedule_name,
    scheduleTimeoutSeconds: common.schedule_timeout,
    maxRunTimeMinutes: common.max_run_time_minutes,
    sent,
    pricePerHour: priceOf(place.cluster, common.preset_name, container.resources),
    materialized: false,
    beingDropped: false,
    logsRemoved: false,
    statuses: [step("pending", clock.nowMs(), { reason: "Creating" })],
  };
}

function toContainer({ resources, volumes, ...container }: JobRequest["container"]): JobContainer {
  const { memory, memory_mb = 0, ...amounts } = resources;
  return {
    ...container,
    volumes: volumes.map(({ src_storage_uri, ...volume }) => ({
      src_storage_uri: src_storage_uri.replace(/%2f/gi, "/"),
      ...volume,
    })),
    resources: { ...amounts, memory: memory ?? memory_mb * 2 ** 20 },
  };
}

const NUMBERS = /^(schedule_timeout|max_run_time_minutes|port|cpu|(nvidia|amd|intel)_gpu)$/;

/** Numbers sent as text or as `true`, at any depth (no key occurs twice). */
function oddNumbers(body: object): JobRecord["sent"] {
  const found: [string, string | boolean][] = [];
  const look = (part: object) => {
    for (const [key, value] of Object.entries(part)) {
      if (NUMBERS.test(key) && (typeof value === "string" || typeof value === "boolean"))
        found.push([key, value]);
      if (LEVELS.has(key) && typeof value === "object" && value !== null) look(value);
    }
  };
  look(body);
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

const LEVELS: ReadonlySet<string> = new Set(["container", "resources", "http"]);

/** Adds the login to the job's variables, where every answer shows it. Source: protocol reference 1.5. */
function withPassedConfig({ tokens, origin }: ApiContext, job: JobRecord): JobRecord {
  const { id, owner, container } = job;
  const token = tokens.mint(owner, `token://${job.cluster}/job/${id}`);
  const env = { ...container.env, [PASSED_CONFIG]: encodeConfig({ ...job, token, origin }) };
  return { ...job, container: { ...container, env } };
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
  const { org } = job;
  const user = baseName(job.owner);
  const account = accounts.of(job);
  const over = job.waitForJobsQuota ? undefined : lifecycle.overQuota(job);
  if (over === "user") throw failure(400, `Jobs limit quota exceeded for user '${user}'`);
  if (over === "org") throw failure(400, `Jobs limit quota exceeded for org '${org}'`);
  if (!isSolvent(account.user)) throw failure(400, `No credits left for user '${user}'`);
  if (!isSolvent(account.org)) throw failure(400, `No credits left for org '${org}'`);
}

/** What a caller must be allowed to do to start a job. Source: protocol reference 3.8 row 9. */
export function requiredPermissions({ cluster, org, project, container }: JobRecord): Permission[] {
  const registry = `${registryHost(cluster)}/`;
  const { image, secret_env, secret_volumes, volumes, disk_volumes } = container;
  const secrets = [...Object.values(secret_env), ...secret_volumes.map((volume) => volume.src_secret_uri)];
  return [
    { uri: `job://${cluster}/${org}/${project}`, action: "write" },
    ...(image.startsWith(registry) ? [read(imageUri(cluster, image.slice(registry.length)))] : []),
    ...[...new Set(secrets)].map(read),
    ...volumes.map(({ src_storage_uri, read_only }) => access(src_storage_uri, read_only)),
    ...disk_volumes.map(({ src_disk_uri, read_only }) => access(src_disk_uri, read_only)),
  ];
}

const read = (uri: string): Permission => ({ uri, action: "read" });
const access = (uri: string, readOnly: boolean): Permission => ({ uri, action: readOnly ? "read" : "write" });

/** The platform cuts at the first colon, even that of a port. */
function imageUri(cluster: string, reference: string): string {
  const [path = ""] = reference.split(":", 1);
  return `image://${[cluster, path].join("/")}`.replace(/\/$/, "");
}
