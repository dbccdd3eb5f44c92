import { type JobDescription, PlatformError } from "../../client/index.ts";
import { oneLine } from "../../foreign.ts";
import { identityText } from "../../jobs/identity.ts";
import { callText } from "../../jobs/next-call.ts";
import { formatMemory } from "../../jobs/reasons/explanation.ts";
import { nameOf, statusText } from "../../jobs/standing.ts";
import type { Change, OwnResources } from "../../operations/start/again.ts";
import { secondName } from "../../operations/start/source.ts";

/** What is run again, and what is different. */
export function headingText(source: JobDescription, changes: readonly Change[]): string {
  const differs = changes.map(changeText).join("; ");
  return `Rerun of ${identityText(source)}, which is ${statusText(source)}; changed: ${differs || "nothing"}.`;
}

function changeText(change: Change): string {
  if (change.what === "command") return "a new command";
  if (change.what === "life_span") return "a new life span";
  if (change.what === "env") return `env ${change.names.join(", ")}`;
  const { what, before, after = what === "preset" ? "the cluster's first" : "none" } = change;
  const was = typeof before === "object" ? ownText(before) : (before ?? "none");
  return `${what} ${oneLine(was)} → ${oneLine(after)}`;
}

function ownText({ cpu, memory }: OwnResources): string {
  return `none (${cpu} CPU and ${formatMemory(memory)} of its own)`;
}

/** Refuses to run a second one beside a job that still runs or waits, as long as nobody shows that it is meant. */
export function stillActive(source: JobDescription, refs: readonly string[]): PlatformError {
  const about = (tool: string) => callText({ tool, arguments: { jobs: refs } });
  return new PlatformError(
    "conflict",
    `${identityText(source)} is still ${statusText(source)}, and a rerun would run beside it. Nothing was started. To replace it, first ${about("job_kill")}; to wait for its end, ${about("job_wait")}; to run a second one beside it, give that a name, e.g. "name": "${secondName(source)}".`,
    { retryable: false },
  );
}

/** How to go on from a plan. */
export function startItText(source: JobDescription, { isBeside }: { isBeside: boolean }): string {
  const again = 'call job_rerun again with "dry_run": false';
  if (!isBeside) return `To start it, ${again}.`;
  return `${nameOf(source)} is still ${source.status}: to replace it, first end it with job_kill; to run a second one beside it, give "name", e.g. "${secondName(source)}". Then ${again}.`;
}
