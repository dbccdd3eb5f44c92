import { formatCredits } from "../../jobs/cost.ts";
import { unknownProjectText } from "../../jobs/names/near.ts";
import { callText, type NextCall } from "../../jobs/next-call.ts";
import { causeOf } from "../../jobs/rows.ts";
import { nameOf } from "../../jobs/standing.ts";
import { formatDuration, formatInstant } from "../../jobs/time/durations.ts";
import { counted, creditsText, plural, present } from "../../jobs/words.ts";
import type { Grouping, Tally } from "../../operations/report/groups.ts";
import type { Report } from "../../operations/report/index.ts";
import { errorText } from "../errors.ts";
import { jobCell, table } from "./table.ts";

const MOST_EXPLAINED = 5;

/** What was asked for, for a call that reads less. */
interface Asked {
  projects?: readonly string[] | undefined;
  by: readonly Grouping[];
}

/** Where the credits of a period went, as text and data. */
export function periodReply(report: Report, asked: Asked) {
  const explain = explainCalls(report);
  const narrow = narrowCalls(report, asked);
  const text = present([
    headline(report),
    sumsLine(report),
    shareLine(report),
    report.unpriced > 0 && `In no sum: ${counted(report.unpriced, "job")} whose cost could not be read.`,
    ...report.unknownProjects.map(unknownProjectText),
    readingLine(report),
    ...narrow.map((call) => `For less of it, whole: ${callText(call)}`),
    groupTable(report),
    dearestTable(report),
    causesLine(report),
    lifeSpanLine(report),
    waitedLine(report),
    ...explain.map((call) => `Why they failed: ${callText(call)}`),
  ]).join("\n");
  return { text, data: dataOf(report), next: [...narrow, ...explain] };
}

function headline({ place, jobs, created, ended, nowMs, ...report }: Report): string {
  const { from, to } = periodOf(report);
  const until = to === undefined ? `now, ${formatInstant(nowMs)}` : `before ${to}`;
  if (jobs === 0) return `No job was there in ${place} from ${from} until ${until}.`;
  return `${counted(jobs, "job")} in ${place} from ${from} until ${until}: ${created} created in that time, ${ended} ended.`;
}

function sumsLine({ jobs, credits, gpuSeconds, ended, failed, failedCredits }: Report): string | undefined {
  if (jobs === 0) return undefined;
  const failures =
    failed === 0
      ? "None of the ended failed."
      : `${failed} of the ${ended} ended failed (${percent(failed, ended)}) and cost ${creditsText(formatCredits(failedCredits))} (${percent(Number(failedCredits), Number(credits))}).`;
  return `Credits, as the platform reports them: ${formatCredits(credits)}. GPU hours, computed (run time x whole GPUs): ${hours(gpuSeconds)}. ${failures}`;
}

/** The platform reports one number for a job's whole life. */
function shareLine({ shares }: Report): string | undefined {
  if (shares === 0) return undefined;
  return `${counted(shares, "job")} also ran outside that time: of ${plural(shares, "its", "their")} credits the share of the run time in it counts, which is computed.`;
}

function readingLine({ reading: { read, tookMs, unreadable, stopped, lookedBackToMs } }: Report): string {
  const took = `${counted(read, "job")} read in ${(tookMs / 1000).toFixed(1)} s`;
  const odd = unreadable === 0 ? "" : `; ${counted(unreadable, "record")} could not be read`;
  if (stopped === undefined)
    return `${took}${odd}; ended ones created before ${formatInstant(lookedBackToMs).slice(0, 10)} were not looked at.`;
  const { error } = stopped;
  const why = error === undefined ? "the time was over" : `it broke off (${errorText(error)})`;
  const back =
    stopped.backToMs === undefined
      ? ": ended jobs are missing"
      : `: ended jobs created before ${formatInstant(stopped.backToMs)} are missing`;
  return `INCOMPLETE: stopped early, ${why}. ${took}${odd}${back}. Fewer projects or a later since take less.`;
}

function groupTable({ by, groups, otherGroups: others }: Report): string | undefined {
  if (groups.length === 0) return undefined;
  const rows = groups.map((group) => [...group.keys.map((key) => key ?? "none"), ...tallyCells(group)]);
  const rest =
    others.jobs === 0
      ? []
      : [
          [
            `${others.groups}${others.areMore ? " or more" : ""} others`,
            ...by.slice(1).map(() => ""),
            ...tallyCells(others),
          ],
        ];
  const head = [...by, "credits", "GPU h", "jobs", "failed", "their credits"];
  const notes = present([
    by.includes("tag") && "A job with several tags counts for each of them.",
    by.includes("day") && "Days are those of UTC; a job counts on each on which it was there.",
  ]);
  return [table(head, [...rows, ...rest]), ...notes].join("\n");
}

function tallyCells({ credits, gpuSeconds, jobs, failed, failedCredits }: Tally): string[] {
  return [formatCredits(credits), hours(gpuSeconds), `${jobs}`, `${failed}`, formatCredits(failedCredits)];
}

function dearestTable({ dearest }: Report): string | undefined {
  if (dearest.length === 0) return undefined;
  const rows = dearest.map(({ job, credits, gpuSeconds, project }) => [
    jobCell(job, project),
    job.owner,
    job.preset_name ?? "",
    formatCredits(credits),
    hours(gpuSeconds),
    job.status,
  ]);
  return table(["dearest job", "owner", "preset", "credits", "GPU h", "status"], rows);
}

