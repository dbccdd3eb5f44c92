import type { LogFile, TimeEntry } from "./log-file.ts";

/** How the time in front of a line is written: microseconds (archive) or nanoseconds (live). Source: protocol reference 4.2. */
export type Stamp = "micro" | "nano";

/** Lines of a range, each behind its time and a space. A range may begin within a line: that gets no time. */
export async function* stampLines(
  file: LogFile,
  { start, end }: { start: number; end: number },
  stamp: Stamp,
): AsyncGenerator<Uint8Array> {
  const times = new TimeCursor(file, { offset: start, stamp });
  let atLineStart = start === 0 || !(await file.lineIsOpen({ start: 0, end: start }));
  let offset = start;
  for await (const chunk of file.bytes({ start, end })) {
    // One character per byte: whatever the bytes mean, they come out as they went in.
    let stamped = "";
    for (const part of linesOf(chunk.toString("latin1"))) {
      if (atLineStart) {
        if (!times.covers(offset)) await times.more(offset);
        stamped += `${times.text(offset)} `;
      }
      stamped += part;
      offset += part.length;
      atLineStart = part.endsWith("\n");
    }
    yield Buffer.from(stamped, "latin1");
  }
}

function* linesOf(text: string): Generator<string> {
  for (let at = 0; at < text.length; ) {
    const found = text.indexOf("\n", at);
    const next = found < 0 ? text.length : found + 1;
    yield text.slice(at, next);
    at = next;
  }
}

/** Tells the time of ever later offsets. */
class TimeCursor {
  readonly #blocks: AsyncGenerator<TimeEntry[]>;
  #entries: TimeEntry[] = [];
  #next = 0;
  #isLast = false;
  #atMs = 0;
  #text = "";
  #second = { at: Number.NaN, text: "" };
  readonly #zeros: string;

  constructor(file: LogFile, { offset, stamp }: { offset: number; stamp: Stamp }) {
    this.#blocks = file.times(offset);
    this.#zeros = stamp === "nano" ? "000" : "";
  }

  /** Whether the time of an offset is known without reading more of the index. */
  covers(offset: number): boolean {
    const last = this.#entries.at(-1);
    return this.#isLast || (last !== undefined && last.offset > offset);
  }

  /** Reads on until `offset` is covered. */
  async more(offset: number): Promise<void> {
    while (!this.covers(offset)) {
      this.#advance(offset);
      const { done, value } = await this.#blocks.next();
      if (done === true) this.#isLast = true;
      else [this.#entries, this.#next] = [value, 0];
    }
  }

  /** Time of an offset that is covered: RFC 3339 in UTC. */
  text(offset: number): string {
    this.#advance(offset);
    if (this.#text === "") this.#text = this.#format();
    return this.#text;
  }

  #format(): string {
    const at = Math.floor(this.#atMs / 1000);
    if (at !== this.#second.at) this.#second = { at, text: new Date(at * 1000).toISOString().slice(0, 20) };
    const micros = Math.floor((this.#atMs - at * 1000) * 1000);
    return `${this.#second.text}${String(micros).padStart(6, "0")}${this.#zeros}Z`;
  }

  #advance(offset: number): void {
    for (let entry = this.#entries[this.#next]; entry !== undefined && entry.offset <= offset; ) {
      this.#atMs = entry.atMs;
      this.#text = "";
      this.#next += 1;
      entry = this.#entries[this.#next];
    }
  }
}
