import { isFinished, type JobDescription, type StartPlan } from "../../client/index.ts";
import { formatMost, isPrice, sumCredits } from "../../jobs/cost.ts";
import { identityOf, identityText } from "../../jobs/identity.ts";
import { shortIds } from "../../jobs/names/ids.ts";
import { callText, type NextCall } from "../../jobs/next-call.ts";
import { fenceOutput } from "../../jobs/output/fence.ts";
import { clampLine } from "../../jobs/output/lines.ts";
import { adviceText } from "../../jobs/reasons/explanation.ts";
import { explainJob } from "../../jobs/reasons/index.ts";
import { redactJob } from "../../jobs/redact/job.ts";
import { reasonOf } from "../../jobs/rows.ts";
import { nameOf, statusText } from "../../jobs/standing.ts";
import { valuesText } from "../../jobs/start/sweep.ts";
import { formatSpan } from "../../jobs/time/durations.ts";
import { counted, creditsText, plural, present } from "../../jobs/words.ts";
import { type Call, redactorFor } from "../../operations/caller.ts";
import { refsAgain } from "../../operations/find/index.ts";
import { worstCase } from "../../operations/spending/problems.ts";
import type { Checked } from "../../operations/start/check.ts";
import type { StartOutcome, StartRequest } from "../../operations/start/request.ts";
import type { FirstOutput, Watched } from "../../operations/start/wait.ts";
import { ifAny } from "../answers.ts";
import { codedText } from "../errors.ts";
import { causeLines, cut, failureOf, failureText, fateOf } from "./problems.ts";
import { twinsText } from "./twins.ts";

/** The caller just wrote it: enough to see how it is wrapped. */
const MAX_COMMAND_CHARS = 100;
/** More links than this crowd out the answer. */
const MAX_LINKS = 10;
/** With more jobs than this each gets a short row, so that a hundred fit into one answer. */
const MANY = 20;
const FEW_CHARS = { values: 120, error: 600 };
const MANY_CHARS = { values: 30, error: 70 };

export interface Started {
  request: Omit<StartRequest, "isRepeatable">;
  checked: Pick<Checked, "isHome" | "presets"> & { plan?: Pick<StartPlan, "preset"> };
  /** What the caller should know of what was asked. */
  notes: string[];
  outcomes: StartOutcome[];
  watched: Watched;
  /** The caller asked to wait until it runs. */
  wasAwaited: boolean;
}

/** Says what was started, and how far it came within the time given. */
export function startReply(started: Started, caller: Call["caller"]) {
  const { request, watched } = started;
  const { jobs, output, trouble } = watched;
  const byId = new Map(jobs.map((job) => [job.id, job]));
  const outcomes = started.outcomes.map((outcome) => {
    const job = byId.get(outcome.job?.id ?? "") ?? outcome.job;
    return { ...outcome, job: job && redactJob(job) };
  });
  const next = nextCalls(started);
  const lines = [
    ...(request.items.length === 1
      ? singleLines(outcomes[0], started.checked)
      : sweepLines(outcomes, { request, checked: started.checked })),
    ...factLines(started, caller),
    ...new Set(outcomes.map(twinsText)),
    ...(output === undefined ? [] : outputLines(output, jobs[0])),
    trouble && `It was started, but could not be watched: ${codedText(trouble)}`,
    whyLine(started),
    nextLine(started, next.map(callText)),
  ];
  const data = dataOf(outcomes, started, output?.text);
  return { text: present(lines).join("\n"), data, jobs: jobs.slice(0, MAX_LINKS), next };
}

/** A dry run for a request that was made before. */
export function seenReply(job: JobDescription) {
  const text = `Dry run: nothing was started. The earlier call with this request_id started ${identityText(job)}, ${statusText(job)}. The same call without a dry run gives that job and starts nothing new; for a new job use another request_id.`;
  return { text, data: { jobs: [], earlier: { ...identityOf(job), status: job.status } }, jobs: [job] };
}

function singleLines(outcome: StartOutcome | undefined, { isHome }: Pick<Checked, "isHome">) {
  if (outcome?.job === undefined) return [];
  const { job, isRepeated } = outcome;
  const what =
    isRepeated === true
      ? "This is the job of the earlier call with this request_id, nothing new was started"
      : "Started";
  const ownText = job.name === undefined ? job.id : `${job.name} (${job.id})`;
  return [
    `${what}: ${isHome === true ? ownText : identityText(job)}, ${statusText(job)}.`,
    job.http_url && `URL: ${job.http_url}`,
  ];
}

