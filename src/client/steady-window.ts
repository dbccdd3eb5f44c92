import { type CallOptions, pause } from "./call.ts";
import type { Connection } from "./connection.ts";
import { PlatformError } from "./errors.ts";
import type { LogLine } from "./lines.ts";
import { readWindow, type Window, type WindowEnd } from "./log-window.ts";
import { type Cursor, SameTime } from "./same-time.ts";

/** Attempts in a row that bring no line. */
const ATTEMPTS = 3;
const RECONNECT_WAIT_MS = 500;

export interface SteadyEnd extends WindowEnd {
  /** The place after the last line that was taken, or the one to begin after. */
  cursor: Cursor | undefined;
}

/**
 * Reads a part of a log as `readWindow` does, from `after` on where that is given, and goes on after the last line
 * when the connection is lost: a log too long for one connection still comes whole.
 */
export async function readSteadily(
  at: Connection,
  { after, ...window }: Window & { after?: Cursor | undefined },
  take: (line: LogLine) => boolean,
  call: CallOptions = {},
): Promise<SteadyEnd> {
  let place = after;
  /** Read before the last loss. */
  let [lines, bytes] = [0, 0];
  const untimed = new Untimed();
  for (let failures = 0; ; ) {
    const before = place;
    const taken = { lines: 0, bytes: 0 };
    const count = new SameTime(place);
    untimed.open(count);
    const since = place === undefined ? window.since : new Date(place.time);
    const takeNew = (line: LogLine) => {
      if (count.isOld(line) || untimed.isOld(line)) return true;
      if (!take(line)) return false;
      count.saw(line);
      untimed.saw(line);
      taken.lines += 1;
      taken.bytes += (line.time?.length ?? 0) + line.text.length + 2;
      place = count.cursor;
      return true;
    };
    try {
      const end = await readWindow(at, { ...window, since }, takeNew, call);
      return {
        live: end.live,
        linesRead: end.linesRead + lines,
        bytesRead: end.bytesRead + bytes,
        cursor: place,
      };
    } catch (error) {
      [lines, bytes] = [lines + taken.lines, bytes + taken.bytes];
      failures = place === before ? failures + 1 : 1;
      if (!isLost(error) || failures >= ATTEMPTS) throw error;
      await pause(RECONNECT_WAIT_MS * failures, call.signal);
    }
  }
}

/** Lines without a time, which have no place of their own: on a new connection they are known by their number. */
class Untimed {
  /** Since the last line with a time. */
  #taken = 0;
  #known = 0;
  #count: SameTime | undefined;
  #isAgain = false;

  /** Begins a connection whose lines with a time `count` counts. */
  open(count: SameTime): void {
    this.#isAgain = this.#count !== undefined;
    this.#count = count;
    this.#known = this.#taken;
  }

  isOld({ time }: LogLine): boolean {
    if (time !== undefined || !this.#isAgain) return false;
    if (this.#count?.isPast === false) return true;
    this.#known -= 1;
    return this.#known >= 0;
  }

  saw({ time }: LogLine): void {
    this.#taken = time === undefined ? this.#taken + 1 : 0;
    if (time !== undefined) this.#known = 0;
  }
}

function isLost(error: unknown): boolean {
  return error instanceof PlatformError && error.code === "unavailable";
}
