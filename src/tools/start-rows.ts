import type { PlatformError } from "../client/index.ts";
import { valuesText } from "../jobs/sweep.ts";
import { statusText } from "./rows.ts";
import type { StartRequest } from "./start-input.ts";
import type { StartOutcome } from "./start-run.ts";
import { identityOf } from "./written.ts";

/** From more jobs on, each gets a short row, so that a hundred fit one answer. */
const MANY = 20;
const MAX_CHARS = { few: { values: 120, error: 600 }, many: { values: 30, error: 70 } };

/** One job of a sweep as a line. */
export function rowText({ item, job, error }: StartOutcome, count: number): string {
  const values = cut(valuesText(item.values), limits(count).values);
  const label = `${item.index}. ${item.name ?? ""} ${values}`.trimEnd();
  if (job !== undefined) return `${label}: ${job.id}, ${statusText(job)}`;
  return `${label}: NOT STARTED: ${cut(errorText(error), limits(count).error)}`;
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

/** The first error whole, where rows show only beginnings. */
export function firstError(outcomes: readonly StartOutcome[]): string[] {
  const [first] = outcomes.flatMap(({ error }) => (error === undefined ? [] : [errorText(error)]));
  if (first === undefined || first.length <= limits(outcomes.length).error) return [];
  return [`First error in full: ${cut(first, 2000)}`];
}

export function errorText(error: PlatformError | undefined): string {
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
      ...{ id, status: job.status },
      ...(job.history.reason === undefined ? {} : { reason: job.history.reason }),
      ...(count > MANY ? {} : { owner, project, request_id: item.requestId }),
      ...(isRepeated === true ? { repeated: true } : {}),
      ...valuesOf(item.values, count),
      ...(job.http_url === undefined ? {} : { http_url: job.http_url }),
      ...(output === undefined ? {} : { output }),
    },
  ];
}

function failedRow({ item, error }: StartOutcome, count: number) {
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
