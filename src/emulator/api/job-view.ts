import { costOf } from "../state/decimal.ts";
import { current, isFinished, type JobRecord, type StatusItem } from "../state/job.ts";
import { finishedMs, restarts, runMicroseconds, startedMs } from "../state/job-history.ts";
import { createdMs } from "../state/job-table.ts";
import { isoTime, namespaceOf, orgProjectHash } from "../state/names.ts";

export interface ViewOptions {
  nowMs: number;
  /** Where a published port is reached, for an id or `name--hash`. */
  httpUrl(label: string): string;
}

/** A job as platform-api answers it. Source: protocol reference 3.7. */
export function jobView(job: JobRecord, options: ViewOptions): object {
  const { id, owner, org, project, cluster, name, sent = {} } = job;
  const runMicros = runMicroseconds(job, options.nowMs);
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
    statuses: job.statuses.map(statusView),
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
    total_price_credits: neverRan(job) ? "0" : costOf(runMicros, job.pricePerHour),
    price_credits_per_hour: job.pricePerHour,
    priority: job.priority,
    ...(name ? { name } : {}),
    ...(job.presetName ? { preset_name: job.presetName } : {}),
    ...(job.description ? { description: job.description } : {}),
    ...(job.tags.length > 0 ? { tags: [...job.tags] } : {}),
    ...hostView(job, options),
    ...given("schedule_timeout", asSent(job.scheduleTimeoutSeconds, sent.schedule_timeout)),
    ...given("max_run_time_minutes", asSent(job.maxRunTimeMinutes, sent.max_run_time_minutes)),
    ...(job.schedulerEnabled ? given("energy_schedule_name", job.energyScheduleName) : {}),
  };
}

function statusView({ status, atMs, reason, description, exitCode }: StatusItem): object {
  return { status, transition_time: isoTime(atMs), reason, description, ...given("exit_code", exitCode) };
}

function historyView(job: JobRecord, runMicros: number): object {
  const { status, reason, description, exitCode } = current(job);
  const [started, finished] = [startedMs(job), finishedMs(job)];
  return {
    status,
    reason,
    description,
    created_at: isoTime(createdMs(job)),
    run_time_seconds: runMicros / 1_000_000,
    restarts: restarts(job),
    ...(started === undefined ? {} : { started_at: isoTime(started) }),
    ...(finished === undefined ? {} : { finished_at: isoTime(finished) }),
    ...given("exit_code", exitCode),
  };
}

function containerView({ container }: JobRecord, sent: Record<string, unknown>): object {
  const { image, env, volumes, resources, http } = container;
  const amounts = Object.entries(resources).map(([key, value]) => [key, asSent(value, sent[key])]);
  return {
    image,
    env,
    volumes,
    ...given("entrypoint", container.entrypoint),
    ...given("command", container.command),
    ...given("working_dir", container.working_dir),
    resources: { ...Object.fromEntries(amounts), memory_mb: Math.floor(resources.memory / 2 ** 20) },
    ...given("http", http && { ...http, port: asSent(http.port, sent.port) }),
    ...filled("secret_env", container.secret_env),
    ...filled("secret_volumes", container.secret_volumes),
    ...filled("disk_volumes", container.disk_volumes),
    ...(container.tty ? { tty: true } : {}),
  };
}

function hostView(job: JobRecord, { httpUrl }: ViewOptions): object {
  const namespace = namespaceOf(job.org, job.project);
  const named = job.name === undefined ? undefined : `${job.name}--${orgProjectHash(job.org, job.project)}`;
  return {
    ...(job.container.http === undefined ? {} : { http_url: httpUrl(job.id) }),
    ...(job.container.http === undefined || named === undefined ? {} : { http_url_named: httpUrl(named) }),
    internal_hostname: `${job.id}.${namespace}`,
    ...given("internal_hostname_named", named === undefined ? undefined : `${named}.${namespace}`),
  };
}

/** A number in the form in which it was sent, as long as it is still that number. Source: protocol reference 3.9. */
function asSent(value: unknown, sent: unknown): unknown {
  return sent !== undefined && Number(sent) === value ? sent : value;
}

/** Whether a job ended before anybody saw it run. */
function neverRan(job: JobRecord): boolean {
  return isFinished(job) && !job.statuses.some(({ status }) => status === "running");
}

function given(key: string, value: unknown): object {
  return value === undefined ? {} : { [key]: value };
}

function filled(key: string, value: object): object {
  return Object.keys(value).length === 0 ? {} : { [key]: value };
}
