import type { ApiContext } from "../context.ts";
import { costOf } from "../state/accounts.ts";
import { current, isFinished, type JobRecord } from "../state/job.ts";
import { createdMs, finishedMs, restarts, runMicroseconds, startedMs } from "../state/job-history.ts";
import { isoTime, namespaceOf, orgProjectHash } from "../state/names.ts";

export function view({ clock, origin }: ApiContext, job: JobRecord): object {
  return jobView(job, { nowMs: clock.nowMs(), httpUrl: (label) => `${origin}/http/${label}` });
}

/** A job as platform-api answers it; a published port is reached at the `httpUrl` of an id or `name--hash`. Source: protocol reference 3.7. */
export function jobView(
  job: JobRecord,
  { nowMs, httpUrl }: { nowMs: number; httpUrl: (label: string) => string },
): object {
  const { id, owner, org, project, cluster, sent = {} } = job;
  const runMicros = runMicroseconds(job, nowMs);
  const ran = job.statuses.some(({ status }) => status === "running");
  return {
    id,
    owner,
    namespace: namespaceOf(org, project),
    cluster_name: cluster,
    org_name: org,
    project_name: project,
    org_project_hash: orgProjectHash(org, project),
    uri: `job://${cluster}/${org}/${project}/${id}`,
    status: current(job).status,
    statuses: job.statuses.map(({ status, atMs, reason, description, exitCode }) => ({
      status,
      transition_time: isoTime(atMs),
      reason,
      description,
      exit_code: exitCode,
    })),
    history: historyView(job, runMicros),
    container: containerView(job, sent),
    scheduler_enabled: job.schedulerEnabled,
    preemptible_node: job.preemptibleNode,
    is_preemptible: job.schedulerEnabled,
    is_preemptible_node_required: job.preemptibleNode,
    pass_config: job.passConfig,
    restart_policy: job.restartPolicy,
    privileged: job.privileged,
    materialized: job.materialized,
    being_dropped: job.beingDropped,
    logs_removed: job.logsRemoved,
    total_price_credits: isFinished(job) && !ran ? "0" : costOf(runMicros, job.pricePerHour),
    price_credits_per_hour: job.pricePerHour,
    priority: job.priority,
    name: job.name || undefined,
    preset_name: job.presetName || undefined,
    description: job.description || undefined,
    tags: filled(job.tags),
    ...hostView(job, httpUrl),
    schedule_timeout: asSent(job.scheduleTimeoutSeconds, sent.schedule_timeout),
    max_run_time_minutes: asSent(job.maxRunTimeMinutes, sent.max_run_time_minutes),
    energy_schedule_name: job.schedulerEnabled ? job.energyScheduleName : undefined,
  };
}

function historyView(job: JobRecord, runMicros: number): object {
  const { status, reason, description, exitCode } = current(job);
  const shown = (ms: number | undefined) => (ms === undefined ? undefined : isoTime(ms));
  return {
    status,
    reason,
    description,
    created_at: isoTime(createdMs(job)),
    run_time_seconds: runMicros / 1_000_000,
    restarts: restarts(job),
    started_at: shown(startedMs(job)),
    finished_at: shown(finishedMs(job)),
    exit_code: exitCode,
  };
}

function containerView({ container }: JobRecord, sent: Record<string, unknown>): object {
  const { image, env, volumes, resources, http, entrypoint, command, working_dir, tty } = container;
  const amounts = Object.entries(resources).map(([key, value]) => [key, asSent(value, sent[key])]);
  return {
    image,
    env,
    volumes,
    entrypoint,
    command,
    working_dir,
    resources: { ...Object.fromEntries(amounts), memory_mb: Math.floor(resources.memory / 2 ** 20) },
    http: http && { ...http, port: asSent(http.port, sent.port) },
    secret_env: filled(container.secret_env),
    secret_volumes: filled(container.secret_volumes),
    disk_volumes: filled(container.disk_volumes),
    tty: tty || undefined,
  };
}

function hostView(
  { id, name, org, project, container: { http } }: JobRecord,
  httpUrl: (label: string) => string,
): object {
  const namespace = namespaceOf(org, project);
  const named = name === undefined ? undefined : `${name}--${orgProjectHash(org, project)}`;
  return {
    http_url: http && httpUrl(id),
    http_url_named: http && named && httpUrl(named),
    internal_hostname: `${id}.${namespace}`,
    internal_hostname_named: named && `${named}.${namespace}`,
  };
}

/** A number as it was sent, unless it has changed since. Source: protocol reference 3.9. */
function asSent(value: unknown, sent: unknown): unknown {
  return sent !== undefined && Number(sent) === value ? sent : value;
}

function filled<T extends object>(value: T): T | undefined {
  return Object.keys(value).length === 0 ? undefined : value;
}
