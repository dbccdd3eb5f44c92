import { z } from "zod";
import { type Cursor, type LogLine, SameTime } from "../client/index.ts";
import { InvalidInputError } from "../jobs/invalid-input.ts";

/** Where to read on in one log: what follows a place, or the last lines before it. */
export type Bearing = { after: Cursor } | { before: Cursor };

const places = z.record(
  z.string(),
  z.union([
    z.tuple([z.string(), z.int().min(0)]),
    z.tuple([z.string(), z.int().min(0), z.literal("before")]),
  ]),
);

/** The places in the logs of several jobs as one text, by job id. */
export function writeCursor(bearings: ReadonlyMap<string, Bearing>): string {
  const parts = [...bearings].map(([id, bearing]) =>
    "after" in bearing
      ? [id, [bearing.after.time, bearing.after.count]]
      : [id, [bearing.before.time, bearing.before.count, "before"]],
  );
  return Buffer.from(JSON.stringify(Object.fromEntries(parts))).toString("base64url");
}

/** The same back. @throws {InvalidInputError} what `writeCursor` did not write */
export function readCursor(text: string): Map<string, Bearing> {
  const found = places.safeParse(jsonOf(text));
  if (!found.success || Object.values(found.data).some(([time]) => Number.isNaN(Date.parse(time))))
    throw new InvalidInputError(
      "cursor is not one that job_logs gave; leave it out to read the end of the log.",
    );
  return new Map(
    Object.entries(found.data).map(([id, [time, count, direction]]) => [
      id,
      direction === undefined ? { after: { time, count } } : { before: { time, count } },
    ]),
  );
}

/** The place after some lines that begin at `start`; undefined while none has a time. */
export function placeAfter(
  lines: readonly Pick<LogLine, "time">[],
  start: Cursor | undefined,
): Cursor | undefined {
  const count = new SameTime(start);
  for (const line of lines) count.saw(line);
  return count.cursor;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
}
