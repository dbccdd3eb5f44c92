import { isFinished, type JobDescription, PlatformError } from "../../client/index.ts";
import { formatMost, sumCredits } from "../../jobs/cost.ts";
import { identityOf, identityText } from "../../jobs/identity.ts";
import { fenceOutput } from "../../jobs/output/fence.ts";
import { clampLine } from "../../jobs/output/log-text.ts";
import { explainJob } from "../../jobs/reasons/index.ts";
import { nameOf, statusText } from "../../jobs/standing.ts";
import { formatSpan } from "../../jobs/time/durations.ts";
import type { Call } from "../../operations/caller.ts";
import { refsAgain } from "../../operations/find/index.ts";
import { redactorFor } from "../../operations/redactor.ts";
import { worstCase } from "../../operations/spending/problems.ts";
import type { Checked } from "../../operations/start/check.ts";
import type { StartOutcome, StartRequest } from "../../operations/start/request.ts";
import { type FirstOutput, watchStarted } from "../../operations/start/wait.ts";
import { withoutLog } from "../../operations/status/diagnosis.ts";
import { causeLines, causes, rowText, startData } from "./rows.ts";

const MAX_COMMAND_CHARS = 300;
/** More links than that crowd out the answer. */
const MAX_LINKS = 10;

interface Started {
  request: StartRequest;
  checked: Checked;
  outcomes: StartOutcome[];
  deadlineMs: number;
}

/** Says what was started, and how far it came within the time given. */
export async function startReply(started: Started, context: Call) {
  const { outcomes, deadlineMs } = started;
  const created = outcomes.flatMap(({ job }) => (job === undefined ? [] : [job]));
  if (created.length === 0) throw nothingStarted(outcomes);
  const { jobs, output, trouble } = await watchStarted(created, deadlineMs, context);
  const byId = new Map(jobs.map((job) => [job.id, job]));
  const current = outcomes.map((outcome) => ({
    ...outcome,
    job: byId.get(outcome.job?.id ?? "") ?? outcome.job,
  }));
  const [first] = jobs;
  const text = [
    ...(started.request.items.length === 1 ? singleLines(current[0]) : sweepLines(current, started.request)),
    ...factLines(started, jobs, context),
    ...(output === undefined ? [] : outputLines(output, first)),
    ...(trouble === undefined ? [] : [`It was started, but could not be watched: ${trouble}`]),
    ...whyLines(jobs, started, output?.text === ""),
    nextLine(jobs, started),
  ].join("\n");
  const data = startData(current, started.request, output?.text);
  return { text, data, jobs: jobs.slice(0, MAX_LINKS) };
}

function singleLines(outcome: StartOutcome | undefined): string[] {
  if (outcome?.job === undefined) return [];
  const { job, isRepeated, item } = outcome;
  const what =
    isRepeated === true
      ? "This is the job of the earlier call with this request_id, nothing new was started"
      : "Started";
  return [
    `${what}: ${identityText(job)}, ${statusText(job)}.`,
    `request_id: ${item.requestId}`,
    ...(job.http_url === undefined ? [] : [`URL: ${job.http_url}`]),
  ];
}

function sweepLines(outcomes: StartOutcome[], { sweepTag = "", requestId }: StartRequest): string[] {
  const started = outcomes.filter(({ job }) => job !== undefined);
  const old = started.filter(({ isRepeated }) => isRepeated).length;
  const [some] = started;
  const { owner, project } = some?.job === undefined ? { owner: "", project: "" } : identityOf(some.job);
  const repeated = old === 0 ? "" : `, ${old} of them by an earlier call with this request_id`;
  const rows = outcomes.map((outcome) => rowText(outcome, outcomes.length));
  return [
    `Started ${started.length} of ${outcomes.length} jobs${repeated} (owner ${owner}, project ${project}, tag ${sweepTag}).`,
    `request_id: ${requestId}${started.length < outcomes.length ? "; calling again with it starts only those that are missing" : ""}`,
    ...rows,
    ...causeLines(outcomes),
  ];
}

