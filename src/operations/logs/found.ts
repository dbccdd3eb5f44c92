import { type Cursor, type LogLine, type LogReader, type Passed, SameTime } from "../../client/index.ts";
import { cleanLines, type PlacedLine } from "../../jobs/output/lines.ts";
import type { Sift } from "../../jobs/output/sift.ts";
import { showText } from "../../jobs/output/terminal.ts";
import type { Redact } from "../../jobs/redact/index.ts";
import { KeyGuard, mayBeginInKey } from "../../jobs/redact/private-keys.ts";
import type { LogPlace } from "./cursor.ts";

/** Lines around those that are searched, so that what spans lines, secrets and redrawn bars, is seen whole. */
const LEAD_LINES = 100;
const MARGIN_LINES = 100;
const BATCH_LINES = 1000;
/** A part of a log in which fewer lines are printed is read again as part of a larger one. */
export const FEWEST_LINES = LEAD_LINES + 2 * MARGIN_LINES;
/** The most characters kept of what was found. */
const MOST_CHARS = 4 * 1024 * 1024;
const TAIL_LINES = 3;

/** A line that matches, or stands beside one that does. */
export interface FoundLine {
  line: PlacedLine;
  isMatch: boolean;
  /** As it was printed, and the place before it. */
  printed: LogLine;
  before: LogPlace | undefined;
  /** Its number in the part of the log that was searched. */
  number: number;
  /** Lines between it and the one before it are left out. */
  isApart: boolean;
}

interface Told {
  printed: LogLine;
  before: LogPlace | undefined;
  number: number;
}

export interface SearchWanted {
  matches: (text: string) => boolean;
  sift: Sift | undefined;
  context: number;
  /** How many matches are kept, the newest ones. */
  most: number;
  redact: Redact;
}

interface Extent {
  /** The place that the first line comes after; absent in the middle of a log. */
  start?: LogPlace | undefined;
  /** The first lines are only to know what stands before those that are searched. */
  hasLead: boolean;
  /** The lines before the first one, for redaction only. */
  earlier?: readonly LogLine[] | undefined;
  /** Lines before the first one may be the beginning of a private key. */
  isUnsure: boolean;
  /** Lines from there on were searched before. */
  end?: Cursor | undefined;
}

/** Searches a part of a log as it is read, and keeps the newest matches. */
export class LogSearch implements LogReader {
  matches = 0;
  /** Lines searched, and how many of them are too long to be searched whole. */
  searched = 0;
  cutLines = 0;
  /** Where the lines that are searched begin, and where a reading that is to end there has seen enough behind it. */
  start: LogPlace | undefined;
  overlapEnd: Cursor | undefined;
  found: FoundLine[] = [];
  /** The last lines as they are shown. */
  tail: PlacedLine[] = [];
  #keptMatches = 0;
  #keptChars = 0;
  #seen: SameTime;
  #guard: KeyGuard;
  /** Lines at hand; those from `#from` on are still to be searched. */
  #lines: Told[] = [];
  #from = 0;
  #number = 0;
  #told = 0;
  /** The number from which on lines were searched before. */
  #endNumber = Number.POSITIVE_INFINITY;
  #isHit = false;
  /** Lines told since one that may match. */
  #since = Number.POSITIVE_INFINITY;
  #isOpened: boolean;
  readonly #end: SameTime | undefined;
  readonly #wanted: SearchWanted;
  readonly #extent: Extent;
  readonly #onRead: () => void;

  constructor(wanted: SearchWanted, extent: Extent, onRead: () => void) {
    this.#wanted = wanted;
    this.#extent = extent;
    this.#onRead = onRead;
    this.#isOpened = !(extent.hasLead || extent.isUnsure);
    this.#end = extent.end && new SameTime(extent.end);
    this.#seen = new SameTime(extent.start);
    this.#guard = new KeyGuard(extent.start?.inKey);
    this.start = extent.start;
  }

