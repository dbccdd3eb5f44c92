/** How many that are over are kept for whoever asks again. */
const MOST_OVER = 20;

/** What goes on between calls, by what was asked for. */
export class Runs<T> {
  readonly #going = new Map<string, T>();
  readonly #over = new Map<string, T>();

  get isEmpty(): boolean {
    return this.#going.size === 0;
  }

  /** Also those that are over, if nobody knows yet. */
  all(): T[] {
    return [...this.#going.values(), ...this.#over.values()];
  }

  /** Those that are not over. */
  going(): T[] {
    return [...this.#going.values()];
  }

  get(key: string): T | undefined {
    return this.#going.get(key) ?? this.#over.get(key);
  }

  /** Keeps a run that has begun; `over` resolves at its end. */
  add(key: string, run: T, over: Promise<unknown>): void {
    this.#going.set(key, run);
    void over.then(() => this.#end(key, run));
  }

  /** Whoever asked for it knows how it ended. */
  forget(key: string): void {
    this.#going.delete(key);
    this.#over.delete(key);
  }

  #end(key: string, run: T): void {
    if (this.#going.get(key) !== run) return;
    this.#going.delete(key);
    this.#over.set(key, run);
    const [oldest = key] = this.#over.keys();
    if (this.#over.size > MOST_OVER) this.#over.delete(oldest);
  }
}