function sweepLines(
  outcomes: StartOutcome[],
  { request: { sweepTag = "", requestId }, checked: { isHome } }: Pick<Started, "request" | "checked">,
): string[] {
  const started = outcomes.filter(({ job }) => job !== undefined);
  const jobs = started.flatMap(({ job }) => job ?? []);
  const [some] = jobs;
  const old = started.filter(({ isRepeated }) => isRepeated).length;
  const states = new Set(jobs.map(statusText));
  const facts = present([
    old > 0 && `${old} of them by an earlier call with this request_id`,
    isHome !== true && some !== undefined && `project ${identityOf(some).project}`,
    `tag ${sweepTag}`,
    states.size === 1 && `${plural(jobs.length, "it is", "all are")} ${[...states].join("")}`,
  ]);
  const shown = {
    count: outcomes.length,
    ids: shortIds(jobs.map(({ id }) => id)),
    withStatus: states.size > 1,
  };
  return present([
    `Started ${started.length} of ${outcomes.length} jobs; ${facts.join("; ")}.`,
    started.length < outcomes.length && repeatText(outcomes, requestId),
    ...outcomes.map((outcome) => rowText(outcome, shown)),
    ...causeLines(outcomes),
  ]);
}

/** A job that had to give way to a limit keeps its request's tag: it stands for its part of it. */
function repeatText(outcomes: readonly StartOutcome[], requestId: string): string {
  const ended = outcomes.filter(({ exceeded }) => exceeded !== undefined).length;
  const missing = outcomes.filter(({ job, exceeded }) => job === undefined && exceeded === undefined).length;
  return present([
    `request_id: ${requestId}`,
    missing > 0 && "calling again with it starts only those that are missing",
    ended > 0 &&
      `not ${plural(ended, "the one", "those")} ended for a limit, which ${plural(ended, "needs", "need")} another request_id`,
  ]).join("; ");
}

interface RowsShown {
  /** Of all rows. */
  count: number;
  ids: ReadonlyMap<string, string>;
  /** Not where all have the same. */
  withStatus: boolean;
}

/** One job of a sweep as a line. */
export function rowText(outcome: StartOutcome, { count, ids, withStatus }: RowsShown): string {
  const { item, job } = outcome;
  const error = failureOf(outcome);
  const label = `${item.index}. ${item.name ?? ""} ${cut(valuesText(item.values), maxChars(count).values)}`;
  const fate =
    job === undefined
      ? error && fateOf(error).toUpperCase()
      : `${ids.get(job.id) ?? job.id}${withStatus ? `, ${statusText(job)}` : ""}`;
  return `${label.trimEnd()}: ${fate ?? ""}`;
}

function factLines(
  { request: { items, ...request }, outcomes, checked: { plan }, notes, watched: { jobs } }: Started,
  caller: Call["caller"],
) {
  // An earlier call's job may have been given more time since.
  const isRepeated = outcomes.some((outcome) => outcome.isRepeated);
  const lifeSpanSeconds = isRepeated ? jobs[0]?.life_span : request.lifeSpanSeconds;
  if (plan === undefined) return [];
  const prices = [jobs[0]?.price_credits_per_hour ?? "", plan.preset.credits_per_hour];
  const price = prices.find(isPrice) ?? "";
  const most = worstCase({ pricePerHour: price, lifeSpanSeconds });
  const bound =
    most !== undefined && `so at most ${creditsText(formatMost(sumCredits(jobs.map(() => most))))}`;
  const span =
    lifeSpanSeconds === undefined
      ? "no life span: it costs until it is killed"
      : present([`life span ${formatSpan(lifeSpanSeconds)}`, bound]).join(", ");
  const toRun = items[0]?.toRun;
  const redact = redactorFor(caller, jobs);
  return [
    `preset ${plan.preset.name}, ${creditsText(price || "unknown")} per hour${plural(items.length, "", " each")}; ${span}.`,
    toRun?.inShell === true && `Runs: ${shownCommand(redact(toRun.command).text)}`,
    ...notes.map((note) => `Note: ${note}`),
  ];
}

/** A long command is what the caller just wrote, behind `sh -c`: its first line will do. */
function shownCommand(command: string): string {
  const [first = "", ...others] = command.split("\n");
  const more = others.length === 0 ? "" : ` … (${counted(others.length, "more line")}, as given)`;
  return `${clampLine(first, MAX_COMMAND_CHARS)}${more}`;
}

function outputLines({ text, hidden, isWhole }: FirstOutput, job: JobDescription | undefined) {
  if (job === undefined) return [];
  if (text === "") return [isFinished(job.status) && isWhole ? "It printed nothing." : "No output yet."];
  const note = hidden > 0 && `${counted(hidden, "secret value")} hidden.`;
  return [fenceOutput(text, "Output"), note];
}

