import type { Preset } from "../../client/index.ts";
import { cutShort, oneLine } from "../../foreign.ts";
import { makeRedactor } from "../redact/index.ts";
import type { Signalled } from "../signals.ts";

/** Why a job stands where it stands, and what would help. */
export interface Explanation {
  why: string;
  /** What to do; empty where nothing is to be done. */
  next: string;
  /** `next` for an answer that shows the end of the job's log below. */
  besideLog?: string | undefined;
  /** Whether the platform says so, we conclude it, or nobody knows. */
  certainty: "stated" | "inferred" | "unknown";
  /** What kind of cause the end of its log names, and how many lines from there on; absent where it names none. */
  fromLog?: { code: string; lines: number } | undefined;
}

/** What else is known; an explanation uses what there is. */
export interface JobSurroundings {
  /** Presets of the job's cluster. */
  presets?: readonly Preset[] | undefined;
  /** How many more jobs of each preset could start now, counting nodes that would be added. */
  room?: Readonly<Record<string, number>> | undefined;
  /** The caller's running jobs, by what a person calls them. */
  running?: readonly string[] | undefined;
  /** What "so far" counts to. */
  nowMs?: number | undefined;
  /** The last lines of its log, clean. */
  log?: readonly string[] | undefined;
  /** The last signal that this server sent the job. */
  signalled?: Signalled | undefined;
}

type Advice = Pick<Explanation, "next" | "besideLog">;

/** A fact that the platform states. */
export function stated(why: string, advice: string | Advice): Explanation {
  return { why, ...toAdvice(advice), certainty: "stated" };
}

/** A conclusion that the platform does not confirm. */
export function inferred(why: string, advice: string | Advice): Explanation {
  return { why, ...toAdvice(advice), certainty: "inferred" };
}

function toAdvice(advice: string | Advice): Advice {
  return typeof advice === "string" ? { next: advice } : advice;
}

/** Advice about the end of the job's log. */
export function aboutLog(text: (end: string) => string): Advice {
  return { next: text("the end of its log"), besideLog: text("the end of its log below") };
}

/** What to do, by whether the end of the job's log is shown, known to be empty, or could not be read. */
export function adviceText({ next, besideLog }: Advice, log?: "shown" | "empty" | "unread"): string {
  if (log === "unread") return `${next} ${NOT_READ}`.trimStart();
  if (besideLog === undefined || log === undefined) return next;
  return log === "shown" ? besideLog : SILENT;
}

const NOT_READ = "Its log could not be read just now; try job_logs.";
const SILENT =
  "Its log is empty: run it again with more output, e.g. sh -x or a verbose option (job_rerun with command), to see where it fails.";

const redact = makeRedactor();

/** A text of the platform within our own: one line, bounded, in quotes, without secrets. */
export function quoted(text: string, maxChars = 200): string {
  return JSON.stringify(cutShort(oneLine(redact(text).text.replace(/\s+/g, " ").trim()), maxChars));
}

/** An amount of memory in binary units, as presets are sized: `512 MiB`, `16 GiB`, `1.5 GiB`. */
export function formatMemory(bytes: number): string {
  const gibibytes = bytes / 2 ** 30;
  if (gibibytes < 1) return `${Math.round(bytes / 2 ** 20)} MiB`;
  return `${gibibytes.toFixed(1).replace(/\.0$/, "")} GiB`;
}
