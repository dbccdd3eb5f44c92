const MAX_BYTES = 2048;
const MAX_LINES = 80;

/** Keeps the end of a job's output, which is what a failed container leaves as its message. */
export class LogTail {
  #bytes = Buffer.alloc(0);

  push(chunk: Uint8Array): void {
    const last = chunk.length > MAX_BYTES ? chunk.subarray(chunk.length - MAX_BYTES) : chunk;
    const joined = Buffer.concat([this.#bytes, last]);
    this.#bytes = joined.subarray(Math.max(0, joined.length - MAX_BYTES));
  }

  /** The text, or null if the job printed nothing. Source: protocol reference 3.11. */
  text(): string | null {
    const lines = this.#bytes.toString("utf8").split("\n");
    const kept = lines.slice(-MAX_LINES - 1).join("\n");
    return kept === "" ? null : kept;
  }
}
