import { PlatformError } from "../../client/index.ts";
import { oneLine } from "../../foreign.ts";
import { InvalidInputError } from "../../jobs/invalid-input.ts";
import { callText } from "../../jobs/next-call.ts";
import { formatBytes } from "../../jobs/output/budget.ts";
import { fenceOutput } from "../../jobs/output/fence.ts";
import { quoted } from "../../jobs/reasons/explanation.ts";
import type { Redact } from "../../jobs/redact/index.ts";
import { nameOf } from "../../jobs/standing.ts";
import { counted, present } from "../../jobs/words.ts";
import type { Transfer } from "../../operations/files/folder.ts";
import type { Entry, Found } from "../../operations/files/look.ts";
import type { Writing, Written } from "../../operations/files/write.ts";
import type { Meant } from "../../operations/find/owned.ts";
import { unknownOutcome } from "../errors.ts";
import { meantText } from "../whose.ts";

type Looked = Meant & { found: Found };

/** What is at a path of a job, in words. */
export function foundText(looked: Looked, path: string, redact: Redact): string {
  const { found, job } = looked;
  const title = `${quoted(path)} of ${meantText(looked)}`;
  if (found.kind === "folder") return folderText(found, { title, path, looked, redact });
  const next = nextOffset(found);
  const on = next === undefined ? [] : [`Go on: ${again(looked, path, { offset: next })}.`];
  switch (found.kind) {
    case "binary":
      return `${title}: ${formatBytes(found.size)} of ${found.of === "unknown" ? "data that is no text" : `binary data, ${found.of}`}, not shown. As base64: ${again(looked, path, { base64: true })}.`;
    case "data":
      return [`${title}: ${rangeText(found)} as base64.`, found.data.toString("base64"), ...on].join("\n");
    case "text":
      return present([
        `${title}: ${rangeText(found)}.`,
        found.text !== "" && fenceOutput(found.text, `${path} in ${nameOf(job)}`),
        ...on,
        found.hidden > 0 && `${counted(found.hidden, "secret value")} hidden.`,
      ]).join("\n");
  }
}

export function foundData(found: Found, redact: Redact) {
  const next_offset = nextOffset(found);
  switch (found.kind) {
    case "folder": {
      const entries = found.entries.map((entry) => entryData(entry, redact));
      return { kind: found.kind, entries, total: found.total, next_offset };
    }
    case "binary":
      return { kind: found.kind, size: found.size, offset: found.from };
    case "data":
      return {
        ...{ kind: found.kind, size: found.size, offset: found.from, next_offset },
        base64: found.data.toString("base64"),
      };
    case "text":
      return {
        ...{ kind: found.kind, size: found.size, offset: found.from, next_offset },
        text: found.text,
        hidden: found.hidden || undefined,
      };
  }
}

/** @throws what kept the file from being written */
export function requireWritten(written: Written, path: string): Extract<Written, { outcome: "written" }> {
  const what = `${quoted(path)} of ${meantText(written)}`;
  switch (written.outcome) {
    case "written":
      return written;
    case "exists":
      throw new InvalidInputError(
        `${what} exists already, with ${formatBytes(written.size)}. Nothing was written: existing says whether to overwrite it or to append to it.`,
        { argument: "existing" },
      );
    case "failed":
      throw new PlatformError(
        "platform_error",
        `${what} could not be written${because(written)} Nothing was changed.`,
      );
    case "broken":
      throw new PlatformError(
        "platform_error",
        `${what} could not be written whole${because(written)} Look at it with ${again(written, path, {})}.`,
      );
    case "unknown":
      throw unknownOutcome(
        written.error,
        `${what}: whether it was written is unknown. Look with ${again(written, path, { offset: -200 })} before writing it again.`,
      );
  }
}

export function writtenText(
  written: ReturnType<typeof requireWritten>,
  { path, bytes, how }: { path: string; bytes: number; how: Writing["how"] },
): string {
  const done = how === "append" ? `Added ${formatBytes(bytes)} to` : `Wrote ${formatBytes(bytes)} to`;
  const size = formatBytes(written.size);
  return `${done} ${quoted(path)} of ${meantText(written)}, which has ${size} now; ${verifiedText(written.isVerified)}.`;
}

export function savedText(saved: Meant & { transfer: Transfer }, path: string): string {
  const { isOver, path: place, size, bytes, isVerified } = saved.transfer;
  const what = `${quoted(path)} of ${meantText(saved)}`;
  if (!isOver)
    return `finished: false. ${formatBytes(bytes)} of ${formatBytes(size)} of ${what} are saved. Call job_files again with the same arguments to go on waiting.`;
  return `Saved ${what} as ${place} on the server's machine, ${formatBytes(bytes)}; ${verifiedText(isVerified)}.`;
}

function verifiedText(isVerified: boolean): string {
  return isVerified ? "its checksum is right" : "the job has no cksum to check it with";
}

function because({ complaint }: { complaint: string }): string {
  return complaint === "" ? "." : `: ${complaint}.`;
}

function folderText(
  { entries, offset, total }: Extract<Found, { kind: "folder" }>,
  { title, path, looked, redact }: { title: string; path: string; looked: Looked; redact: Redact },
): string {
  const end = offset + entries.length;
  const range = entries.length === 0 ? `none from ${offset} on` : `${offset + 1} to ${end}`;
  const shown = entries.length === total ? "" : `, ${range}`;
  const rows = entries.map((entry) => redact(rowText(entry)).text).join("\n");
  return present([
    `${title}: a folder, ${total === 0 ? "empty" : counted(total, "entry").replace(/ys$/, "ies")}${shown}.`,
    rows !== "" && fenceOutput(rows, `folder ${path} in ${nameOf(looked.job)}`),
    end < total && `Go on: ${again(looked, path, { offset: end })}.`,
  ]).join("\n");
}

function rowText({ name, kind, size, rights = "", changed = "" }: Entry): string {
  const mark = kind === "folder" ? "/" : kind === "link" ? "@" : "";
  const bytes = size === undefined ? "" : formatBytes(size);
  return present([rights, bytes, changed, nameText(name) + mark]).join("  ");
}

/** One that would break its row, or looks like another one, is quoted. */
function nameText(name: string): string {
  return oneLine(name) === name && name.trim() === name ? name : JSON.stringify(name);
}

function entryData({ name, kind, size, changed }: Entry, redact: Redact) {
  return { name: redact(name).text, kind, size, changed };
}

function rangeText({ size, from, to }: { size: number; from: number; to: number }): string {
  if (size === 0) return "empty";
  if (from >= size) return `nothing from byte ${from} on: it has ${counted(size, "byte")}`;
  const isWhole = from === 0 && to >= size;
  return isWhole ? formatBytes(size) : `bytes ${from} to ${to} of ${size} (${formatBytes(size)})`;
}

function nextOffset(found: Found): number | undefined {
  if (found.kind === "binary") return undefined;
  if (found.kind !== "folder") return found.to < found.size ? found.to : undefined;
  const end = found.offset + found.entries.length;
  return end < found.total ? end : undefined;
}

function again({ job, again: ref }: Meant, path: string, more: Record<string, unknown>): string {
  return callText({ tool: "job_files", arguments: { job: ref ?? job.id, path, ...more } });
}
