import { type JobDescription, mayHaveHappened, PlatformError } from "../../client/index.ts";
import { compareCredits, formatCredits, runTimeOf } from "../../jobs/cost.ts";
import { identityOf, identityText } from "../../jobs/identity.ts";
import { shortId } from "../../jobs/names/ids.ts";
import { callText, type NextCall } from "../../jobs/next-call.ts";
import { fenceOutput } from "../../jobs/output/fence.ts";
import { nameOf, statusText } from "../../jobs/standing.ts";
import { formatDuration } from "../../jobs/time/durations.ts";
import { counted, creditsText, named, plural, present } from "../../jobs/words.ts";
import type { Policy } from "../../operations/caller.ts";
import type { KillResult, LeftAlone, Unconfirmed } from "../../operations/kill/index.ts";
import type { KillOutcome } from "../../operations/kill/run.ts";
import type { KillPreview } from "../../operations/kill/select.ts";
import { PolicyError } from "../../operations/policy-error.ts";
import { ifAny } from "../answers.ts";
import { codedText } from "../errors.ts";
import { leftBecause, notYours } from "../whose.ts";

const TOKEN_MINUTES = 10;
/** Jobs that a person is asked about by name. */
const MOST_ASKED = 10;
/** Jobs that failed alike, and how many of them the next call names. */
const MOST_NAMED = 20;

/** What a selection would kill, and the call that does it. */
export function previewReply(preview: KillPreview, policy: Policy, nowMs: number) {
  const { token, chosen, moreCount, left, user, words } = preview;
  const [first] = chosen;
  if (first === undefined) {
    const nothing = "No active job that may be killed matches the selection; nothing was killed.";
    const data = { jobs: [], skipped: left.map(identityOf) };
    return { text: [nothing, ...previewLeft(preview, policy)].join("\n"), data };
  }
  const kill = { tool: "job_kill", arguments: { token } };
  const call = callText(kill);
  const running = chosen.find(({ status }) => status === "running");
  const gentler = gentlerWay(running?.id, policy);
  const lines = [
    `Nothing was killed yet. ${counted(chosen.length, "job")} in ${identityOf(first).project} would be killed:`,
    ...chosen.map(
      (job) =>
        `${nameOf(job)} (${shortId(job.id)})${notYours(job, job.owner === user)}: ${stakeText(job, nowMs)}`,
    ),
    ...wordsText(chosen, words),
    moreCount > 0 && `${moreCount} more match; select again after these.`,
    ...previewLeft(preview, policy),
    gentler.text,
    `If that is what the user wants, call ${call} within ${TOKEN_MINUTES} minutes; it kills exactly the jobs listed above.`,
  ];
  const data = {
    token,
    jobs: chosen.map((job) => ({ ...stakeData(job, nowMs), last_line: words.get(job.id) })),
    skipped: ifAny(left.map(identityOf)),
  };
  return { text: present(lines).join("\n"), data, next: [...gentler.next, kill] };
}

/** What leaves a job the time to save its work, where that is offered. */
function gentlerWay(job: string | undefined, { toolset }: Policy): { text?: string; next: NextCall[] } {
  if (job === undefined || toolset !== "all") return { next: [] };
  const call = { tool: "job_signal", arguments: { job, signal: "TERM" } };
  return {
    text: `Gentler, for a job that runs: ${callText(call)} lets it save its work and end.`,
    next: [call],
  };
}

export function questionText({ jobs, words }: Unconfirmed, nowMs: number): string {
  const asked = jobs.slice(0, MOST_ASKED);
  const more = jobs.length - asked.length;
  return present([
    `Kill ${whatText(jobs)} for good?`,
    ...asked.map((job) => `${identityText(job)}: ${stakeText(job, nowMs)}`),
    more > 0 && `and ${more} more`,
    ...wordsText(asked, words),
  ]).join("\n");
}