function causesLine({ causes, otherCauses }: Report): string | undefined {
  if (causes.length === 0) return undefined;
  const texts = causes.map(
    ({ cause, jobs, credits }) => `${jobs}x ${cause}${credits === "0" ? "" : ` (${formatCredits(credits)})`}`,
  );
  const more = otherCauses.jobs === 0 ? "" : `; ${otherCauses.jobs}x others`;
  return `Causes of failure (credits): ${texts.join("; ")}${more}.`;
}

function lifeSpanLine({ lifeSpanEnded: { jobs, credits, dearest } }: Report): string | undefined {
  if (jobs === 0) return undefined;
  const names = dearest.map((job) => jobCell(job, undefined)).join(", ");
  return `Ended by ${plural(jobs, "its life span", "their life spans")}: ${counted(jobs, "job")}, ${creditsText(formatCredits(credits))}; dearest: ${names}.`;
}

function waitedLine({ waited }: Report): string | undefined {
  if (waited.length === 0) return undefined;
  const texts = waited.map(({ job, seconds, isWaiting, project }) => {
    const still = isWaiting ? `, still pending (${causeOf(job) ?? "no reason"})` : "";
    return `${jobCell(job, project)} ${formatDuration(seconds)}${still}`;
  });
  return `Longest pending: ${texts.join("; ")}.`;
}

/** job_status says of each what would help. */
function explainCalls({ causes }: Report): NextCall[] {
  const jobs = causes.slice(0, MOST_EXPLAINED).map(({ example }) => example.id);
  return jobs.length === 0 ? [] : [{ tool: "job_status", arguments: { jobs } }];
}

/** Of what was created before, only what ran on is missing then. */
function narrowCalls({ reading: { stopped }, period }: Report, { projects, by }: Asked): NextCall[] {
  const { backToMs } = stopped ?? {};
  if (backToMs === undefined || backToMs <= period.fromMs) return [];
  const { to } = periodOf({ period });
  const since = formatInstant(backToMs);
  const given = { ...(to === undefined ? {} : { until: to }), ...(by.length === 0 ? {} : { by }) };
  return [
    { tool: "job_report", arguments: { since, ...given, ...(projects === undefined ? {} : { projects }) } },
  ];
}

function dataOf(report: Report) {
  const { reading, lifeSpanEnded, otherGroups, otherCauses, ...facts } = report;
  const { from, to } = periodOf(report);
  return {
    ...{ from, to: to ?? formatInstant(report.nowMs), ...tallyData(report) },
    created: facts.created,
    shares: facts.shares || undefined,
    unpriced: facts.unpriced || undefined,
    by: [...facts.by],
    groups: facts.groups.map((group) => ({
      ...Object.fromEntries(facts.by.map((grouping, at) => [grouping, group.keys[at]])),
      ...tallyData(group),
    })),
    other_groups:
      otherGroups.jobs === 0
        ? undefined
        : {
            groups: otherGroups.groups,
            or_more: otherGroups.areMore || undefined,
            ...tallyData(otherGroups),
          },
    dearest: facts.dearest.map(({ job, credits, gpuSeconds, project }) => ({
      ...{ name: job.name, id: job.id, owner: job.owner, project, preset: job.preset_name },
      ...{ credits: formatCredits(credits), gpu_hours: hours(gpuSeconds), status: job.status },
    })),
    causes: facts.causes.map(({ cause, jobs, credits, example }) => ({
      ...{ cause, jobs, credits: formatCredits(credits), example: example.id },
    })),
    other_causes: otherCauses.jobs || undefined,
    life_span_ended: {
      jobs: lifeSpanEnded.jobs,
      credits: formatCredits(lifeSpanEnded.credits),
      dearest: lifeSpanEnded.dearest.map(({ id }) => id),
    },
    longest_pending: facts.waited.map(({ job, seconds, isWaiting, project }) => ({
      ...{ job: nameOf(job), id: job.id, owner: job.owner, project, seconds: Math.floor(seconds) },
      still_pending: isWaiting || undefined,
    })),
    read: reading.read,
    read_seconds: Math.round(reading.tookMs / 100) / 10,
    unreadable: reading.unreadable || undefined,
    ended_before_not_read: formatInstant(reading.lookedBackToMs),
    stopped_early: reading.stopped && {
      why: reading.stopped.why,
      back_to: reading.stopped.backToMs && formatInstant(reading.stopped.backToMs),
    },
  };
}

function tallyData({ jobs, ended, failed, credits, failedCredits, gpuSeconds }: Tally) {
  return {
    ...{ jobs, ended, failed, credits: formatCredits(credits), gpu_hours: hours(gpuSeconds) },
    failed_credits: formatCredits(failedCredits),
  };
}

function periodOf({ period: { fromMs, toMs } }: Pick<Report, "period">) {
  return { from: formatInstant(fromMs), to: Number.isFinite(toMs) ? formatInstant(toMs) : undefined };
}

function hours(seconds: number): string {
  const value = seconds / 3600;
  return String(Number(value.toFixed(value < 10 ? 2 : 1)));
}

function percent(part: number, whole: number): string {
  return whole > 0 ? `${Math.round((100 * part) / whole)}%` : "0%";
}
