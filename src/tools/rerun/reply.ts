import { type JobDescription, PlatformError, type Preset } from "../../client/index.ts";
import { oneLine } from "../../foreign.ts";
import { identityText } from "../../jobs/identity.ts";
import { callText } from "../../jobs/next-call.ts";
import { formatMemory, quoted } from "../../jobs/reasons/explanation.ts";
import { imageText } from "../../jobs/reasons/image.ts";
import type { RerunDoubt } from "../../jobs/reasons/rerun-doubts.ts";
import { largerText } from "../../jobs/reasons/room.ts";
import { hiderOf } from "../../jobs/redact/job.ts";
import { nameOf, statusText } from "../../jobs/standing.ts";
import { formatSpan } from "../../jobs/time/durations.ts";
import { counted } from "../../jobs/words.ts";
import type { Change, NotKept } from "../../operations/start/changes.ts";
import { secondName } from "../../operations/start/source.ts";

/** What is run again, and what is different. */
export function headingText(
  source: JobDescription,
  { changed, notKept }: { changed: readonly Change[]; notKept: readonly NotKept[] },
): string {
  const hide = hiderOf(source);
  const differs = changed.map((change) => hide(changeText(change))).join("; ") || "nothing";
  const lost =
    notKept.length === 0 ? "" : `; not kept: ${notKept.map((each) => hide(lostText(each))).join(", ")}`;
  return `Rerun of ${identityText(source)}, which is ${statusText(source)}; changed: ${differs}${lost}.`;
}

function changeText(change: Change): string {
  if (change.what === "command") return "a new command";
  if (change.what === "life_span") return "a new life span";
  if (change.what === "tags") return `tags ${change.names.map((tag) => `+${oneLine(tag)}`).join(" ")}`;
  if ("names" in change) return `${change.what} ${oneLine(change.names.join(", "))}`;
  const { what, before = "none", after = "none" } = change;
  return `${what} ${oneLine(before)} → ${oneLine(after)}`;
}

function lostText(lost: NotKept): string {
  if (lost.what !== "resources") return `${lost.what} ${oneLine(lost.before)}`;
  const { before, preset = "the cluster's first preset" } = lost;
  return `${before.cpu} CPU and ${formatMemory(before.memory)} of its own (now ${preset})`;
}

/** Refuses to run a second job beside one that still runs or waits, unless the caller shows that it is meant. */
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

/** What speaks against a job like `source`; `presets` are those of its cluster, to choose a better one from. */
export function doubtText(doubt: RerunDoubt, source: JobDescription, presets: readonly Preset[]): string {
  switch (doubt.code) {
    case "image_not_pulled":
      return `image: ${imageText(source)} could not be pulled for that job (${doubt.reason}), and it is unchanged. Check its name and tag, and give image.`;
    case "no_more_memory": {
      const { isStated, hadBytes, preset } = doubt;
      const how = isStated ? "ran out of memory" : "was killed by SIGKILL, probably for lack of memory,";
      const now = preset.memory === hadBytes ? "the same" : `only ${formatMemory(preset.memory)}`;
      return `preset: that job ${how} at ${formatMemory(hadBytes)}, and ${preset.name} has ${now}. ${largerText(source, { presets })}`;
    }
    case "fewer_gpus":
      return `preset: that job had ${counted(doubt.had, "GPU")}, and ${doubt.preset} has ${doubt.has === 0 ? "none" : doubt.has}.`;
    case "program_did_not_start":
      return "command: it could not be started in that job, and command and image are unchanged.";
    case "missing":
      return `${quoted(doubt.reason)} is why that job failed: make sure they exist now.`;
    case "preset_too_small":
      return `preset: no node of the cluster can ever hold a job of ${doubt.preset}, and it is unchanged.`;
    case "life_span_too_short":
      return `life_span: that job was ended by its life span of ${formatSpan(doubt.hadSeconds)}, and this one would have ${doubt.isLess ? "less" : "the same"}.`;
  }
}