/** What is lost with a job: how long it ran, and what that cost. */
function stakeText(job: JobDescription, nowMs: number): string {
  const seconds = runTimeOf(job, nowMs);
  const { total_price_credits: cost, price_credits_per_hour: price } = job;
  const ran = seconds > 0 && `ran ${formatDuration(seconds)}`;
  const spent = compareCredits(cost, "0") > 0 && `${creditsText(formatCredits(cost))} so far`;
  return present([statusText(job), ran, spent, `${creditsText(formatCredits(price))}/h`]).join(", ");
}

function stakeData(job: JobDescription, nowMs: number) {
  const { id, owner, status, total_price_credits: cost } = job;
  const run_time_seconds = Math.floor(runTimeOf(job, nowMs));
  return { job: nameOf(job), id, owner, status, run_time_seconds, credits: formatCredits(cost) };
}

/** The last line of each log, behind one fence. */
function wordsText(jobs: readonly JobDescription[], words: ReadonlyMap<string, string>): string[] {
  const lines = jobs.flatMap((job) => {
    const last = words.get(job.id);
    return last === undefined ? [] : [jobs.length === 1 ? last : `${nameOf(job)}: ${last}`];
  });
  return lines.length === 0
    ? []
    : [fenceOutput(lines.join("\n"), plural(jobs.length, "last line", "last lines"))];
}

/** A person was asked and did not agree. */
export function declined({
  declined: answer,
  jobs,
}: Extract<KillResult, { declined: unknown }>): PolicyError {
  if (answer === "moving") return changed(jobs);
  const said = answer === "no" ? "declined" : "did not answer in time";
  const ids = jobs.slice(0, MOST_ASKED).map(({ id }) => id);
  const command = ["apolo kill", ...ids, jobs.length > ids.length && "…"];
  return new PolicyError(
    "declined",
    `The person was asked whether to kill ${whatText(jobs)} (${namesText(jobs)}) and ${said}: nothing was killed. Do not ask again unless the user wants it. If the user saw no question, their MCP client declines automatically: they can kill with "${present(command).join(" ")}".`,
  );
}

/** Ids stay with their jobs, names do not. */
function changed(jobs: readonly JobDescription[]): PolicyError {
  const kill = callText({ tool: "job_kill", arguments: { jobs: jobs.map(({ id }) => id) } });
  return new PolicyError(
    "declined",
    `The person agreed each time, but the jobs had changed by then (now ${namesText(jobs)}): nothing was killed. If the user wants these killed, name them by id: ${kill}.`,
  );
}

const KILLED: ReadonlySet<KillOutcome["fate"]> = new Set(["killed", "answer_lost", "state_unread"]);

/** The outcomes as text and data. @throws {PlatformError} when nothing was killed that should have been */
export function killReply(
  { outcomes, left }: { outcomes: readonly KillOutcome[]; left: LeftAlone },
  policy: Policy,
) {
  const failed = outcomes.filter(({ failure }) => failure !== undefined);
  const done = outcomes.filter(({ failure }) => failure === undefined);
  const killed = done.filter(({ fate }) => KILLED.has(fate));
  const lines = [...done.map(outcomeText), ...failureLines(failed)];
  const next = nextLines(failed);
  if (killed.length === 0 && failed.length > 0) throw nothingKilled(failed, [...lines, ...next]);
  const leftLines = left.jobs.map((job) => `${identityText(job)}: ${leftBecause(policy)}, left alone`);
  const data = {
    outcomes: outcomes.map((each) => {
      const { isMine: _, fate: __, failure, refusal, ...outcome } = each;
      return { ...outcome, error: (failure ?? refusal) && fateText(each) };
    }),
    skipped: ifAny(left.jobs.map(identityOf)),
  };
  const headline = present([
    `Killed ${killed.length} of ${outcomes.length}`,
    failed.length > 0 && `${failed.length} may still run`,
    left.count > 0 && `${left.count} skipped`,
  ]).join("; ");
  const isOne = outcomes.length === 1 && left.count === 0;
  const text = isOne ? lines : [`${headline}.`, ...lines, ...leftLines, ...next];
  return { text: text.join("\n"), data };
}

