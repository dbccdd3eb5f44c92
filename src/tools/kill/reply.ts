import { mayHaveHappened, PlatformError } from "../../client/index.ts";
import { identityOf, identityText } from "../../jobs/identity.ts";
import type { Policy } from "../../operations/caller.ts";
import { leftBecause } from "../../operations/find/owned.ts";
import type { LeftAlone } from "../../operations/kill/index.ts";
import type { KillOutcome } from "../../operations/kill/run.ts";

/** Jobs that failed alike, and how many of them the next call names. */
const MOST_NAMED = 20;

/** The outcomes as text and data. @throws {PlatformError} when nothing was killed that should have been */
export function killReply(
  { outcomes, left }: { outcomes: readonly KillOutcome[]; left: LeftAlone },
  policy: Policy,
) {
  const killed = outcomes.filter(
    ({ before, after, failure }) => failure === undefined && before !== after && after !== "gone",
  );
  const failed = outcomes.filter(({ failure }) => failure !== undefined);
  const lines = [
    ...outcomes.filter(({ failure }) => failure === undefined).map(line),
    ...failureLines(failed),
  ];
  const next = nextLines(failed);
  if (killed.length === 0 && failed.length > 0) throw nothingKilled(failed, [...lines, ...next]);
  const leftLines = left.jobs.map((job) => `${identityText(job)}: ${leftBecause(policy)}, left alone`);
  const data = {
    outcomes: outcomes.map(({ failure, note, isMine: _, ...outcome }) => ({
      ...outcome,
      ...(failure === undefined ? {} : { error: note }),
    })),
    ...(left.jobs.length === 0 ? {} : { skipped: left.jobs.map(identityOf) }),
  };
  const headline = [
    `Killed ${killed.length} of ${outcomes.length}`,
    ...(failed.length === 0 ? [] : [`${failed.length} may still run`]),
    ...(left.count === 0 ? [] : [`${left.count} skipped`]),
  ].join("; ");
  const isOne = outcomes.length === 1 && left.count === 0;
  const text = isOne ? lines : [`${headline}.`, ...lines, ...leftLines, ...next];
  return { text: text.join("\n"), data };
}

function line({ job, id, owner, project, note, isMine }: KillOutcome): string {
  const named = job === id ? "" : `${id}, `;
  const whose = isMine ? "" : ` (not your job: owner ${owner})`;
  return `${job} (${named}owner ${owner}, project ${project})${whose}: ${note}`;
}

/** What several jobs failed of alike is said once. */
function failureLines(failed: readonly KillOutcome[]): string[] {
  const groups = new Map<string, KillOutcome[]>();
  for (const outcome of failed) groups.set(outcome.note, [...(groups.get(outcome.note) ?? []), outcome]);
  return [...groups].map(([note, group]) => {
    const [only, ...others] = group;
    if (only === undefined || others.length === 0) return group.map(line).join("");
    const names = group.slice(0, MOST_NAMED).map(({ job, owner }) => `${job} (owner ${owner})`);
    const more = group.length > MOST_NAMED ? ` and ${group.length - MOST_NAMED} more` : "";
    return `${group.length} jobs ${note}: ${names.join(", ")}${more}`;
  });
}

function nextLines(failed: readonly KillOutcome[]): string[] {
  if (failed.length === 0) return [];
  if (failed.length > MOST_NAMED) {
    return ["Next: make the call, or the selection, again; what has ended by then is left as it is."];
  }
  return [`Next: job_kill {"jobs": ${JSON.stringify(failed.map(({ id }) => id))}}.`];
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
