import { imageToString, isFinished, isOwnTag, type JobDescription, type Preset } from "../../client/index.ts";
import { oneLine } from "../../foreign.ts";
import { formatCredits } from "../../jobs/cost.ts";
import { gpuText } from "../../jobs/hardware.ts";
import { jupyterHint } from "../../jobs/output/about.ts";
import { clampLine } from "../../jobs/output/lines.ts";
import { formatMemory } from "../../jobs/reasons/explanation.ts";
import { timesDisplaced } from "../../jobs/reasons/history.ts";
import { statusText } from "../../jobs/standing.ts";
import { formatDuration, formatInstant, formatSpan } from "../../jobs/time/durations.ts";
import { present } from "../../jobs/words.ts";
import { ifAny } from "../answers.ts";

const MAX_COMMAND_CHARS = 600;
const MAX_TRANSITIONS = 12;
/** Long enough for a history; tags and mounts can be many. */
const MAX_FACT_CHARS = 1000;
/** Waiting states that passed more quickly than this say nothing. */
const PASSING_MS = 2000;

export interface FactOptions {
  nowMs: number;
  preset: Preset | undefined;
}

type Facts = ReturnType<typeof factData>;

/** What a job, which is without its secrets, is and what it costs, one line a topic; nothing that goes without saying. */
export function factLines(job: JobDescription, facts: Facts, options: FactOptions): string[] {
  const lines = [
    ...whatLines(job, facts),
    costLine(job, options),
    ...lifeLines(job, options.nowMs),
    ...placesLines(job),
    historyLine(job),
  ];
  return present(lines).map((line) => clampLine(oneLine(line), MAX_FACT_CHARS));
}

/** The same as data. */
export function factData(job: JobDescription) {
  const { container, tags, description, restart_policy, priority } = job;
  const { entrypoint, command, working_dir, env, secret_env } = container;
  const shown = (text: string | undefined) => text && clampLine(oneLine(text), MAX_COMMAND_CHARS);
  return {
    image: imageToString(container.image),
    entrypoint: shown(entrypoint),
    command: shown(command),
    working_dir: shown(working_dir),
    env_names: ifAny(Object.keys(env)),
    secret_env: ifAny(Object.entries(secret_env).map(([name, uri]) => `${name} = ${uri}`)),
    tags: ifAny(tags.filter((tag) => !isOwnTag(tag)).map((tag) => clampLine(oneLine(tag), 300))),
    description: shown(description),
    restart_policy: restart_policy === "never" ? undefined : restart_policy,
    priority: priority === "normal" ? undefined : priority,
    mounts: ifAny(mountsOf(job)),
  };
}

function whatLines(job: JobDescription, facts: Facts) {
  return [
    `Image: ${facts.image}`,
    facts.entrypoint && `Entrypoint: ${facts.entrypoint}`,
    facts.command && `Command: ${facts.command}`,
    facts.working_dir && `Working folder: ${facts.working_dir}`,
    facts.env_names && `Environment (values not shown): ${facts.env_names.join(", ")}`,
    facts.secret_env && `Secrets in the environment: ${facts.secret_env.join(", ")}`,
    facts.tags && `Tags: ${facts.tags.join(", ")}`,
    facts.description && `Description: ${facts.description}`,
    facts.restart_policy && `Restart policy: ${facts.restart_policy}${restartsText(job)}`,
    facts.priority && `Priority: ${facts.priority}`,
  ];
}

function restartsText(job: JobDescription): string {
  const { restarts } = job.history;
  const displaced = timesDisplaced(job);
  return [
    restarts === 0 ? "" : `; restarts so far: ${restarts}`,
    displaced === 0 ? "" : `; taken off its node: ${displaced}`,
  ].join("");
}

function costLine(job: JobDescription, options: FactOptions): string {
  const { preset_name: preset = "none", price_credits_per_hour: price, total_price_credits: total } = job;
  const size = isFinished(job.status) && job.preset_name !== undefined ? "" : ` (${sizeText(job, options)})`;
  const spent = Number(total) > 0 ? `, ${formatCredits(total)} so far` : "";
  return `Preset: ${preset}${size}, ${formatCredits(price)} credits/h${spent}`;
}

