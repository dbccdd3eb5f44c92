import type { Writable } from "node:stream";

/**
 * Writes messages, one JSON text a line. While the reader does not read, only the newest message of each key is
 * kept, so that they cannot pile up.
 */
export class Outbox {
  readonly #stream: Writable;
  readonly #held = new Map<string, string>();
  #isFull = false;

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on("drain", this.#onDrain);
  }

  /** Bytes not taken yet. */
  get backlog(): number {
    return this.#stream.writableLength;
  }

  /** Sends a message. One with a `key` may be replaced by a later one of the same key. */
  send(message: object, key?: string): void {
    const text = `${JSON.stringify(message)}\n`;
    if (key !== undefined && this.#isFull) this.#held.set(key, text);
    else this.#write(text);
  }

  /** Drops what is held under the key: it would come too late. */
  drop(key: string): void {
    this.#held.delete(key);
  }

  /** Resolves when the reader has taken all of it, or never will. */
  async emptied(): Promise<void> {
    while (this.#stream.writable && (this.backlog > 0 || this.#held.size > 0))
      await new Promise<void>((resolve) => this.#stream.write("", () => resolve()));
  }

  close(): void {
    this.#held.clear();
    this.#stream.off("drain", this.#onDrain);
  }

  readonly #onDrain = () => {
    this.#isFull = false;
    for (const [key, text] of this.#held) {
      if (this.#isFull) return;
      this.#held.delete(key);
      this.#write(text);
    }
  };

  #write(text: string): void {
    if (this.#stream.writable) this.#isFull = !this.#stream.write(text);
  }
}
