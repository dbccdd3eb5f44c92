import type { LogReader } from "./reader.ts";

/** How the time in front of a line is written: microseconds (archive) or nanoseconds (live). Source: protocol reference 4.2. */
export type Stamp = "micro" | "nano";

/** Lines of a range, each behind its time and a space. A range may begin within a line: that gets no time. */
export async function* stampLines(
  file: LogReader,
  { start, end }: { start: number; end: number },
  stamp: Stamp,
): AsyncGenerator<Uint8Array> {
  await file.readTimes();
  const times = new TimeCursor(file, start, stamp);
  let atLineStart = start === 0 || !(await file.lineIsOpen({ start: 0, end: start }));
  let offset = start;
  for await (const chunk of file.bytes({ start, end })) {
    // One character per byte: whatever the bytes mean, they come out as they went in.
    let stamped = "";
    for (const part of linesOf(chunk.toString("latin1"))) {
      if (atLineStart) stamped += `${times.text(offset)} `;
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
  readonly #file: LogReader;
  readonly #zeros: string;
  #entry: number;
  #shown: number | undefined;
  #text = "";

  constructor(file: LogReader, offset: number, stamp: Stamp) {
    this.#file = file;
    this.#entry = file.entryOf(offset);
    this.#zeros = stamp === "nano" ? "000" : "";
  }

  /** RFC 3339 in UTC. */
  text(offset: number): string {
    while ((this.#file.entry(this.#entry + 1)?.offset ?? Number.POSITIVE_INFINITY) <= offset)
      this.#entry += 1;
    if (this.#shown !== this.#entry) this.#text = this.#format(this.#file.entry(this.#entry)?.atMs ?? 0);
    this.#shown = this.#entry;
    return this.#text;
  }

  #format(atMs: number): string {
    const seconds = Math.floor(atMs / 1000);
    const micros = String(Math.floor((atMs - seconds * 1000) * 1000)).padStart(6, "0");
    return `${new Date(seconds * 1000).toISOString().slice(0, 20)}${micros}${this.#zeros}Z`;
  }
}
