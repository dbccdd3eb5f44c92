import type { CallOptions, Where } from "../call.ts";
import type { Connection } from "../connection.ts";
import type { LogLine } from "./lines.ts";
import { LogLines } from "./pieces.ts";
import { Reopening } from "./reopening.ts";
import { type Cursor, SameTime } from "./same-time.ts";
import { monitorLog, newSeparator } from "./stream.ts";

const RECONNECTS = 5;

export interface FollowOptions {
  /** Goes on after this place. */
  after?: Cursor | undefined;
  /** Starts with the first line of this time; by default with the job's first. */
  since?: Date | undefined;
  /** Gives a line also while it is unfinished, again each time it has grown; marked as `open`. */
  parts?: boolean | undefined;
  where?: Where | undefined;
}

/**
 * One job's log, line by line, until it ends or the signal fires; a lost connection is taken up again without
 * gap or overlap. What was not finished when the log ended comes last, marked as `open`: the job may go on. Source: protocol reference 4.2.
 */
export async function* followLog(
  at: Connection,
  { id, options }: { id: string; options: FollowOptions },
  call: CallOptions = {},
): AsyncGenerator<LogLine, void> {
  const place = { cursor: options.after };
  const reopening = new Reopening(RECONNECTS);
  for (;;) {
    const before = place.cursor;
    try {
      yield* newLines(at, { id, options, place }, call);
      return;
    } catch (error) {
      if (place.cursor === undefined) throw error;
      await reopening.after(error, { hasMoved: place.cursor !== before, signal: call.signal });
    }
  }
}

async function* newLines(
  at: Connection,
  { id, options, place }: { id: string; options: FollowOptions; place: { cursor: Cursor | undefined } },
  call: CallOptions,
): AsyncGenerator<LogLine, void> {
  const { where, parts } = options;
  const { cursor } = place;
  const count = new SameTime(cursor);
  const since = cursor === undefined ? options.since : new Date(cursor.time);
  for await (const line of linesFrom(at, { id, since, where, parts }, call)) {
    // Of an unfinished line the place is not known to be taken: it comes again.
    if (line.open !== true && count.isOld(line)) continue;
    count.saw(line);
    place.cursor = count.cursor;
    yield line;
  }
}

async function* linesFrom(
  at: Connection,
  { id, since, where, parts = false }: Omit<FollowOptions, "after"> & { id: string },
  call: CallOptions,
): AsyncGenerator<LogLine, void> {
  const separator = newSeparator();
  const lines = new LogLines();
  const options = { since, where, separator, timestamps: true };
  for await (const chunk of monitorLog(at, { id, options }, call)) {
    for (const line of lines.push(chunk)) if (line.time !== undefined || line.text !== separator) yield line;
    const rest = parts ? lines.rest() : undefined;
    if (rest !== undefined) yield rest;
  }
  const rest = lines.rest();
  if (rest !== undefined) yield rest;
}
