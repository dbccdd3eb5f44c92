import type { LogFile, TimeEntry } from "./log-file.ts";

/** How the time in front of a line is written: microseconds (archive) or nanoseconds (live). Source: protocol reference 4.2. */
export type Stamp = "micro" | "nano";

const NEW_LINE = 10;

/** Lines of a range, each behind its time and a space. A range may begin within a line: that gets no time. */
export async function* stampLines(
  file: LogFile,
  { start, end }: { start: number; end: number },
  stamp: Stamp,
): AsyncGenerator<Uint8Array> {
  const times = new TimeCursor(file, start);
  let atLineStart = start === 0 || !(await file.lineIsOpen({ start: 0, end: start }));
  let offset = start;
  for await (const chunk of file.bytes({ start, end })) {
    const parts: Uint8Array[] = [];
    for (let at = 0; at < chunk.length; ) {
      if (atLineStart) parts.push(Buffer.from(`${formatTime(await times.at(offset + at), stamp)} `));
      const found = chunk.indexOf(NEW_LINE, at);
      const next = found < 0 ? chunk.length : found + 1;
      parts.push(chunk.subarray(at, next));
      atLineStart = found >= 0;
      at = next;
    }
    offset += chunk.length;
    yield Buffer.concat(parts);
  }
}

/** RFC 3339 in UTC, from Unix milliseconds. */
export function formatTime(atMs: number, stamp: Stamp): string {
  const micros = Math.floor((atMs - Math.floor(atMs)) * 1000);
  const seconds = new Date(Math.floor(atMs)).toISOString().slice(0, -1);
  return `${seconds}${String(micros).padStart(3, "0")}${stamp === "nano" ? "000" : ""}Z`;
}

/** Tells the time of ever later offsets. */
class TimeCursor {
  readonly #blocks: AsyncGenerator<TimeEntry[]>;
  #entries: TimeEntry[] = [];
  #next = 0;
  #atMs = 0;

  constructor(file: LogFile, offset: number) {
    this.#blocks = file.times(offset);
  }

  async at(offset: number): Promise<number> {
    for (;;) {
      const entry = this.#entries[this.#next];
      if (entry === undefined) {
        const { done, value } = await this.#blocks.next();
        if (done === true) return this.#atMs;
        [this.#entries, this.#next] = [value, 0];
      } else if (entry.offset > offset) return this.#atMs;
      else {
        this.#atMs = entry.atMs;
        this.#next += 1;
      }
    }
  }
}
