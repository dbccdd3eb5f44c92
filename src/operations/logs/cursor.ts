import { z } from "zod";
import { type Cursor, type LogLine, SameTime } from "../../client/index.ts";
import { InvalidInputError } from "../../jobs/invalid-input.ts";
import type { InKey } from "../../jobs/redact/key-guard.ts";
import { parseJson } from "../../json.ts";

/** A place in a log; it may stand inside a private key, which is to stay hidden behind it. */
export interface LogPlace extends Cursor {
  inKey?: InKey | undefined;
}

/** Where to read in one log: what follows a place, or the last lines before it, not those up to `after`. */
export interface Bearing {
  after?: LogPlace | undefined;
  before?: Cursor | undefined;
}

const count = z.int().min(0);
const places = z.record(
  z.string(),
  z.strictObject({
    after: z.union([z.tuple([z.string(), count]), z.tuple([z.string(), count, count])]).optional(),
    before: z.tuple([z.string(), count]).optional(),
  }),
);

/** The places in the logs of several jobs as one text, by job id. */
export function writeBearings(bearings: ReadonlyMap<string, Bearing>): string {
  const parts = [...bearings].map(([id, { after, before }]) => [
    id,
    {
      ...(after === undefined ? {} : { after: [after.time, after.count, ...keyOf(after)] }),
      ...(before === undefined ? {} : { before: [before.time, before.count] }),
    },
  ]);
  return Buffer.from(JSON.stringify(Object.fromEntries(parts))).toString("base64url");
}

/** The same back. @throws {InvalidInputError} what `writeBearings` did not write */
export function readBearings(text: string): Map<string, Bearing> {
  const found = places.safeParse(parseJson(Buffer.from(text, "base64url").toString("utf8")));
  const bearings = new Map<string, Bearing>();
  for (const [id, { after, before }] of found.success ? Object.entries(found.data) : []) {
    const bearing: Bearing = {
      ...(after === undefined ? {} : { after: { time: after[0], count: after[1], inKey: after[2] } }),
      ...(before === undefined ? {} : { before: { time: before[0], count: before[1] } }),
    };
    const times = [bearing.after, bearing.before].flatMap((place) =>
      place === undefined ? [] : [place.time],
    );
    if (times.length > 0 && times.every((time) => !Number.isNaN(Date.parse(time)))) bearings.set(id, bearing);
  }
  if (!found.success || bearings.size < Object.keys(found.data).length)
    throw new InvalidInputError(
      "cursor is not one that job_logs gave; leave it out to read the end of the log.",
    );
  return bearings;
}

/** The place after some lines that begin at `start`; undefined while none has a time. */
export function placeAfter(
  lines: readonly Pick<LogLine, "time" | "open">[],
  start: Cursor | undefined,
): Cursor | undefined {
  const place = new SameTime(start);
  for (const line of lines) place.saw(line);
  return place.cursor;
}

function keyOf({ inKey }: LogPlace): number[] {
  return inKey === undefined ? [] : [inKey];
}
