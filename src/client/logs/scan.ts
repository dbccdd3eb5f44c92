import type { CallOptions } from "../call.ts";
import type { Connection, OnJob } from "../connection.ts";
import { getJob } from "../find/index.ts";
import { type Cursor, SameTime } from "./cursor.ts";
import { type LogLine, timeKey } from "./lines.ts";
import { readResuming } from "./resume.ts";
import { spanOf } from "./sieved.ts";
import { countedFrom, type LogTail, laterThan, readerOf, type TailOptions } from "./tail.ts";
import type { CountingSieve } from "./window.ts";

/** Takes a log that is too long to be looked at line by line. */
export interface LogReader extends CountingSieve {
  /** A line, in order; the last one may be `open`. */
  line(line: LogLine): void;
}

/** Which part of a log is read, and who takes it. */
export interface ScanOptions
  extends Pick<
    TailOptions,
    "since" | "until" | "after" | "before" | "job" | "silenceMs" | "limitMs" | "where"
  > {
  /** Begins with the first line of this time, later than `since` and `after`. */
  from?: Date | undefined;
  /** Lines from this time on are all told one by one. */
  wholeFrom?: Cursor | undefined;
  reader: LogReader;
}

/** How far a scan came. */
export interface LogScan extends Pick<LogTail, "bytesRead" | "linesRead" | "ending" | "tookMs"> {
  /** The place after the last line. */
  cursor: Cursor | undefined;
}

/**
 * Reads a part of a log once, from its start on, in memory that does not grow with it. Lines that the reader's sieve
 * lets through are only counted. @throws {PlatformError} `not_found`. Source: protocol reference 4.2.
 */
export async function scanLog(
  at: Connection,
  { id, options }: OnJob<ScanOptions>,
  call?: CallOptions,
): Promise<LogScan> {
  const startedMs = performance.now();
  const { from, since, until, before, wholeFrom, reader } = options;
  const after = from === undefined ? options.after : undefined;
  const { window } = readerOf(at, options.job ?? (await getJob(at, id, call)), options);
  const place = before === undefined ? undefined : new SameTime(countedFrom(after, before));
  const isLater = laterThan(until);
  const isPast = (line: LogLine) =>
    line.time !== undefined && (place?.isOld(line) === false || isLater(line));
  const begin = from ?? (after === undefined ? since : undefined);
  const low = begin === undefined ? "" : timeKey(begin.toISOString());
  const ends = [until?.toISOString(), before?.time, wholeFrom?.time];
  const high = ends.flatMap((time) => (time === undefined ? [] : timeKey(time)));
  const sieve: CountingSieve = {
    wants(block) {
      const { first, last } = spanOf(block);
      return first === "" || first < low || high.some((key) => last >= key) || reader.wants(block);
    },
    passed: (lines) => reader.passed(lines),
  };
  const end = await readResuming(
    at,
    { ...window, since: begin, after, sieve },
    (line) => {
      if (isPast(line)) return false;
      if (line.time === undefined || timeKey(line.time) >= low) reader.line(line);
      return true;
    },
    call,
  );
  if (end.rest !== undefined && !isPast(end.rest)) reader.line(end.rest);
  const { bytesRead, linesRead, ending, cursor } = end;
  return { bytesRead, linesRead, ending, cursor, tookMs: performance.now() - startedMs };
}
