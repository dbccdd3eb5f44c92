import { AmbiguousError, isFinished, type JobDescription, PlatformError } from "../client/index.ts";
import { oneLine, sentence } from "../foreign.ts";
import { identityText } from "../jobs/identity.ts";
import { unknownProjectText } from "../jobs/names/near.ts";
import { callText } from "../jobs/next-call.ts";
import { makeRedactor } from "../jobs/redact/index.ts";
import { candidatesText } from "../jobs/rows.ts";
import { statusText } from "../jobs/standing.ts";
import { plural } from "../jobs/words.ts";
import {
  type FoundElsewhere,
  type RefHint,
  type Refusal,
  RefusedError,
  UnresolvedError,
} from "../operations/find/refused.ts";
import { keptFolders } from "./kept-folders.ts";

/** Errors quote what the platform and the caller wrote. */
const redact = makeRedactor();

/** What an error says behind its code, also where it is a part of an answer that succeeds. */
export function codedText(error: Error & { code: string }, nothing?: string): string {
  return `${error.code}: ${errorText(error, nothing)}`;
}

/** What an error says, without its code and secrets; `nothing` is said where nothing was changed. */
export function errorText(error: Error, nothing = ""): string {
  return redact(saidBy(error, nothing)).text;
}

function saidBy(error: Error, nothing: string): string {
  if (error instanceof RefusedError) return refusalText(error.refusal, nothing);
  const message = error instanceof UnresolvedError ? unresolvedText(error) : error.message;
  const isUndone = nothing !== "" && error instanceof PlatformError && error.outcome === "nothing";
  const said = isUndone ? `${sentence(message)} ${nothing}` : message;
  return error instanceof AmbiguousError ? `${said} ${candidatesText(error.candidates, Date.now())}` : said;
}

/** A change that failed, of which nobody knows whether it happened; `text` says so, and how to find out. */
export function unknownOutcome(cause: PlatformError, text: string): PlatformError {
  const { request, said } = cause;
  const message = `${sentence(said)} ${text}`;
  return new PlatformError("unknown_outcome", message, { cause, request, outcome: "unknown" });
}

function unresolvedText({ message, hints }: UnresolvedError): string {
  const said = hints.some(({ reason }) => reason === "several") ? [] : [message];
  return [...said, ...hints.map(hintText)].join(" ");
}

function hintText(hint: RefHint): string {
  switch (hint.reason) {
    case "newest":
      return `${callText(hint.call)} shows the newest jobs.`;
    case "elsewhere":
      return elsewhereText(hint.found);
    case "search":
      return `To search all projects: ${callText(hint.call)}.`;
    case "unknown_project":
      return unknownProjectText(hint.project);
    case "known_place":
      return `give the job as ${JSON.stringify(hint.name)} and the project as project: ${JSON.stringify(hint.project)}, or as a URI: ${hint.uri}.`;
    case "unknown_place":
      return `give the name alone (project: "org/project" says where it is), or a URI as ${hint.uri}. To find it: ${callText(hint.call)}.`;
    case "several":
      return hint.failed.map(({ error }) => errorText(error)).join("\n");
    case "address":
      return "apolo://jobs has the active jobs.";
  }
}

function elsewhereText(found: readonly FoundElsewhere[]): string {
  const places = found.map(({ job: { status, owner }, project, isMine }) => {
    return `${project} (${status}${isMine ? "" : `, owner ${owner}`})`;
  });
  const calls = found.slice(0, 1).map(({ call }) => ` Give the project: ${callText(call)}.`);
  return `It is in ${places.join(", ")}.${calls.join("")}`;
}

function refusalText(refusal: Refusal, nothing: string): string {
  switch (refusal.reason) {
    case "not_running":
      return `${identityText(refusal.job)} is ${statusText(refusal.job)}. ${nothing} ${notRunningText(refusal)}`;
    case "between_starts":
      return `${identityText(refusal.job)} has no process at the moment: it ended and is being started again (restart policy ${refusal.job.restart_policy}). ${nothing} Try again in a few seconds; ${aboutJobs("job_status", refusal)} says how often that happened.`;
    case "no_process":
      return `${identityText(refusal.job)} is ${statusText(refusal.job)}: it has no process yet. ${nothing} To end it, ${aboutJobs("job_kill", refusal)}; to wait until it runs, ${aboutJobs("job_wait", refusal, { until: "running" })}.`;
    case "no_life_span":
      return `${identityText(refusal.job)} has no life span: it runs until it ends or is killed, so there is nothing to extend. ${nothing}`;
    case "not_started_here": {
      const names = refusal.jobs.map(({ name, id, owner }) => `${name ?? id} (${id}, owner ${owner})`);
      return `This server runs with --owned-only and changes only jobs that it started itself; ${names.join(", ")} ${plural(names.length, "is", "are")} not among them. Nothing was changed. Reading them works as before.`;
    }
    case "doubtful":
      return doubtText(refusal);
  }
}

function notRunningText(refusal: Extract<Refusal, { again: string }>): string {
  if (!isFinished(refusal.job.status))
    return `${aboutJobs("job_wait", refusal, { until: "running" })} waits for it, ${aboutJobs("job_status", refusal)} says why it does not run yet.`;
  const rerun = callText({ tool: "job_rerun", arguments: { job: refusal.again } });
  return `It has ended${filesText(refusal.job)} ${aboutJobs("job_logs", refusal)} shows what it printed, ${rerun} plans to run it again.`;
}

function filesText({ container }: JobDescription): string {
  const kept = keptFolders(container);
  if (kept.length === 0) return ", and its files are gone: it had no volume to write to.";
  return `, and its files are gone except on ${oneLine(kept.join(", "))}: a job with the same volume reads them.`;
}

function aboutJobs(tool: string, { again }: { again: string }, more = {}): string {
  return callText({ tool, arguments: { jobs: [again], ...more } });
}

function doubtText({ jobs, certain }: Extract<Refusal, { reason: "doubtful" }>): string {
  const [not, those, them] = plural(
    jobs.length,
    ["is not your job", "that job", "it"],
    ["are not your jobs", "those jobs", "them"],
  );
  const next =
    "job" in certain
      ? `"job": ${JSON.stringify(certain.job)}`
      : `"jobs": ${JSON.stringify(certain.jobs)}${certain.mayAddOthers ? ', or add "include_others": true' : ""}`;
  return `${jobs.map(identityText).join(", ")} ${not}, and a name or a part of an id is not enough to change ${them}. Nothing was done.${ownText(jobs)} If the user means ${those}, call again with ${next}.`;
}

/** Where the caller may have a job of that name. */
function ownText([job, ...more]: readonly JobDescription[]): string {
  if (job?.name === undefined || more.length > 0) return "";
  const list = { name: job.name, owner: "me", projects: ["*"] };
  return ` The user's own of that name, in any project: ${callText({ tool: "job_list", arguments: list })}.`;
}
