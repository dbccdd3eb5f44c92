/** A message of what isolates jobs is shorter, in bytes. */
const LONGEST = 1024;

type Emit = (stream: "stdout" | "stderr", chunk: Buffer) => void;

/**
 * Keeps a message of what isolates the job out of the job's output: errors that begin like one are held until the
 * job has said something else or has ended.
 */
export class FirstWords {
  readonly #begin: Buffer;
  readonly #emit: Emit;
  /** Errors so far; undefined once they are the job's. */
  #held: Buffer | undefined;

  /** `begin` is how such a message begins; without it nothing is held. */
  constructor(begin: string | undefined, emit: Emit) {
    this.#begin = Buffer.from(begin ?? "");
    this.#emit = emit;
    if (begin !== undefined) this.#held = Buffer.alloc(0);
  }

  add(stream: "stdout" | "stderr", chunk: Buffer): void {
    if (this.#held !== undefined && stream === "stderr") {
      this.#held = Buffer.concat([this.#held, chunk]);
      if (this.#mayBeForeign(this.#held)) return;
      this.release();
      return;
    }
    this.release();
    this.#emit(stream, chunk);
  }

  /** What is held is the job's. */
  release(): void {
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined && held.length > 0) this.#emit("stderr", held);
  }

  /** What is held is not the job's: gives it, without its beginning. */
  take(): string {
    const text = this.#held?.subarray(this.#begin.length).toString() ?? "";
    this.#held = undefined;
    return text.trim();
  }

  #mayBeForeign(text: Buffer): boolean {
    const length = Math.min(text.length, this.#begin.length);
    return text.length <= LONGEST && text.subarray(0, length).equals(this.#begin.subarray(0, length));
  }
}
