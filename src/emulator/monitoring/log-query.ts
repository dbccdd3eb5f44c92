import { randomBytes } from "node:crypto";
import { parseIsoTime } from "../api/iso-time.ts";
import { failure } from "../http/http-error.ts";
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
  if (text === null) return undefined;
  const ms = parseIsoTime(text);
  if (ms === undefined) throw failure(400, `Unable to parse date string '${text}'`);
  return ms;
}

function delayOf(text: string | null): number | undefined {
  if (text === null) return undefined;
  const seconds = Number(text);
  if (text.trim() === "" || !Number.isFinite(seconds)) {
    throw failure(400, `could not convert string to float: '${text}'`);
  }
  return seconds * 1000;
}