  /** How many lines of this part come before those of the next one, which begins with its lead. */
  get length(): number {
    return Math.min(this.#number, this.#endNumber) - LEAD_LINES;
  }

  /** How many matches are kept. */
  get kept(): number {
    return this.#keptMatches;
  }

  /** Too few lines to be searched by themselves. */
  get isTooFew(): boolean {
    return this.#number < FEWEST_LINES;
  }

  /** A line behind one that may match is told as well. */
  wants(block: Buffer): boolean {
    this.#onRead();
    const { sift } = this.#wanted;
    if (sift === undefined || sift.mayHold(block)) {
      this.#isHit = true;
      return true;
    }
    if (this.#isHit) this.#since = 0;
    this.#isHit = false;
    const isOpening = this.#told < FEWEST_LINES || !this.#isOpened;
    return isOpening || this.#since < MARGIN_LINES || this.#guard.inKey !== undefined;
  }

  line(printed: LogLine): void {
    const { cursor } = this.#seen;
    const place = cursor ?? (printed.time === undefined ? undefined : { time: printed.time, count: 0 });
    const before = place && { ...place, inKey: this.#guard.inKey };
    this.#lines.push({ printed, before, number: this.#number });
    this.#seen.saw(printed);
    this.#number += 1;
    this.#told += 1;
    this.#since += 1;
    if (this.#isOpened) this.#guardLine(printed);
    else if (this.#lines.length === LEAD_LINES) this.#open();
    this.#look(printed, before);
    if (this.#lines.length >= this.#from + BATCH_LINES + MARGIN_LINES) this.#search(MARGIN_LINES);
  }

  passed(lines: Passed): void {
    this.#search(0);
    this.#lines = [];
    this.#from = 0;
    this.#seen.sawPassed(lines);
    this.#number += lines.passed;
    this.searched += lines.passed;
  }

  /** Nothing follows. */
  end(): void {
    if (!this.#isOpened) this.#open();
    const lines = this.#lines.map(({ printed }) => printed);
    const before = this.#before(this.#lines.at(-LEAD_LINES) ?? this.#lines[0]);
    this.tail = cleanLines(lines.slice(-LEAD_LINES), this.#wanted.redact, before).slice(-TAIL_LINES);
    this.#search(0);
    this.#trim(this.#wanted.most);
  }

  /** What of the first lines is known of a key that may have begun before them. */
  #open(): void {
    this.#isOpened = true;
    const texts = this.#lines.map(({ printed }) => printed.text);
    if (mayBeginInKey(texts)) this.#guard = new KeyGuard(0);
    for (const told of this.#lines) {
      if (told.before !== undefined) told.before.inKey = this.#guard.inKey;
      this.#guardLine(told.printed);
    }
    if (this.#extent.hasLead) this.#from = this.#lines.length;
  }

  #guardLine({ text, open }: LogLine): void {
    if (open !== true) this.#guard.line(showText(text));
  }

  #look(line: LogLine, before: LogPlace | undefined): void {
    const { hasLead } = this.#extent;
    const number = this.#number - 1;
    if (hasLead && number === LEAD_LINES) this.start = before;
    this.start ??= before;
    if (number === LEAD_LINES + MARGIN_LINES) this.overlapEnd = before;
    if (this.#end?.isOld(line) === false) this.#endNumber = Math.min(this.#endNumber, number);
  }

  /** Searches the lines at hand but the last `margin`, and keeps as many as the next ones need before them. */
  #search(margin: number): void {
    const to = Math.max(this.#from, this.#lines.length - margin);
    const body = this.#lines.slice(this.#from, to).filter(({ number }) => number < this.#endNumber);
    this.searched += body.length;
    this.cutLines += body.filter(({ printed }) => printed.cut !== undefined).length;
    const { sift } = this.#wanted;
    const isHit = ({ printed }: Told) => sift === undefined || sift.mayMatch(printed.text);
    const first = body.findIndex(isHit);
    if (first >= 0) this.#match({ from: this.#from + first, to: this.#from + body.findLastIndex(isHit) + 1 });
    const dropped = Math.max(0, to - LEAD_LINES);
    this.#lines = this.#lines.slice(dropped);
    this.#from = to - dropped;
  }

  #match({ from, to }: { from: number; to: number }): void {
    const begin = Math.max(0, from - LEAD_LINES);
    const region = this.#lines.slice(begin, to + MARGIN_LINES);
    const printed = region.map((told) => told.printed);
    const { redact, matches, context } = this.#wanted;
    const rows = cleanLines(printed, redact, this.#before(region[0]));
    const isInside = ({ from: at }: PlacedLine) => at >= from - begin && at < to - begin;
    const hits = rows.map((row) => isInside(row) && matches(row.text));
    const near = rows.map((_, index) =>
      hits.slice(Math.max(0, index - context), index + context + 1).some(Boolean),
    );
    let wasNear = false;
    for (const [index, line] of rows.entries()) {
      const told = region[line.from];
      if (near[index] === true && told !== undefined)
        this.#keep({ ...told, line, isMatch: hits[index] === true, isApart: !wasNear });
      wasNear = near[index] === true;
    }
  }

  /** What stands before a line: its key, and before the first one the lines that were read for it. */
  #before(line: Told | undefined) {
    return { inKey: line?.before?.inKey, lead: line?.number === 0 ? this.#extent.earlier : undefined };
  }

  #keep(found: FoundLine): void {
    const last = this.found.at(-1);
    if (found.isMatch) this.matches += 1;
    if (last !== undefined && last.number >= found.number) {
      // It was kept as a neighbour of an earlier match.
      const known = this.found.findLast(({ number }) => number === found.number);
      if (known !== undefined && found.isMatch && !known.isMatch) {
        known.isMatch = true;
        this.#keptMatches += 1;
      }
      return;
    }
    const isApart = found.isApart && last?.number !== found.number - 1;
    this.found.push({ ...found, isApart });
    this.#keptMatches += found.isMatch ? 1 : 0;
    this.#keptChars += found.line.text.length;
    if (this.#keptMatches >= 2 * this.#wanted.most + BATCH_LINES) this.#trim(this.#wanted.most);
    if (this.#keptChars > MOST_CHARS) this.#trim(this.#keptMatches >> 1);
  }

  /** Keeps the newest matches and those beside them. */
  #trim(most: number): void {
    const places = this.found.flatMap(({ isMatch }, index) => (isMatch ? [index] : []));
    const first = places.at(-Math.max(1, most));
    let begin = most === 0 || first === undefined ? this.found.length : first;
    const lowest = Math.max(0, begin - this.#wanted.context);
    while (begin > lowest && this.found[begin]?.isApart === false) begin -= 1;
    if (most >= places.length) begin = 0;
    this.found = this.found.slice(begin);
    this.#keptMatches = Math.min(most, places.length);
    this.#keptChars = this.found.reduce((sum, { line }) => sum + line.text.length, 0);
  }
}
