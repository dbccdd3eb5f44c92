import { z } from "zod";
import { isFinished, type JobDescription } from "../../client/index.ts";
import { oneLine } from "../../foreign.ts";
import { formatCredits } from "../../jobs/cost.ts";
import { logBody, showBody } from "../../jobs/output/body.ts";
import { adviceText } from "../../jobs/reasons/explanation.ts";
import type { Redact } from "../../jobs/redact/index.ts";
import { nameOf, stateData, stateLine } from "../../jobs/standing.ts";
import { present } from "../../jobs/words.ts";
import { redactorFor } from "../../operations/caller.ts";
import { whereOf } from "../../operations/find/index.ts";
import {
  explainJobs,
  type JobReport,
  type LogEnd,
  type StatusReport,
} from "../../operations/status/index.ts";
import { ifAny, jobState, maybeNumber, maybeText, maybeTexts, openObject, text } from "../answers.ts";
import { listOfJobs, project } from "../args.ts";
import { defineTool } from "../define-tool.ts";
import { errorText } from "../errors.ts";
import { factLines, lifeLeftSeconds, urlOf } from "./facts.ts";

/** For the logs of all jobs together: what their explanations leave of an answer. */
const ALL_LOGS_BYTES = 5600;
const MAX_LOG_BYTES = 3000;

const explained = openObject(
  {},
  {
    ...jobState,
    owner: text,
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
    facts: maybeTexts,
  },
);

export const status = defineTool({
  name: "job_status",
  title: "Explain jobs",
  description: "Where jobs stand and why, what would help, cost, URLs, mounts, a failed one's last lines.",
  toolset: "core",
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
    const reports = status.reports.map((report) => reportOf(report, status, redact));
    const missing = failed.map(({ ref, error }) => ({
      job: ref,
      error: `${error.code}: ${errorText(error)}`,
    }));
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

function reportOf(report: JobReport, { me, isShort, reports }: StatusReport, redact: Redact) {
  const { job, explanation, preset, log } = report;
  const nowMs = Date.now();
  const guess = explanation.certainty === "inferred" ? " (inferred, not stated by the platform)" : "";
  const shown = typeof log === "object" ? shownLog(job, log, reports.length) : undefined;
  const next = adviceText(explanation, typeof log === "object" ? "shown" : log);
  const facts = isShort ? [] : factLines(job, { nowMs, redact, preset });
  const text = [
    stateLine(job, { nowMs, me }),
    `Why${guess}: ${oneLine(explanation.why)}`,
    next && `Next: ${oneLine(next)}`,
    shown?.fenced,
    ...facts,
  ];
  return {
    text: present(text).join("\n"),
    data: {
      ...stateData(job, me),
      why: explanation.why,
      certainty: explanation.certainty,
      next: next || undefined,
      ...factsOf(job),
      log: shown?.text,
      facts: isShort ? undefined : facts,
    },
  };
}

function shownLog(job: JobDescription, { lines, isWhole }: LogEnd, jobCount: number) {
  const which = isWhole ? "last lines" : "lines read in time, more may follow,";
  const what = `${which} of the log of ${nameOf(job)}`;
  const maxBytes = Math.min(MAX_LOG_BYTES, Math.floor(ALL_LOGS_BYTES / jobCount));
  return showBody(logBody(lines, { timestamps: false }), { maxBytes, what });
}

function factsOf(job: JobDescription) {
  return {
    owner: job.owner,
    uri: job.uri,
    preset: job.preset_name,
    credits_per_hour: formatCredits(job.price_credits_per_hour),
    cost_credits: formatCredits(job.total_price_credits),
    life_span_left_seconds: isFinished(job.status) ? undefined : lifeLeftSeconds(job),
    http_url: urlOf(job),
  };
}