/** Why a job that was waited for does not run, or has failed. */
function whyLine({ wasAwaited, checked, outcomes, watched }: Started): string {
  const [job, ...others] = watched.jobs;
  if (!wasAwaited || job === undefined || others.length > 0) return "";
  if (job.status === "running" || job.status === "succeeded") return "";
  const explanation = explainJob(job, { presets: checked.presets });
  const isSilent = watched.output?.text === "";
  const known = adviceText(explanation, isSilent && isFinished(job.status) ? "empty" : undefined);
  // The same call would only show the same job again.
  const advice = isFinished(job.status) && outcomes[0]?.isRepeated === true ? "" : known;
  return `Why: ${present([explanation.why, advice]).join(" ")}`;
}

function nextCalls({ request: { items, sweepTag }, outcomes, watched: { jobs } }: Started): NextCall[] {
  const [job] = jobs;
  if (job === undefined) return [];
  const isElsewhere = items.some(({ options }) => options.where?.project !== undefined);
  const project = isElsewhere ? identityOf(job).project : undefined;
  if (items.length > 1) return [{ tool: "job_list", arguments: { tags: [sweepTag], project } }];
  if (isFinished(job.status) && outcomes[0]?.isRepeated === true)
    return [{ tool: "job_rerun", arguments: { job: job.id } }];
  const refs = refsAgain(jobs, { refs: [nameOf(job)], project });
  const about = (tool: string) => ({ tool, arguments: { jobs: refs } });
  if (isFinished(job.status)) return [about("job_status")];
  return job.status === "running" ? [about("job_logs"), about("job_wait")] : [about("job_wait")];
}

function nextLine({ request, outcomes, watched }: Started, [first = "", second]: string[]): string {
  const [job] = watched.jobs;
  if (job === undefined) return "";
  if (request.items.length > 1) return `Next: ${first} counts them by status.`;
  if (isFinished(job.status) && outcomes[0]?.isRepeated === true)
    return `It has ended, and this request_id always stands for it. To run it again: ${first}, or job_start with another request_id.`;
  if (isFinished(job.status)) return `It has ended. Next: ${first}.`;
  if (second === undefined) return `Next: ${first} for its end.`;
  return `Next: ${first} for its output, ${second.split(" ")[0]} with the same for its end.`;
}

function dataOf(
  outcomes: readonly StartOutcome[],
  { request, checked: { isHome = false } }: Pick<Started, "request" | "checked">,
  output: string | undefined,
) {
  const failed = outcomes.flatMap((outcome) => failedRow(outcome, outcomes.length));
  const [some] = outcomes.flatMap(({ job }) => (job === undefined ? [] : [identityOf(job)]));
  const { sweepTag: tag } = request;
  return {
    request_id: request.requestId,
    tag,
    ...(tag === undefined || isHome ? {} : { owner: some?.owner, project: some?.project }),
    jobs: outcomes.flatMap((outcome) => startedRow(outcome, { count: outcomes.length, isHome, output })),
    failed: ifAny(failed),
  };
}

function startedRow(
  { item, job, isRepeated, isUnchecked, twins = [] }: StartOutcome,
  { count, isHome, output }: { count: number; isHome: boolean; output: string | undefined },
) {
  if (job === undefined) return [];
  const { id, owner, project } = identityOf(job);
  return [
    {
      name: job.name,
      id,
      status: job.status,
      reason: reasonOf(job),
      ...(count > 1 || isHome ? {} : { owner, project }),
      request_id: count > 1 && count <= MANY ? item.requestId : undefined,
      repeated: isRepeated || undefined,
      twins: ifAny(twins.map((twin) => twin.id)),
      unchecked: isUnchecked || undefined,
      values: shortValues(item.values, count),
      http_url: job.http_url,
      output,
    },
  ];
}

function failedRow(outcome: StartOutcome, count: number) {
  const { index, name, values } = outcome.item;
  const error = failureOf(outcome);
  if (error === undefined) return [];
  return [
    { index, name, values: shortValues(values, count), error: failureText(error, maxChars(count).error) },
  ];
}

function shortValues(values: Record<string, string>, count: number): Record<string, string> | undefined {
  const short = Object.entries(values).map(([name, value]) => [name, cut(value, maxChars(count).values)]);
  return short.length === 0 ? undefined : Object.fromEntries(short);
}

function maxChars(count: number) {
  return count > MANY ? MANY_CHARS : FEW_CHARS;
}
