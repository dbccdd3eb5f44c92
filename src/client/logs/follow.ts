import type { CallOptions, Where } from "../call.ts";
import type { Connection, OnJob } from "../connection.ts";
import { type Cursor, SameTime } from "./cursor.ts";
import { type LogLine, LogLines } from "./lines.ts";
import { Reconnects } from "./resume.ts";
import { chunksOf, newSeparator, openLog } from "./stream.ts";

const RECONNECTS = 5;

/** Where following begins, and how fine it is. */
export interface FollowOptions {
  /** Goes on after this place. */
  after?: Cursor | undefined;
  /** Starts with the first line of this time; by default with the job's first. */
  since?: Date | undefined;
  /** Also gives a line while it is unfinished, again each time it has grown; marked as `open`. */
  parts?: boolean | undefined;
  /** Told each time the log has been opened. */
  opened?: (() => void) | undefined;
  where?: Where | undefined;
}

/**
 * One job's log, line by line, until it ends or the signal fires; a lost connection is taken up again without
 * gap or overlap. A line unfinished when the log ends comes last, marked as `open`: the job may go on.
 * Source: protocol reference 4.2.
 */
export async function* followLog(
  at: Connection,
  { id, options }: OnJob<FollowOptions>,
  call: CallOptions = {},
): AsyncGenerator<LogLine, void> {
  const reconnects = new Reconnects(RECONNECTS);
  let seen = new SameTime(options.after);
  for (;;) {
    const { cursor } = seen;
    const since = cursor === undefined ? options.since : new Date(cursor.time);
    try {
      yield* unseen(linesFrom(at, { ...options, id, since }, call), seen);
      return;
    } catch (error) {
      if (seen.cursor === undefined) throw error;
      await reconnects.after(error, { hasMoved: seen.cursor !== cursor, signal: call.signal });
      seen = seen.again();
    }
  }
}

async function* unseen(lines: AsyncIterable<LogLine>, seen: SameTime): AsyncGenerator<LogLine, void> {
  for await (const line of lines) {
    if (seen.isOld(line)) continue;
    seen.saw(line);
    yield line;
  }
}

async function* linesFrom(
  at: Connection,
  { id, since, where, parts = false, opened }: FollowOptions & { id: string },
  call: CallOptions,
): AsyncGenerator<LogLine, void> {
  const separator = newSeparator();
  const lines = new LogLines();
  const options = { since, where, separator, timestamps: true };
  const socket = await openLog(at, { id, options }, call);
  opened?.();
  for await (const chunk of chunksOf(socket)) {
    for (const line of lines.push(chunk)) if (line.time !== undefined || line.text !== separator) yield line;
    if (parts) yield* restOf(lines, separator);
  }
  yield* restOf(lines, separator);
}

/** The unfinished line, unless it may become the separator. */
function* restOf(lines: LogLines, separator: string): Generator<LogLine, void> {
  const rest = lines.rest();
  if (rest === undefined || (rest.time === undefined && separator.startsWith(rest.text))) return;
  yield rest;
}
