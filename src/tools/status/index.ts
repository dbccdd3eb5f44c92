import { z } from "zod";
import { isFinished, type JobDescription } from "../../client/index.ts";
import { oneLine } from "../../foreign.ts";
import { formatCredits } from "../../jobs/cost.ts";
import { logBody, showBody } from "../../jobs/output/body.ts";
import { adviceText, type Explanation } from "../../jobs/reasons/explanation.ts";
import type { Redact } from "../../jobs/redact/index.ts";
import { redactJob } from "../../jobs/redact/job.ts";
import { stateData, stateLine } from "../../jobs/standing.ts";
import { present } from "../../jobs/words.ts";
import { redactorFor } from "../../operations/caller.ts";
import { whereOf } from "../../operations/find/index.ts";
import { isOwned } from "../../operations/find/owned.ts";
import {
  explainJobs,
  type JobReport,
  type LogEnd,
  type StatusReport,
} from "../../operations/status/index.ts";
import {
  ifAny,
  jobState,
  maybeFlag,
  maybeNumber,
  maybeText,
  maybeTexts,
  openObject,
  text,
} from "../answers.ts";
import { listOfJobs, project } from "../args.ts";
import { defineTool } from "../define-tool.ts";
import { codedText } from "../errors.ts";
import { factData, factLines, lifeLeftSeconds, urlOf } from "./facts.ts";

/** For the logs of all jobs together: what their explanations leave of an answer. */
const ALL_LOGS_BYTES = 5600;
const MAX_LOG_BYTES = 3000;
/** What is known about one job fits into 700 bytes, with the label of its log. */
const SHORT_BYTES = 620;
const LINE_BYTES = 50;
/** Left to the data where the reason takes the room. */
const SPARE = /^(?:Image|Description|Tags|History)\b/;

const explained = openObject(
  {},
  {
    ...jobState,
    uri: text,
    why: text,
    certainty: text,
    next: maybeText,
    log: maybeText,
    preset: maybeText,
    credits_per_hour: text,
    cost_credits: text,
    life_span_left_seconds: maybeNumber,
    http_url: maybeText,
    image: maybeText,
    entrypoint: maybeText,
    command: maybeText,
    working_dir: maybeText,
    env_names: maybeTexts,
    secret_env: maybeTexts,
    tags: maybeTexts,
    description: maybeText,
    restart_policy: maybeText,
    priority: maybeText,
    mounts: maybeTexts,
    /** With --owned-only: nothing of it may be changed. */
    not_started_here: maybeFlag,
  },
);

export const status = defineTool({
  name: "job_status",
  title: "Explain jobs",
  description: "Where jobs stand and why, what would help, cost, URLs, mounts, a failed one's last lines.",
  toolset: "core",
  hasView: true,
  input: z.strictObject({
    jobs: listOfJobs(20),
    project,
  }),
  output: openObject(
    { jobs: z.array(explained) },
    { not_found: z.array(z.looseObject({ job: text, error: text })).optional() },
  ),
  effects: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  async run({ jobs: refs, project: at }, call) {
    const status = await explainJobs({ refs, where: whereOf(at) }, call);
    const { failed } = status;
    const jobs = status.reports.map(({ job }) => job);
    const redact = redactorFor(call.caller, jobs);
    const { ownedOnly } = call.caller.policy;
    const reports = status.reports.map((report) => reportOf(report, status, { redact, ownedOnly }));
    const missing = failed.map(({ ref, error }) => ({ job: ref, error: codedText(error) }));
    return {
      text: [
        ...reports.map(({ text }) => text),
        ...missing.map(({ job, error }) => `${oneLine(job)}: ${error}`),
      ].join("\n\n"),
      data: {
        jobs: reports.map(({ data }) => data),
        not_found: ifAny(missing),
      },
      jobs,
    };
  },
});

function reportOf(
  report: JobReport,
  { me, isShort, reports, selected }: StatusReport,
  { redact, ownedOnly }: { redact: Redact; ownedOnly: boolean },
) {
  const { explanation, preset, log } = report;
  const job = redactJob(report.job, redact);
  const { why } = explanation;
  const nowMs = Date.now();
  const next = adviceText(explanation, typeof log === "object" ? "shown" : log);
  const facts = isShort ? undefined : factData(job);
  const lines = facts === undefined ? [] : factLines(job, facts, { nowMs, preset });
  const head = present([
    stateLine(job, { nowMs, me }),
    !saysNothing(explanation, job) &&
      `Why${explanation.certainty === "inferred" ? " (inferred)" : ""}: ${oneLine(why)}`,
    next && `Next: ${oneLine(next)}`,
  ]);
  const every = present([
    ...lines.filter((line) => !why.includes(line.replace("Image: ", ""))),
    placeText(job) !== selected && `Project: ${placeText(job)}`,
  ]);
  const isLong = bytesOf([...head, ...every]) > SHORT_BYTES - LINE_BYTES;
  const rest = isLong ? every.filter((line) => !SPARE.test(line)) : every;
  const besides = bytesOf([...head, ...rest]);
  const shown =
    typeof log === "object" ? shownLog(report, log, { jobCount: reports.length, besides }) : undefined;
  return {
    text: present([...head, shown?.fenced, ...rest]).join("\n"),
    data: {
      ...stateData(job, me),
      why,
      certainty: explanation.certainty,
      next: next || undefined,
      ...factsOf(job),
      log: shown?.text,
      ...facts,
      not_started_here: (ownedOnly && !isOwned(job, me)) || undefined,
    },
  };
}

function bytesOf(lines: readonly string[]): number {
  return Buffer.byteLength(lines.join("\n"));
}

/** That it runs, or ended well, is in its state already. */
function saysNothing({ next, certainty }: Explanation, { status }: JobDescription): boolean {
  return next === "" && certainty === "stated" && (status === "running" || status === "succeeded");
}

function placeText({ cluster_name, org_name, project_name }: JobDescription): string {
  return present([cluster_name, org_name, project_name]).join("/");
}

/** A log that only bears out what was concluded gets what the answer has left for it. */
function shownLog(
  { explanation: { fromLog, besideLog } }: JobReport,
  { lines, isWhole }: LogEnd,
  { jobCount, besides }: { jobCount: number; besides: number },
) {
  const what = isWhole ? "Its last lines" : "Its last lines in time, more may follow";
  const isExplained = fromLog !== undefined || besideLog === undefined;
  const clean = isExplained
    ? tailOf(lines, { least: fromLog?.lines, maxBytes: SHORT_BYTES - besides })
    : lines;
  const maxBytes = Math.min(MAX_LOG_BYTES, Math.floor(ALL_LOGS_BYTES / jobCount));
  return showBody(logBody(clean, { timestamps: false }), { maxBytes, what });
}

/** The last lines that fit, and at least so many. */
function tailOf<Line extends { text: string }>(
  lines: readonly Line[],
  { least = 1, maxBytes }: { least: number | undefined; maxBytes: number },
): Line[] {
  let bytes = 0;
  const tooMany = lines.findLastIndex(({ text }) => {
    bytes += Buffer.byteLength(text) + 1;
    return bytes > maxBytes;
  });
  return lines.slice(Math.min(tooMany + 1, lines.length - least));
}

function factsOf(job: JobDescription) {
  return {
    uri: job.uri,
    preset: job.preset_name,
    credits_per_hour: formatCredits(job.price_credits_per_hour),
    cost_credits: formatCredits(job.total_price_credits),
    life_span_left_seconds: isFinished(job.status) ? undefined : lifeLeftSeconds(job),
    http_url: urlOf(job),
  };
}
