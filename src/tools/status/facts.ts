import { imageToString, isFinished, isOwnTag, type JobDescription, type Preset } from "../../client/index.ts";
import { oneLine } from "../../foreign.ts";
import { formatCredits } from "../../jobs/cost.ts";
import { hardwareText } from "../../jobs/hardware.ts";
import { jupyterHint } from "../../jobs/output/about.ts";
import { clampLine } from "../../jobs/output/lines.ts";
import { timesDisplaced } from "../../jobs/reasons/history.ts";
import type { Redact } from "../../jobs/redact/index.ts";
import { statusText } from "../../jobs/standing.ts";
import { formatDuration, formatInstant, formatSpan } from "../../jobs/time/durations.ts";
import { present } from "../../jobs/words.ts";

const MAX_COMMAND_CHARS = 600;
const MAX_TRANSITIONS = 12;
/** Long enough for a history; tags and mounts can be many. */
const MAX_FACT_CHARS = 1000;

export interface FactOptions {
  nowMs: number;
  redact: Redact;
  preset: Preset | undefined;
}

/** What a job is, where it runs and what it costs, one line a topic. */
export function factLines(job: JobDescription, options: FactOptions): string[] {
  const lines = [
    `Where: ${job.uri}, owner ${job.owner}, id ${job.id}.`,
    ...whatLines(job, options),
    costLine(job, options),
    ...lifeLines(job, options.nowMs),
    ...placesLines(job),
    `History (UTC): ${transitions(job)}.`,
  ];
  return present(lines).map((line) => clampLine(oneLine(line), MAX_FACT_CHARS));
}

function whatLines(
  { container, tags, description, restart_policy, priority, ...job }: JobDescription,
  { redact }: FactOptions,
) {
  const { entrypoint, command, working_dir, env, secret_env } = container;
  const shown = (text: string) => clampLine(oneLine(redact(text).text), MAX_COMMAND_CHARS);
  const names = Object.keys(env);
  const secrets = Object.entries(secret_env).map(([name, uri]) => `${name} = ${uri}`);
  const usersTags = tags.filter((tag) => !isOwnTag(tag));
  const restarts = `restarts so far: ${job.history.restarts}${displacedText(job)}`;
  return [
    `Image: ${imageToString(container.image)}.`,
    entrypoint !== undefined && `Entrypoint: ${shown(entrypoint)}`,
    command !== undefined && `Command: ${shown(command)}`,
    working_dir !== undefined && `Working folder: ${shown(working_dir)}.`,
    names.length > 0 && `Environment (values not shown): ${names.join(", ")}.`,
    secrets.length > 0 && `Secrets in the environment: ${secrets.join(", ")}.`,
    usersTags.length > 0 && `Tags: ${shown(usersTags.join(", "))}.`,
    description !== undefined && `Description: ${shown(description)}`,
    restart_policy !== "never" && `Restart policy: ${restart_policy}; ${restarts}.`,
    priority !== "normal" && `Priority: ${priority}.`,
  ];
}

function displacedText(job: Pick<JobDescription, "history">): string {
  const count = timesDisplaced(job);
  return count === 0 ? "" : `, taken off its node: ${count}`;
}

function costLine({ preset_name, container, ...job }: JobDescription, { preset }: FactOptions): string {
  const { cpu, memory } = container.resources;
  const size =
    preset === undefined ? `${cpu} CPU, ${Math.round(memory / 2 ** 20)} MiB` : hardwareText(preset);
  const price = `${formatCredits(job.price_credits_per_hour)} credits/h, ${formatCredits(job.total_price_credits)} so far`;
  return `Preset: ${preset_name ?? "none"} (${size}); ${price}.`;
}

function lifeLines(
  { life_span, status, history, schedule_timeout }: JobDescription,
  nowMs: number,
): string[] {
  const left = lifeLeftSeconds({ life_span, history });
  const lines: string[] = [];
  if (life_span !== undefined && left !== undefined) {
    const ends =
      status === "running"
        ? `, ends at ${formatInstant(nowMs + left * 1000)} (in ${formatDuration(left)})`
        : `, ${formatDuration(left)} not used`;
    lines.push(`Life span: ${formatSpan(life_span)} of running${isFinished(status) ? "" : ends}.`);
  } else if (!isFinished(status))
    lines.push("Life span: none, it runs until it ends by itself or is killed.");
  if (schedule_timeout !== undefined && status === "pending")
    lines.push(`Waits for a node for at most ${formatDuration(schedule_timeout)}.`);
  return lines;
}

/** Seconds of running left of the life span. */
export function lifeLeftSeconds({
  life_span,
  history,
}: Pick<JobDescription, "life_span" | "history">): number | undefined {
  return life_span === undefined
    ? undefined
    : Math.max(0, Math.round(life_span - (history.run_time_seconds ?? 0)));
}

/** Where a job that has not ended answers over HTTP. */
export function urlOf({ http_url, status }: JobDescription): string | undefined {
  return isFinished(status) || http_url === "" ? undefined : http_url;
}

function placesLines(job: JobDescription) {
  const { container, internal_hostname, status } = job;
  const url = urlOf(job);
  const { volumes, secret_files, disk_volumes, http } = container;
  const mounts = [
    ...volumes.map(({ storage_uri, ...mount }) => ({ uri: storage_uri, ...mount })),
    ...disk_volumes.map(({ disk_uri, ...mount }) => ({ uri: disk_uri, ...mount })),
    ...secret_files.map(({ secret_uri, ...mount }) => ({ uri: secret_uri, ...mount, read_only: false })),
  ].map(
    ({ uri, container_path, read_only }) => `${uri} at ${container_path}${read_only ? " (read-only)" : ""}`,
  );
  const auth = http?.requires_auth === false ? "open to everybody" : "platform login needed";
  return [
    mounts.length > 0 && `Mounts: ${mounts.join(", ")}.`,
    url && `URL: ${url} (port ${http?.port ?? "unknown"}, ${auth})`,
    ...(url === undefined ? [] : jupyterHint(job)),
    status === "running" && internal_hostname && `Host name inside the cluster: ${internal_hostname}`,
  ];
}

function transitions({ history }: JobDescription): string {
  const all = history.transitions.map(
    (step) => `${formatInstant(step.transition_time)} ${statusText({ status: step.status, history: step })}`,
  );
  if (all.length <= MAX_TRANSITIONS) return all.join(" → ");
  const skipped = all.length - MAX_TRANSITIONS;
  return [...all.slice(0, 2), `(${skipped} more)`, ...all.slice(2 - MAX_TRANSITIONS)].join(" → ");
}