function previewLeft({ left, leftCount }: KillPreview, policy: Policy): string[] {
  if (leftCount === 0) return [];
  const more = leftCount - left.length;
  return present([
    `Also matching, but left alone as ${leftBecause(policy)} (${leftCount}):`,
    ...left.map((job) => `${nameOf(job)} (${shortId(job.id)}), owner ${job.owner}`),
    more > 0 && `… and ${more} more`,
  ]);
}

function whatText({ length }: readonly JobDescription[]): string {
  return plural(length, "this job", `these ${length} jobs`);
}

function namesText(jobs: readonly JobDescription[]): string {
  return named(jobs.map(identityText), MOST_ASKED);
}

function outcomeText(outcome: KillOutcome): string {
  const { job, id, owner, isMine } = outcome;
  const named = job === id ? job : `${job} (${shortId(id)})`;
  return `${named}${notYours({ owner }, isMine)}: ${fateText(outcome)}`;
}

function fateText({ id, before, after, fate, failure, refusal }: Omit<KillOutcome, "isMine">): string {
  const why = failure && `(${causeText(failure, id)})`;
  switch (fate) {
    case "already_over":
      return `already ${before}, nothing changed`;
    case "gone":
      return "already gone: the platform no longer knows this job";
    case "killed":
      return `${before} → ${after}`;
    case "ended_by_itself":
      return `${before} → ${after} (it ended by itself before the kill)`;
    case "ended_without": {
      const how = after === "cancelled" ? "something else ended it" : "it ended by itself";
      return `${before} → ${after} (${how}; the kill was refused${refusal ? `: ${causeText(refusal, id)}` : ""})`;
    }
    case "answer_lost":
      return `${before} → ${after} (the answer was lost, but its state shows it)`;
    case "state_unread":
      return `${before} → killed; the platform accepted it, its state could not be read afterwards`;
    case "accepted":
      return `the platform accepted the kill, but it is still ${after}`;
    case "not_killed":
      return `not killed, still ${after} ${why}`;
    case "not_seen":
      return `not seen to be killed, still ${after} ${why}`;
    case "unknown":
      return `unknown whether it was killed ${why}`;
    case "unread":
      return `not killed, it could not be read ${why}`;
  }
}

/** Without the id the same failure of several jobs reads the same. */
function causeText(failure: PlatformError, id: string): string {
  return codedText(failure).replaceAll(id, "it");
}

/** A failure that several jobs share is said once. */
function failureLines(failed: readonly KillOutcome[]): string[] {
  const notes = [...new Set(failed.map(fateText))];
  return notes.map((note) => {
    const group = failed.filter((outcome) => fateText(outcome) === note);
    if (group.length === 1) return group.map(outcomeText).join("");
    const names = group.map(({ job, owner, isMine }) => `${job}${notYours({ owner }, isMine)}`);
    return `${group.length} jobs ${note}: ${named(names, MOST_NAMED)}`;
  });
}

function nextLines(failed: readonly KillOutcome[]): string[] {
  if (failed.length === 0) return [];
  if (failed.length > MOST_NAMED)
    return ["Next: make the call, or the selection, again; what has ended by then is left as it is."];
  return [`Next: ${callText({ tool: "job_kill", arguments: { jobs: failed.map(({ id }) => id) } })}.`];
}

function nothingKilled(failed: readonly KillOutcome[], lines: readonly string[]): PlatformError {
  const cause = failed[0]?.failure;
  const isKnown = failed.every(
    ({ after, failure }) => after !== "unknown" && failure !== undefined && !mayHaveHappened(failure),
  );
  const code = isKnown ? (cause?.code ?? "platform_error") : "unknown_outcome";
  const what = isKnown ? "Nothing was killed." : "Nothing is known to have been killed.";
  return new PlatformError(code, [what, ...lines].join("\n"), { cause });
}