function sizeText({ container, ...job }: JobDescription, { preset }: FactOptions): string {
  const { cpu, memory } = container.resources;
  return present([
    `${preset?.cpu ?? cpu} CPU`,
    formatMemory(preset?.memory ?? memory),
    preset && gpuText(preset),
    job.preemptible_node && "preemptible",
    job.scheduler_enabled && "takes turns",
  ]).join(", ");
}

/** Of a job that has ended its reason says what there is to say. */
function lifeLines(
  { life_span, status, history, schedule_timeout }: JobDescription,
  nowMs: number,
): (string | false)[] {
  if (isFinished(status)) return [];
  const left = lifeLeftSeconds({ life_span, history });
  return [
    life_span === undefined || left === undefined
      ? "Life span: none, it runs until it ends by itself or is killed"
      : status === "running"
        ? `Life span: ${formatSpan(life_span)}, ends at ${formatInstant(nowMs + left * 1000)} (in ${formatDuration(left)})`
        : `Life span: ${formatSpan(life_span)} of running`,
    schedule_timeout !== undefined &&
      status === "pending" &&
      `Waits for a node for at most ${formatDuration(schedule_timeout)}`,
  ];
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

function mountsOf({ container }: JobDescription): string[] {
  const { volumes, secret_files, disk_volumes } = container;
  return [
    ...volumes.map(({ storage_uri, ...mount }) => ({ uri: storage_uri, ...mount })),
    ...disk_volumes.map(({ disk_uri, ...mount }) => ({ uri: disk_uri, ...mount })),
    ...secret_files.map(({ secret_uri, ...mount }) => ({ uri: secret_uri, ...mount, read_only: false })),
  ].map(
    ({ uri, container_path, read_only }) => `${uri} at ${container_path}${read_only ? " (read-only)" : ""}`,
  );
}

function placesLines(job: JobDescription) {
  const { container, internal_hostname, status } = job;
  const url = urlOf(job);
  const { http } = container;
  const mounts = mountsOf(job);
  const auth = http?.requires_auth === false ? "open to the internet, no login" : "platform login needed";
  return [
    mounts.length > 0 && `Mounts: ${mounts.join(", ")}`,
    url && `URL: ${url} (port ${http?.port ?? "unknown"}, ${auth})`,
    ...(url === undefined ? [] : jupyterHint(job)),
    status === "running" &&
      http !== undefined &&
      internal_hostname &&
      `Host name inside the cluster: ${internal_hostname}`,
  ];
}

/** What happened between its creation and now, or its end; nothing where it only waited and ran. */
function historyLine({ history, status, container }: JobDescription): string | undefined {
  const steps = history.transitions.filter((_step, index, { length }) => {
    const isTold = index === length - 1 && isFinished(status);
    return !isTold && !isPassing(history.transitions, index);
  });
  if (steps.filter((step) => step.status !== "pending").length < 2) return undefined;
  let day = "";
  const all = steps.map((step) => {
    const time = formatInstant(step.transition_time);
    const isSameDay = time.slice(0, 10) === day;
    day = time.slice(0, 10);
    return `${isSameDay ? time.slice(11) : time} ${statusText({ status: step.status, history: step, container })}`;
  });
  const skipped = all.length - MAX_TRANSITIONS;
  const kept =
    skipped > 0 ? [...all.slice(0, 2), `(${skipped} more)`, ...all.slice(2 - MAX_TRANSITIONS)] : all;
  return `History (UTC): ${kept.join(" → ")}`;
}

type Steps = JobDescription["history"]["transitions"];

/** A waiting state that lasted no time, and the running that follows a restart at once. */
function isPassing(steps: Steps, index: number): boolean {
  const [before, step, next] = [steps[index - 1], steps[index], steps[index + 1]];
  if (step?.status === "pending") return isSoon(step, next);
  return step?.reason === undefined && before?.reason === "Restarting" && isSoon(before, step);
}

function isSoon(step: Steps[number], next: Steps[number] | undefined): boolean {
  return Date.parse(next?.transition_time ?? "") - Date.parse(step.transition_time) < PASSING_MS;
}
