import { z } from "zod";
import { type Cursor, type LogLine, SameTime } from "../../client/index.ts";
import { showText } from "../../jobs/output/terminal.ts";
import { type InKey, keyAfter } from "../../jobs/redact/private-keys.ts";
import { parseJson } from "../../json.ts";
import { type Cursors, notOurs } from "../cursors.ts";

const CURSOR = { tool: "job_logs", without: "read the end of the log" } as const;

/** A place in a log. One inside a private key says so, and the rest of the key stays hidden. */
export interface LogPlace extends Cursor {
  inKey?: InKey | undefined;
  /** How many lines are before it; known where reading began at the start of the log. */
  line?: number | undefined;
}

/** Where to read in one log: forward from `after`, or the last lines between `after` and `before`. */
export interface Bearing {
  after?: LogPlace | undefined;
  before?: Cursor | undefined;
}

const time = z.string().refine((text) => !Number.isNaN(Date.parse(text)));
const count = z.int().min(0);
const bearing = z
  .tuple([
    z
      .tuple([time, count, count.nullable().optional(), count.optional()])
      .transform(([time, count, inKey, line]) => ({ time, count, inKey: inKey ?? undefined, line }))
      .nullable(),
    z
      .tuple([time, count])
      .transform(([time, count]) => ({ time, count }))
      .optional(),
  ])
  .transform(([after, before]) => ({ after: after ?? undefined, before }));
const bearingsById = z.record(z.string(), bearing);

/** Places in the logs of several jobs, by job id, as one text; short, since an agent has to repeat it. */
export function writeBearings(bearings: ReadonlyMap<string, Bearing>, cursors: Cursors): string {
  const parts = [...bearings].map(([id, { after, before }]) => {
    const places = [after === undefined ? null : writePlace(after)];
    return [id, before === undefined ? places : [...places, [before.time, before.count]]];
  });
  return cursors.write(CURSOR, Buffer.from(JSON.stringify(Object.fromEntries(parts))));
}

function writePlace({ time, count, inKey, line }: LogPlace): unknown[] {
  if (line !== undefined) return [time, count, inKey ?? null, line];
  return inKey === undefined ? [time, count] : [time, count, inKey];
}

/** The reverse. @throws {InvalidInputError} `writeBearings` did not write this for this caller, or long ago */
export function readBearings(text: string, cursors: Cursors): Map<string, Bearing> {
  const found = bearingsById.safeParse(parseJson(cursors.read(CURSOR, text).toString()));
  if (!found.success) throw notOurs(CURSOR);
  return new Map(Object.entries(found.data));
}

/** The place after lines that begin at `start`; undefined while none of them has a time. */
export function placeAfter(
  lines: readonly Pick<LogLine, "time" | "open">[],
  start: Cursor | undefined,
): Cursor | undefined {
  const place = new SameTime(start);
  for (const line of lines) place.saw(line);
  return place.cursor;
}

/** The same, and whether that place is inside a private key. */
export function keyedPlaceAfter(
  lines: readonly LogLine[],
  start: LogPlace | undefined,
): LogPlace | undefined {
  const place = placeAfter(lines, start);
  return place && { time: place.time, count: place.count, inKey: inKeyAfter(lines, start) };
}

/** An unfinished line comes again, so it does not count. */
export function inKeyAfter(lines: readonly LogLine[], start: LogPlace | undefined): InKey | undefined {
  const texts = lines.flatMap(({ text, open }) => (open === true ? [] : [showText(text)]));
  return keyAfter(texts, start?.inKey);
}

export function isSamePlace(one: Cursor | undefined, other: Cursor | undefined): boolean {
  return one !== undefined && one.time === other?.time && one.count === other.count;
}
