import type { Preset } from "../../client/index.ts";
import { oneLine } from "../../foreign.ts";

/** Why a job stands where it stands, and what would help. */
export interface Explanation {
  why: string;
  /** What to do; empty where nothing is to be done. */
  next: string;
  /** Whether the platform says so, or it is concluded, or nothing is known. */
  certainty: "stated" | "inferred" | "unknown";
}

/** What is known around a job, as far as it is; what is there is put into the explanation. */
export interface JobSurroundings {
  /** Presets of the job's cluster. */
  presets?: readonly Preset[] | undefined;
  /** How many more jobs of each preset could start now, counting nodes that would be added. */
  room?: Readonly<Record<string, number>> | undefined;
  /** The caller's running jobs, by what a person calls them. */
  running?: readonly string[] | undefined;
  /** What "so far" counts to. */
  nowMs?: number | undefined;
  /** When this server sent the job a SIGKILL. */
  signalledAtMs?: number | undefined;
}

/** A fact that the platform states. */
export function stated(why: string, next: string): Explanation {
  return { why, next, certainty: "stated" };
}

/** A conclusion that the platform does not confirm. */
export function inferred(why: string, next: string): Explanation {
  return { why, next, certainty: "inferred" };
}

/** A text of the platform within our own: one line, bounded, in quotes. */
export function quoted(text: string, maxChars = 200): string {
  const line = oneLine(text.replace(/\s+/g, " ").trim());
  return JSON.stringify(line.length <= maxChars ? line : `${line.slice(0, maxChars - 1)}…`);
}

/** An amount of memory in binary units, as presets are sized: `512 MiB`, `16 GiB`, `1.5 GiB`. */
export function formatMemory(bytes: number): string {
  const gibibytes = bytes / 2 ** 30;
  if (gibibytes < 1) return `${Math.round(bytes / 2 ** 20)} MiB`;
  return `${gibibytes.toFixed(1).replace(/\.0$/, "")} GiB`;
}
