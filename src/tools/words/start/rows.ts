import type { PlatformError } from "../../../client/index.ts";
import { identityOf } from "../../../jobs/identity.ts";
import { statusText } from "../../../jobs/standing.ts";
import { valuesText } from "../../../jobs/start/sweep.ts";
import type { StartOutcome, StartRequest } from "../../../operations/start/request.ts";
import { failureOf } from "./problems.ts";

/** From more jobs on, each gets a short row, so that a hundred fit one answer. */
const MANY = 20;
const MAX_CAUSES = 5;
const MAX_CAUSE_CHARS = 2000;
const MAX_NAMES = 20;
const JOB_ID = /job-[0-9a-z-]{36}/g;
const MAX_CHARS = { few: { values: 120, error: 600 }, many: { values: 30, error: 70 } };

/** Why some jobs are not known to have been started. */
interface Cause {
  text: string;
  fate: "Not started" | "Unknown";
  /** Of the jobs, or their numbers. */
  names: string[];
}

/** One job of a sweep as a line. */
export function rowText(outcome: StartOutcome, count: number): string {
  const { item, job } = outcome;
  const error = failureOf(outcome);
  const values = cut(valuesText(item.values), limits(count).values);
  const label = `${item.index}. ${item.name ?? ""} ${values}`.trimEnd();
  if (job !== undefined) return `${label}: ${job.id}, ${statusText(job)}`;
  return `${label}: ${error === undefined ? "" : fate(error).toUpperCase()}`;
}

/** What was started and what was not, as data. */
export function startData(outcomes: readonly StartOutcome[], request: StartRequest, output?: string) {
  const failed = outcomes.flatMap((outcome) => failedRow(outcome, outcomes.length));
  const [some] = outcomes.flatMap(({ job }) => (job === undefined ? [] : [identityOf(job)]));
  const shared = some === undefined ? {} : { owner: some.owner, project: some.project };
  const tag = request.sweepTag === undefined ? {} : { ...shared, tag: request.sweepTag };
  return {
    request_id: request.requestId,
    ...tag,
    jobs: outcomes.flatMap((outcome) => jobRow(outcome, { count: outcomes.length, output })),
    ...(failed.length === 0 ? {} : { failed }),
  };
}

/** Why jobs were not started: what is said of several alike is said once, of the first. */
export function causes(outcomes: readonly StartOutcome[]): Cause[] {
  const found = new Map<string, Cause>();
  for (const outcome of outcomes) {
    const { item, job } = outcome;
    const error = failureOf(outcome);
    if (job !== undefined || error === undefined) continue;
    const text = errorText(error);
    const { name = String(item.index) } = item;
    const kind = sameForAll(text, item);
    const cause = found.get(kind) ?? { text: cut(text, MAX_CAUSE_CHARS), fate: fate(error), names: [] };
    cause.names.push(name);
    found.set(kind, cause);
  }
  return [...found.values()];
}

/** Without what only this job is called: an id of one request first, as it may have the name in it. */
function sameForAll(text: string, { name, requestId }: StartOutcome["item"]): string {
  const own = [requestId, ...(name === undefined ? [] : [name])];
  return own.reduce((rest, word) => rest.replaceAll(word, ""), text).replace(JOB_ID, "");
}

/** The same as lines below the rows. */
export function causeLines(outcomes: readonly StartOutcome[]): string[] {
  const all = causes(outcomes);
  const more = all.length > MAX_CAUSES ? [`… and ${all.length - MAX_CAUSES} other causes`] : [];
  const lines = all.slice(0, MAX_CAUSES).map(({ text, fate: what, names }) => {
    const some = names.slice(0, MAX_NAMES).join(", ");
    const others = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : "";
    return `${what} (${some}${others}): ${text}`;
  });
  return [...lines, ...more];
}

function fate({ code }: PlatformError): Cause["fate"] {
  return code === "unknown_outcome" ? "Unknown" : "Not started";
}

function errorText(error: PlatformError | undefined): string {
  return error === undefined ? "" : `${error.code}: ${error.message}`;
}

function jobRow(
  { item, job, isRepeated }: StartOutcome,
  { count, output }: { count: number; output: string | undefined },
) {
  if (job === undefined) return [];
  const { id, owner, project } = identityOf(job);
  return [
    {
      ...(job.name === undefined ? {} : { name: job.name }),
      id,
      status: job.status,
      ...(job.history.reason === undefined ? {} : { reason: job.history.reason }),
      ...(count > MANY ? {} : { owner, project, request_id: item.requestId }),
      ...(isRepeated === true ? { repeated: true } : {}),
      ...valuesOf(item.values, count),
      ...(job.http_url === undefined ? {} : { http_url: job.http_url }),
      ...(output === undefined ? {} : { output }),
    },
  ];
}

function failedRow(outcome: StartOutcome, count: number) {
  const { item } = outcome;
  const error = failureOf(outcome);
  if (error === undefined) return [];
  const { index, name, values } = item;
  const said = cut(errorText(error), limits(count).error);
  return [{ index, ...(name === undefined ? {} : { name }), ...valuesOf(values, count), error: said }];
}

function valuesOf(values: Record<string, string>, count: number): { values?: Record<string, string> } {
  const short = Object.entries(values).map(([name, value]) => [name, cut(value, limits(count).values)]);
  return short.length === 0 ? {} : { values: Object.fromEntries(short) };
}

function limits(count: number) {
  return count > MANY ? MAX_CHARS.many : MAX_CHARS.few;
}

function cut(text: string, maxChars: number): string {
  return text.length <= maxChars ? text : `${text.slice(0, maxChars - 1)}…`;
}
