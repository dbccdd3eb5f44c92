/** How long, and up to how many bytes, the start of a line waits for its end. */
const WAIT_MS = 200;
const WAIT_BYTES = 16 * 1024;
const NEW_LINE = 10;

type Stream = "stdout" | "stderr";

/**
 * Joins a container's two streams line by line, as its runtime does. A runtime writes a line when it is finished or
 * 16 kB long; here the beginning of one comes after a moment, so that people see what a job waits with.
 */
export class WholeLines {
  readonly #print: (chunk: Uint8Array) => void;
  readonly #held = new Map<Stream, Buffer>();
  /** The stream whose line was begun and not finished. */
  #open: Stream | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(print: (chunk: Uint8Array) => void) {
    this.#print = print;
  }

  push(stream: Stream, chunk: Buffer): void {
    this.#held.set(stream, Buffer.concat([this.#held.get(stream) ?? Buffer.alloc(0), chunk]));
    this.#writeFinished(stream);
    // A line that is finished now may be what the other one waited for.
    for (const other of this.#held.keys()) this.#writeFinished(other);
    if ([...this.#held.values()].some((bytes) => bytes.length >= WAIT_BYTES)) this.flush();
    else if (this.#held.size > 0) this.#timer ??= setTimeout(() => this.flush(), WAIT_MS).unref();
  }

  /** Writes whatever there is; a line of the other stream that is still open ends before it. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const [stream, bytes] of this.#held) {
      if (this.#open !== undefined && this.#open !== stream) this.#print(Buffer.of(NEW_LINE));
      this.#write(stream, bytes, bytes.length);
    }
  }

  #writeFinished(stream: Stream): void {
    const bytes = this.#held.get(stream);
    if (bytes === undefined || (this.#open !== undefined && this.#open !== stream)) return;
    const finished = bytes.lastIndexOf(NEW_LINE) + 1;
    this.#write(stream, bytes, this.#open === stream && finished === 0 ? bytes.length : finished);
  }

  #write(stream: Stream, bytes: Buffer, end: number): void {
    if (end === 0) return;
    this.#print(bytes.subarray(0, end));
    this.#open = bytes[end - 1] === NEW_LINE ? undefined : stream;
    if (end < bytes.length) this.#held.set(stream, bytes.subarray(end));
    else this.#held.delete(stream);
  }
}
