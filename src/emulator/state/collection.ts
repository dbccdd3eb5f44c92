/** Values by key; reports every change. */
export class Collection<T> {
  readonly #values: Map<string, T>;
  readonly #changed: (key: string, value: T | undefined) => void;

  constructor(values: Map<string, T>, changed: (key: string, value: T | undefined) => void) {
    this.#values = values;
    this.#changed = changed;
  }

  get(key: string): T | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: T): void {
    this.#values.set(key, value);
    this.#changed(key, value);
  }

  delete(key: string): boolean {
    const had = this.#values.delete(key);
    if (had) this.#changed(key, undefined);
    return had;
  }

  entries(): [string, T][] {
    return [...this.#values];
  }
}