function factLines(
  { request: { items, ...request }, outcomes, checked: { plan } }: Started,
  jobs: readonly JobDescription[],
  { caller }: Call,
): string[] {
  // An earlier call's job may have been given more time since.
  const isRepeated = outcomes.some((outcome) => outcome.isRepeated);
  const lifeSpanSeconds = isRepeated ? jobs[0]?.life_span : request.lifeSpanSeconds;
  if (plan === undefined) return [];
  const price = jobs[0]?.price_credits_per_hour ?? plan.preset.credits_per_hour;
  const most = worstCase({ pricePerHour: price, lifeSpanSeconds });
  const span =
    most === undefined
      ? "no life span: it costs until it is killed"
      : `life span ${formatSpan(lifeSpanSeconds ?? 0)}, so at most ${formatMost(sumCredits(jobs.map(() => most)))} credits`;
  const toRun = items[0]?.toRun;
  const redact = redactorFor(caller, jobs);
  return [
    `preset ${plan.preset.name}, ${price} credits per hour${items.length === 1 ? "" : " each"}; ${span}.`,
    ...(toRun?.inShell === true
      ? [`Command as it will be run: ${shownCommand(redact(toRun.command).text)}`]
      : []),
    ...[toRun?.warning, toRun?.doubt].flatMap((note) => (note === undefined ? [] : [`Note: ${note}`])),
  ];
}

/** A long one is what the caller just wrote, behind `sh -c`: its beginning will do. */
function shownCommand(command: string): string {
  const [first = "", ...others] = command.split("\n");
  const more = others.length === 0 ? "" : ` … (${others.length} more lines, as given)`;
  return `${clampLine(first, MAX_COMMAND_CHARS)}${more}`;
}

function outputLines({ text, hidden, isWhole }: FirstOutput, job: JobDescription | undefined): string[] {
  if (job === undefined) return [];
  if (text === "") return [isFinished(job.status) && isWhole ? "It printed nothing." : "No output yet."];
  const note = hidden === 0 ? [] : [`${hidden} secret ${hidden === 1 ? "value" : "values"} hidden.`];
  return [fenceOutput(text, `Output of ${nameOf(job)}`), ...note];
}

/** Why a job that was waited for does not run, or has failed. */
function whyLines(
  jobs: readonly JobDescription[],
  { deadlineMs, checked, outcomes }: Started,
  isSilent: boolean,
): string[] {
  const [job, ...others] = jobs;
  if (deadlineMs === 0 || job === undefined || others.length > 0) return [];
  if (job.status === "running" || job.status === "succeeded") return [];
  const { why, next } = explainJob(job, { presets: checked.presets });
  const known = isSilent && isFinished(job.status) ? withoutLog(next) : next;
  // The same call would only show the same job again.
  const advice = isFinished(job.status) && outcomes[0]?.isRepeated === true ? "" : known;
  return [`Why: ${[why, advice].filter((text) => text !== "").join(" ")}`];
}

function nextLine(
  jobs: readonly JobDescription[],
  { request: { items, sweepTag }, outcomes }: Started,
): string {
  const [job] = jobs;
  if (job === undefined) return "";
  const isElsewhere = items.some(({ options }) => options.where?.project !== undefined);
  const project = isElsewhere ? identityOf(job).project : undefined;
  if (items.length > 1) {
    const where = project === undefined ? "" : `, "project": ${JSON.stringify(project)}`;
    return `Next: job_list {"tags": ["${sweepTag}"]${where}} counts them by status.`;
  }
  if (isFinished(job.status) && outcomes[0]?.isRepeated === true) {
    return `It has ended, and this request_id always stands for it. To run it again: job_rerun {"job": "${job.id}"}, or job_start with another request_id.`;
  }
  const refs = JSON.stringify(refsAgain(jobs, { refs: [nameOf(job)], project }));
  if (isFinished(job.status)) return `It has ended. Next: job_status {"jobs": ${refs}}.`;
  const why = job.status === "running" ? `job_logs {"jobs": ${refs}} for its output, ` : "";
  return `Next: ${why}job_wait {"jobs": ${refs}} for its end.`;
}

/** One error for all: the code of the first says what can be done. */
function nothingStarted(outcomes: readonly StartOutcome[]): PlatformError {
  const [first] = outcomes;
  const all = causes(outcomes);
  const isKnown = all.every(({ fate }) => fate === "Not started");
  const lines = all.map(({ text, names }) => `- ${names.length} times ${text}`);
  const what = isKnown ? "was started" : "is known to have been started";
  const message = `None of ${outcomes.length} jobs ${what}:\n${lines.join("\n")}`;
  return new PlatformError(first?.error?.code ?? "platform_error", message, { cause: first?.error });
}
