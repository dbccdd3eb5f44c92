/** Values by key, kept for as long as the emulator's data is. */
export interface Collection<T> {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
  delete(key: string): boolean;
  entries(): [string, T][];
}

/** Wraps a map so that every change is told. */
export function openCollection<T>(
  values: Map<string, T>,
  changed: (key: string, value: T | undefined) => void,
): Collection<T> {
  return {
    get: (key) => values.get(key),
    set(key, value) {
      values.set(key, value);
      changed(key, value);
    },
    delete(key) {
      const had = values.delete(key);
      if (had) changed(key, undefined);
      return had;
    },
    entries: () => [...values],
  };
}
