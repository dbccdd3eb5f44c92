import { formatCredits, lifeLeftOf, sumCredits } from "../../jobs/cost.ts";
import { callText, type NextCall } from "../../jobs/next-call.ts";
import { nameOf } from "../../jobs/standing.ts";
import { formatDuration, formatInstant } from "../../jobs/time/durations.ts";
import { counted, creditsText, named, plural, present } from "../../jobs/words.ts";
import type { IdleWatch, Unmeasured } from "../../operations/report/idle.ts";
import { errorText } from "../errors.ts";
import { jobCell, table } from "./table.ts";

const MOST_SHOWN = 15;
const MOST_NAMED = 5;

const WHY: Record<Exclude<Unmeasured["why"], "failed">, string> = {
  ended: "it has ended",
  silent: "no measurement came in time",
  no_figure: "its telemetry says nothing about its GPUs",
  late: "its turn did not come in time",
};

/** What the running jobs with GPUs make of them, as text and data. */
export function idleReply(watch: IdleWatch) {
  const { idle } = watch;
  const shown = idle.slice(0, MOST_SHOWN);
  const next = nextCalls(watch);
  const text = present([
    headline(watch),
    idle.length > 0 &&
      table(
        ["idle job", "owner", "GPU", "CPU", "credits/h", "running since", "life span"],
        shown.map((each) => cells(each, watch.nowMs)),
      ),
    idle.length > shown.length && `and ${idle.length - shown.length} more, less dear.`,
    idle.length > 0 &&
      `Nothing was ended. A job may be loading data or waiting for a person: who could be asked: ${owners(watch)}.`,
    unmeasuredLine(watch),
    watch.leftOut > 0 && `Not measured: ${watch.leftOut} more that cost less; give fewer projects.`,
    ...next.map((call) => `${PURPOSES[call.tool]}: ${callText(call)}`),
  ]).join("\n");
  return { text, data: { idle: dataOf(watch) }, next };
}

function headline({ idle, measured, running, place, idlePercent, creditsPerHour, nowMs }: IdleWatch): string {
  const now = `now (${formatInstant(nowMs)})`;
  if (running === 0) return `No job with GPUs runs in ${place} ${now}.`;
  const cost =
    idle.length === 0 ? "" : `; together they cost ${creditsText(formatCredits(creditsPerHour))} an hour`;
  const of = measured === running ? `${running}` : `${measured} measured of ${running}`;
  return `${idle.length} of ${of} running GPU jobs in ${place} ${plural(idle.length, "uses", "use")} less than ${idlePercent}% of ${plural(idle.length, "its", "their")} GPUs ${now}${cost}.`;
}

function cells({ job, project, gpuPercent, cpuCores }: IdleWatch["idle"][number], nowMs: number): string[] {
  const { started_at: started } = job.history;
  const since =
    started === undefined
      ? "unknown"
      : `${formatInstant(started)} (${formatDuration((nowMs - Date.parse(started)) / 1000)})`;
  const left = lifeLeftOf(job, nowMs);
  return [
    jobCell(job, project),
    job.owner,
    `${Math.round(gpuPercent)}%`,
    `${Math.round(cpuCores * 100) / 100} cores`,
    formatCredits(job.price_credits_per_hour),
    since,
    left === undefined ? "none" : `${formatDuration(left)} left`,
  ];
}

/** `bob (2 jobs, 91 credits/h), you (1 job, 45.5 credits/h)` */
function owners({ idle, me }: IdleWatch): string {
  const names = [...new Set(idle.map(({ job }) => job.owner))];
  const texts = names.map((owner) => {
    const jobs = idle.filter(({ job }) => job.owner === owner);
    const price = formatCredits(sumCredits(jobs.map(({ job }) => job.price_credits_per_hour)));
    return `${owner}${owner === me ? ", the user" : ""} (${counted(jobs.length, "job")}, ${creditsText(price)}/h)`;
  });
  return named(texts, MOST_SHOWN);
}

function unmeasuredLine({ unmeasured }: IdleWatch): string | undefined {
  if (unmeasured.length === 0) return undefined;
  const texts = unmeasured.map((each) => `${jobCell(each.job, undefined)}: ${whyText(each)}`);
  return `Could not be measured: ${named(texts, MOST_NAMED)}.`;
}

function whyText({ why, error }: Unmeasured): string {
  if (why !== "failed") return WHY[why];
  return error === undefined ? "" : errorText(error);
}

const PURPOSES: Readonly<Record<string, string>> = {
  job_telemetry: "To measure the dearest for longer",
  job_status: "What they are, and their life spans",
};

function nextCalls({ idle }: IdleWatch): NextCall[] {
  const [first] = idle;
  if (first === undefined) return [];
  return [
    { tool: "job_telemetry", arguments: { job: first.job.id, seconds: 30 } },
    { tool: "job_status", arguments: { jobs: idle.slice(0, MOST_NAMED).map(({ job }) => job.id) } },
  ];
}

function dataOf({ idle, unmeasured, ...watch }: IdleWatch) {
  return {
    at: formatInstant(watch.nowMs),
    below_percent: watch.idlePercent,
    running: watch.running,
    measured: watch.measured,
    not_measured: watch.leftOut || undefined,
    credits_per_hour: formatCredits(watch.creditsPerHour),
    jobs: idle.slice(0, MOST_SHOWN).map(({ job, project, gpuPercent, cpuCores }) => ({
      name: job.name,
      id: job.id,
      owner: job.owner,
      project,
      gpu_percent: Math.round(gpuPercent),
      cpu_cores: Math.round(cpuCores * 100) / 100,
      credits_per_hour: formatCredits(job.price_credits_per_hour),
      started_at: job.history.started_at && formatInstant(job.history.started_at),
      life_span_left_seconds: floored(lifeLeftOf(job, watch.nowMs)),
    })),
    more: idle.length > MOST_SHOWN ? idle.length - MOST_SHOWN : undefined,
    unmeasured: unmeasured.map((each) => ({
      job: nameOf(each.job),
      id: each.job.id,
      because: whyText(each),
    })),
  };
}

function floored(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.floor(seconds);
}
