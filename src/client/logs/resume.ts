import { type CallOptions, pause } from "../call.ts";
import type { Connection } from "../connection.ts";
import { PlatformError } from "../errors.ts";
import { Retry } from "../http/retry.ts";
import { isTimeout } from "../limit.ts";
import { type Cursor, SameTime } from "./cursor.ts";
import { type LogLine, timeKey } from "./lines.ts";
import { spanOf } from "./sieved.ts";
import { type CountingSieve, readWindow, type Window, type WindowEnd } from "./window.ts";

/** Attempts in a row, after the first, that bring no line. */
const ATTEMPTS = 2;
/** The reader can decide better about a longer wait than this. */
const LONGEST_WAIT_MS = 10_000;

export interface ResumedEnd extends WindowEnd {
  /** The place after the last line that was taken, or the one to begin after. */
  cursor: Cursor | undefined;
}

/**
 * Reads a part of a log as `readWindow` does, from `after` on where that is given. When the connection is lost it
 * goes on after the last line: a log too long for one connection still arrives whole.
 */
export async function readResuming(
  at: Connection,
  { after, sieve, ...window }: Window & { after?: Cursor | undefined },
  take: (line: LogLine) => boolean,
  call: CallOptions = {},
): Promise<ResumedEnd> {
  const reconnects = new Reconnects(ATTEMPTS);
  const taken = { lines: 0, bytes: 0 };
  let seen = new SameTime(after);
  const takeNew = (line: LogLine) => {
    if (seen.isOld(line)) return true;
    if (!take(line)) return false;
    seen.saw(line);
    taken.lines += 1;
    const stampLength = line.time === undefined ? 0 : line.time.length + 1;
    taken.bytes += stampLength + line.text.length + 1;
    return true;
  };
  for (;;) {
    const { cursor } = seen;
    const since = cursor === undefined ? window.since : new Date(cursor.time);
    const before = { ...taken };
    const floor = cursor === undefined ? "" : timeKey(cursor.time);
    const behind: CountingSieve | undefined = sieve && {
      // Up to the cursor every line is looked at.
      wants: (block) => spanOf(block).first <= floor || sieve.wants(block),
      passed(lines) {
        seen.sawPassed(lines);
        taken.lines += lines.passed;
        taken.bytes += lines.bytes;
        sieve.passed(lines);
      },
    };
    try {
      const end = await readWindow(at, { ...window, since, sieve: behind }, takeNew, call);
      const rest = end.ending === "closed" && window.isOver ? takeRest(end, takeNew) : newRest(end, seen);
      const linesRead = end.linesRead + before.lines;
      return { ...end, rest, linesRead, bytesRead: end.bytesRead + before.bytes, cursor: seen.cursor };
    } catch (error) {
      await reconnects.after(error, { hasMoved: seen.cursor !== cursor, signal: call.signal });
      seen = seen.again();
    }
  }
}

/** The unfinished line, where it is no part of one that was taken before. */
function newRest({ rest }: WindowEnd, seen: SameTime): LogLine | undefined {
  return rest === undefined || seen.isOld(rest) ? undefined : rest;
}

/** The last line of a job that has ended is finished, with or without a newline. */
function takeRest({ rest }: WindowEnd, take: (line: LogLine) => boolean): undefined {
  if (rest === undefined) return;
  const { open: _open, ...line } = rest;
  take(line);
}

/** Decides whether a log whose connection was lost may be opened again, and when. */
export class Reconnects {
  readonly #retry = new Retry();
  readonly #most: number;
  #fault: PlatformError | undefined;

  /** `most` is how often in a row without a new line. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Waits until the log may be opened again. @throws `error` where that would be wrong, or useless */
  async after(error: unknown, { hasMoved, signal }: { hasMoved: boolean; signal?: AbortSignal | undefined }) {
    if (hasMoved) {
      this.#retry.succeeded();
      this.#fault = undefined;
    }
    if (!(error instanceof PlatformError)) throw error;
    // Why it had to be opened again says more than that the time was over.
    if (error.code === "timed_out") throw this.#fault ?? error;
    const isLost = error.code === "unavailable";
    if (!isLost || (error.retryAfterMs ?? 0) > LONGEST_WAIT_MS || this.#retry.failures >= this.#most)
      throw error;
    this.#fault = error;
    await pause(this.#retry.afterFailure(error), signal).catch((reason: unknown) => {
      throw isTimeout(reason) ? error : reason;
    });
  }
}
