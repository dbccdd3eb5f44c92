import { z } from "zod";
import { isFinished, type JobDescription, type Platform } from "../../client/index.ts";
import { oneLine } from "../../foreign.ts";
import { formatCredits } from "../../jobs/cost.ts";
import type { Redact } from "../../jobs/redact/index.ts";
import { stateData, stateLine } from "../../jobs/standing.ts";
import { refusalText, resolveMany, type Unresolved } from "../../operations/find/index.ts";
import { whereOf } from "../../operations/find/where.ts";
import { redactorFor } from "../../operations/redactor.ts";
import {
  type Diagnosis,
  diagnose,
  lookAround,
  type Surroundings,
} from "../../operations/status/diagnosis.ts";
import { project } from "../args.ts";
import { defineTool } from "../define-tool.ts";
import { factLines, lifeLeftSeconds, urlOf } from "./facts.ts";

/** Logs share what the explanations of many jobs leave of an answer. */
const ALL_LOGS_BYTES = 5600;
const MAX_LOG_BYTES = 3000;

export const status = defineTool({
  name: "job_status",
  title: "Explain jobs",
  description:
    "Explains jobs: where they stand and why, what would help, cost, life span, URLs, mounts, the end of a failed one's log.",
  toolset: "core",
  input: z.strictObject({
    jobs: z.array(z.string()).min(1).max(20).describe("Names, ids, id prefixes or job: URIs"),
    project,
  }),
  output: z.looseObject({
    jobs: z.array(z.looseObject({})),
  }),
  effects: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  async run({ jobs: refs, project: at }, context) {
    const { caller, signal } = context;
    const { platform } = caller;
    const { jobs, failed } = await resolveMany(platform, { refs, where: whereOf(at) }, signal);
    const [only] = failed;
    if (jobs.length === 0 && only !== undefined && failed.length === 1) throw only.error;
    const redact = redactorFor(caller, jobs);
    const around = await lookAround(jobs, context);
    const isShort = jobs.length > 3;
    const logBytes = Math.min(MAX_LOG_BYTES, Math.floor(ALL_LOGS_BYTES / Math.max(1, jobs.length)));
    const { user: me } = await platform.context({ signal });
    const options = { platform, signal, redact, around, me, isShort, logBytes, signals: caller.signals };
    const reports = await Promise.all(jobs.map((job) => report(job, options)));
    return {
      text: [...reports.map(({ text }) => text), ...failed.map(missingText)].join("\n\n"),
      data: {
        jobs: reports.map(({ data }) => data),
        ...(failed.length === 0
          ? {}
          : {
              not_found: failed.map(({ ref, error }) => ({
                job: ref,
                error: `${error.code}: ${refusalText(error)}`,
              })),
            }),
      },
      jobs,
    };
  },
});

interface ReportOptions {
  platform: Platform;
  signal: AbortSignal;
  redact: Redact;
  around: Surroundings;
  me: string;
  signals: ReadonlyMap<string, number>;
  logBytes: number;
  /** Many jobs at once: only what explains them. */
  isShort: boolean;
}

async function report(job: JobDescription, options: ReportOptions) {
  const { around, redact, isShort, me } = options;
  const diagnosis = await diagnose(job, options);
  const nowMs = Date.now();
  const preset = around.presets.get(job.cluster_name)?.find(({ name }) => name === job.preset_name);
  const { why, next, log, certainty } = diagnosis;
  const guess = certainty === "inferred" ? " (inferred, not stated by the platform)" : "";
  const facts = isShort ? [] : factLines(job, { nowMs, redact, preset });
  const text = [
    stateLine(job, { nowMs, me }),
    `Why${guess}: ${oneLine(why)}`,
    ...(next === "" ? [] : [`Next: ${oneLine(next)}`]),
    ...(log === undefined ? [] : [log.fenced]),
    ...facts,
  ];
  return {
    text: text.join("\n"),
    data: { ...stateData(job, me), ...dataOf(job, diagnosis), ...(isShort ? {} : { facts }) },
  };
}

function dataOf(job: JobDescription, { why, next, certainty, log }: Diagnosis) {
  const left = lifeLeftSeconds(job);
  return {
    why,
    certainty,
    ...(next === "" ? {} : { next }),
    owner: job.owner,
    uri: job.uri,
    ...(job.preset_name === undefined ? {} : { preset: job.preset_name }),
    credits_per_hour: formatCredits(job.price_credits_per_hour),
    cost_credits: formatCredits(job.total_price_credits),
    ...(left === undefined || isFinished(job.status) ? {} : { life_span_left_seconds: left }),
    ...(urlOf(job) === undefined ? {} : { http_url: urlOf(job) }),
    ...(log === undefined ? {} : { log: log.text }),
  };
}

function missingText({ ref, error }: Unresolved): string {
  return `${oneLine(ref)}: ${error.code}: ${refusalText(error)}`;
}
