import type { CallOptions } from "../call.ts";
import type { Connection } from "../connection.ts";
import type { LogLine } from "./lines.ts";
import { Reopening } from "./reopening.ts";
import { type Cursor, SameTime } from "./same-time.ts";
import { readWindow, type Window, type WindowEnd } from "./window.ts";

/** Attempts after the first in a row that bring no line. */
const ATTEMPTS = 2;

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
  const taking = new Taking(after, take);
  const reopening = new Reopening(ATTEMPTS);
  for (;;) {
    const before = taking.place;
    const takeNew = taking.begin();
    const since = before === undefined ? window.since : new Date(before.time);
    try {
      return taking.end(await readWindow(at, { ...window, since }, takeNew, call), window);
    } catch (error) {
      taking.lose();
      await reopening.after(error, { hasMoved: taking.place !== before, signal: call.signal });
    }
  }
}

/** What was taken over all connections. */
class Taking {
  /** After the last line taken. */
  place: Cursor | undefined;
  readonly #take: (line: LogLine) => boolean;
  readonly #untimed = new Untimed();
  #count = new SameTime();
  /** Read before the last loss, and since then. */
  #before = { lines: 0, bytes: 0 };
  #now = { lines: 0, bytes: 0 };

  constructor(after: Cursor | undefined, take: (line: LogLine) => boolean) {
    this.place = after;
    this.#take = take;
  }

  /** Begins a connection, of which the lines that are known are left out. */
  begin(): (line: LogLine) => boolean {
    this.#now = { lines: 0, bytes: 0 };
    this.#count = new SameTime(this.place);
    this.#untimed.open(this.#count);
    return (line) => this.#takeNew(line);
  }

  lose(): void {
    this.#before.lines += this.#now.lines;
    this.#before.bytes += this.#now.bytes;
  }

  /** A log that was read to its end has no unfinished line, unless the job goes on. */
  end(end: WindowEnd, { isOver }: Pick<Window, "isOver">): SteadyEnd {
    if (end.ending === "closed" && isOver && end.rest !== undefined) {
      const { open: _open, ...line } = end.rest;
      this.#takeNew(line);
      end.rest = undefined;
    }
    return {
      ...end,
      linesRead: end.linesRead + this.#before.lines,
      bytesRead: end.bytesRead + this.#before.bytes,
      cursor: this.place,
    };
  }

  #takeNew(line: LogLine): boolean {
    if (this.#count.isOld(line) || this.#untimed.isOld(line)) return true;
    if (!this.#take(line)) return false;
    this.#count.saw(line);
    this.#untimed.saw(line);
    this.#now.lines += 1;
    this.#now.bytes += (line.time?.length ?? 0) + line.text.length + 2;
    this.place = this.#count.cursor;
    return true;
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
