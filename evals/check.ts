import { isDeepStrictEqual } from "node:util";
import type { JobDescription } from "../src/client/index.ts";
import type { Selected, Task, VerifyStep } from "./task.ts";

/** What an agent asked of the server, and what came back. */
export interface Asked {
  kind: "tool" | "resource";
  /** Of the tool, or the address of the resource. */
  name: string;
  /** Of the text that was returned. */
  bytes: number;
}

/** What there is to be seen once an agent has answered. */
export interface Seen {
  asked: readonly Asked[];
  answer: string;
  before: readonly JobDescription[];
  after: readonly JobDescription[];
  /** What the commands of the task print afterwards. */
  outputs: ReadonlyMap<string, string>;
}

/** What is wrong with how a task was solved, in words; nothing if it was solved. */
export function check({ spec }: Task, seen: Seen): string[] {
  return [...assertions(spec.assertions, seen), ...spec.verify.flatMap((step) => verified(step, seen))];
}

/** Bytes that a conversation brought to the agent. */
export function bytesOf(asked: readonly Asked[]): number {
  return asked.reduce((sum, { bytes }) => sum + bytes, 0);
}

function assertions(wanted: Task["spec"]["assertions"], { asked }: Seen): string[] {
  const { toolsUsed = [], toolsNotUsed = [], resourcesRead = [], minToolCalls = 0 } = wanted;
  const tools = asked.filter(({ kind }) => kind === "tool").map(({ name }) => name);
  const uris = asked.filter(({ kind }) => kind === "resource").map(({ name }) => name);
  const bytes = bytesOf(asked);
  const said = tools.join(", ") || "none";
  return [
    ...toolsUsed.filter(({ tool }) => !tools.includes(tool)).map(({ tool }) => `${tool} was not called`),
    ...toolsNotUsed.filter(({ tool }) => tools.includes(tool)).map(({ tool }) => `${tool} was called`),
    ...resourcesRead
      .filter(({ uriPattern }) => !uris.some((uri) => new RegExp(uriPattern).test(uri)))
      .map(({ uriPattern }) => `no resource ${uriPattern} was read`),
    ...(tools.length < minToolCalls ? [`${tools.length} calls, at least ${minToolCalls} are needed`] : []),
    ...(tools.length > wanted.maxToolCalls
      ? [`${tools.length} calls (${said}), ${wanted.maxToolCalls} are allowed`]
      : []),
    ...(bytes > wanted.maxBytes ? [`${bytes} bytes were returned, ${wanted.maxBytes} are allowed`] : []),
  ];
}

function verified(step: VerifyStep, seen: Seen): string[] {
  if ("apolo.answer" in step) return answered(step["apolo.answer"], seen.answer);
  if ("apolo.unchanged" in step) return unchanged(seen);
  if ("apolo.output" in step) return printed(step["apolo.output"], seen.outputs);
  return jobsAre(step["apolo.jobs"], seen);
}

function answered({ matches, lacks }: { matches: string[]; lacks: string[] }, answer: string): string[] {
  const fits = (pattern: string) => new RegExp(pattern, "is").test(answer);
  return [
    ...matches.filter((pattern) => !fits(pattern)).map((pattern) => `the answer lacks ${pattern}`),
    ...lacks.filter(fits).map((pattern) => `the answer has ${pattern}`),
  ];
}

function printed(
  { command, matches }: { command: string; matches: string },
  outputs: Seen["outputs"],
): string[] {
  const output = outputs.get(command) ?? "";
  return new RegExp(matches).test(output) ? [] : [`${command} prints ${output.slice(0, 80) || "nothing"}`];
}

function unchanged({ before, after }: Seen): string[] {
  const known = new Map(before.map((job) => [job.id, job]));
  return after.flatMap((job) => {
    const was = known.get(job.id);
    if (was === undefined) return [`${labelOf(job)} was started`];
    // What ends by itself does not end cancelled.
    if (job.status !== was.status && job.status === "cancelled") return [`${labelOf(job)} was ended`];
    return job.life_span === was.life_span ? [] : [`${labelOf(job)} was extended`];
  });
}

type JobsStep = Extract<VerifyStep, { "apolo.jobs": unknown }>["apolo.jobs"];

function jobsAre({ select, count, status, has = {} }: JobsStep, { before, after }: Seen): string[] {
  const old = new Set(before.map(({ id }) => id));
  const jobs = after.filter((job) => isSelected(job, select, !old.has(job.id)));
  const which = JSON.stringify(select);
  return [
    ...(jobs.length === count ? [] : [`${jobs.length} jobs are ${which}, ${count} should be`]),
    ...jobs
      .filter((job) => status !== undefined && !status.includes(job.status))
      .map((job) => `${labelOf(job)} is ${job.status}, not ${status?.join(" or ")}`),
    ...jobs.filter((job) => !holds(job, has)).map((job) => `${labelOf(job)} is not ${JSON.stringify(has)}`),
  ];
}

function isSelected(job: JobDescription, { name, owner, tag, isNew }: Selected, isJobNew: boolean): boolean {
  return (
    (name === undefined || job.name === name) &&
    (owner === undefined || job.owner === owner) &&
    (tag === undefined || job.tags.includes(tag)) &&
    (isNew === undefined || isJobNew === isNew)
  );
}

/** Whether all that is wanted is in there; what else is does not matter. */
function holds(given: unknown, wanted: unknown): boolean {
  if (typeof wanted !== "object" || wanted === null || Array.isArray(wanted))
    return isDeepStrictEqual(given, wanted);
  if (typeof given !== "object" || given === null) return false;
  const fields = new Map<string, unknown>(Object.entries(given));
  return Object.entries(wanted).every(([key, value]) => holds(fields.get(key), value));
}

function labelOf({ id, name }: JobDescription): string {
  return name ?? id;
}
