/** The few largest of a stream, largest first; nothing else is kept. */
export class Top<T> {
  readonly #most: number;
  readonly #compare: (a: T, b: T) => number;
  readonly #items: T[] = [];

  /** `compare` as for a sort that puts the smallest first. */
  constructor(most: number, compare: (a: T, b: T) => number) {
    this.#most = most;
    this.#compare = compare;
  }

  get items(): readonly T[] {
    return this.#items;
  }

  offer(item: T): void {
    const last = this.#items.at(-1);
    if (this.#items.length === this.#most && last !== undefined && this.#compare(item, last) <= 0) return;
    const before = this.#items.findIndex((other) => this.#compare(item, other) > 0);
    this.#items.splice(before < 0 ? this.#items.length : before, 0, item);
    this.#items.length = Math.min(this.#items.length, this.#most);
  }
}
