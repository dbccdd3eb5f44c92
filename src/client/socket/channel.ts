const FULL_BYTES = 1024 * 1024;

/** Called when a channel is full, and when its reader has caught up. */
export interface Flow {
  pause(): void;
  resume(): void;
}

/** A queue between one writer that cannot wait and one reader: tells the writer when to pause. */
export class Channel<T> {
  readonly #queue: { item: T; bytes: number }[] = [];
  readonly #flow: Flow;
  /** How many items were pushed so far. */
  pushed = 0;
  #queuedBytes = 0;
  #paused = false;
  #ended: { error?: unknown } | undefined;
  #wake: (() => void) | undefined;

  constructor(flow: Flow) {
    this.#flow = flow;
  }

  push(item: T, bytes: number): void {
    if (this.#ended !== undefined) return;
    this.#queue.push({ item, bytes });
    this.pushed += 1;
    this.#queuedBytes += bytes;
    if (this.#queuedBytes >= FULL_BYTES && !this.#paused) {
      this.#paused = true;
      this.#flow.pause();
    }
    this.#wake?.();
  }

  /** Nothing follows; with an error the reader gets it after what is queued. */
  end(error?: unknown): void {
    this.#ended ??= error === undefined ? {} : { error };
    this.#wake?.();
  }

  /** Drops what is queued and ends, so that the reader stops at once. */
  fail(error: unknown): void {
    this.#queue.length = 0;
    this.#ended = { error };
    this.#wake?.();
  }

  /** The next item, or undefined at the end. */
  async take(): Promise<T | undefined> {
    while (this.#queue.length === 0) {
      if (this.#ended !== undefined) {
        if ("error" in this.#ended) throw this.#ended.error;
        return undefined;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const next = this.#queue.shift();
    this.#queuedBytes -= next?.bytes ?? 0;
    if (this.#paused && this.#queuedBytes < FULL_BYTES / 2) {
      this.#paused = false;
      this.#flow.resume();
    }
    return next?.item;
  }
}
