import { randomBytes } from "node:crypto";
import { parseIsoTime } from "../api/iso-time.ts";
import { failure } from "../http/error.ts";
import { flag } from "./query.ts";

/** What a caller of a log asked for. Source: protocol reference 4.2. */
export interface LogQuery {
  sinceMs: number | undefined;
  timestamps: boolean;
  /** The line between archive and live part; empty for none. */
  separator: string;
  debug: boolean;
  /** Absent: the cluster's own. */
  archiveDelayMs: number | undefined;
}

/** Looks at what is looked at before token and job: not at the time. @throws {HttpError} 400. Source: protocol reference 4.1. */
export function checkLogQuery(query: URLSearchParams): void {
  flag(query, "timestamps");
  flag(query, "debug");
  delayOf(query.get("archive_delay"));
}

/** @throws {HttpError} 400. Source: protocol reference 4.2. */
export function logQuery(query: URLSearchParams): LogQuery {
  return {
    sinceMs: timeOf(query.get("since")),
    timestamps: flag(query, "timestamps"),
    separator: query.get("separator") ?? `=== Live logs ===${randomBytes(30).toString("hex")}`,
    debug: flag(query, "debug"),
    archiveDelayMs: delayOf(query.get("archive_delay")),
  };
}

function timeOf(text: string | null): number | undefined {
  if (text === null || text === "") return undefined;
  const ms = parseIsoTime(fullDate(text));
  if (ms === undefined) throw failure(400, `Unable to parse date string '${text}'`);
  return ms;
}

/** This service takes dates without a day, without a month, and of single digits. */
function fullDate(text: string): string {
  const [, year, month = "1", day = "1"] = /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$/.exec(text) ?? [];
  return year === undefined ? text : `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
}

function delayOf(text: string | null): number | undefined {
  if (text === null) return undefined;
  const seconds = Number(text);
  if (text.trim() === "" || !Number.isFinite(seconds)) {
    throw failure(400, `could not convert string to float: '${text}'`);
  }
  return seconds * 1000;
}
