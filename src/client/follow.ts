import { type CallOptions, pause, type Where } from "./call.ts";
import type { Connection } from "./connection.ts";
import { PlatformError } from "./errors.ts";
import { LineSplitter, type LogLine, parseStamped } from "./lines.ts";
import { monitorLog } from "./logs.ts";
import { type Cursor, SameTime } from "./same-time.ts";
import { newSeparator } from "./tail.ts";

const RECONNECTS = 5;
const RECONNECT_WAIT_MS = 500;

export interface FollowOptions {
  /** Goes on after this place. */
  after?: Cursor | undefined;
  /** Starts with the first line of this time; by default with the job's first. */
  since?: Date | undefined;
  where?: Where | undefined;
}

/**
 * One job's log, line by line, until it ends or the signal fires; a lost connection is taken up again without
 * gap or overlap. Source: protocol reference 4.2.
 */
export async function* followLog(
  at: Connection,
  { id, options }: { id: string; options: FollowOptions },
  call: CallOptions = {},
): AsyncGenerator<LogLine, void> {
  const place = { cursor: options.after };
  for (let failures = 0; ; ) {
    const before = place.cursor;
    try {
      yield* newLines(at, { id, options, place }, call);
      return;
    } catch (error) {
      const isLost = error instanceof PlatformError && error.code === "unavailable";
      failures = place.cursor === before ? failures + 1 : 1;
      if (!isLost || place.cursor === undefined || failures > RECONNECTS) throw error;
      await pause(RECONNECT_WAIT_MS * failures, call.signal);
    }
  }
}

async function* newLines(
  at: Connection,
  { id, options, place }: { id: string; options: FollowOptions; place: { cursor: Cursor | undefined } },
  call: CallOptions,
): AsyncGenerator<LogLine, void> {
  const { where } = options;
  const { cursor } = place;
  const count = new SameTime(cursor);
  const since = cursor === undefined ? options.since : new Date(cursor.time);
  for await (const line of linesFrom(at, { id, since, where }, call)) {
    if (count.isOld(line)) continue;
    count.saw(line);
    place.cursor = count.cursor;
    yield line;
  }
}

async function* linesFrom(
  at: Connection,
  { id, since, where }: { id: string; since: Date | undefined; where: Where | undefined },
  call: CallOptions,
): AsyncGenerator<LogLine, void> {
  const separator = newSeparator();
  const splitter = new LineSplitter();
  const options = { since, where, separator, timestamps: true };
  for await (const chunk of monitorLog(at, { id, options }, call))
    for (const raw of splitter.push(chunk)) if (raw !== separator) yield parseStamped(raw);
  const rest = splitter.rest();
  if (rest !== undefined && rest !== separator) yield parseStamped(rest);
}
