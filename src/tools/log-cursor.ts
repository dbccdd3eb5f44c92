import { z } from "zod";
import type { Cursor } from "../client/index.ts";
import { InvalidInputError } from "../jobs/invalid-input.ts";

const places = z.record(z.string(), z.tuple([z.string(), z.int().min(1)]));

/** The places in the logs of several jobs as one text, by job id. */
export function writeCursor(cursors: ReadonlyMap<string, Cursor>): string {
  const parts = [...cursors].map(([id, { time, count }]) => [id, [time, count]]);
  return Buffer.from(JSON.stringify(Object.fromEntries(parts))).toString("base64url");
}

/** The same back. @throws {InvalidInputError} what `writeCursor` did not write */
export function readCursor(text: string): Map<string, Cursor> {
  const found = places.safeParse(jsonOf(text));
  if (!found.success || Object.values(found.data).some(([time]) => Number.isNaN(Date.parse(time))))
    throw new InvalidInputError(
      "cursor is not one that job_logs gave; leave it out to read the end of the log.",
    );
  return new Map(Object.entries(found.data).map(([id, [time, count]]) => [id, { time, count }]));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
}
