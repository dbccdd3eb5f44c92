export type Random = ReturnType<typeof openRandom>;

/** Pseudo-random numbers, the same for the same seed. */
export function openRandom(seed: number) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  return {
    /** From 0 up to, but not including, 1. */
    next,
    /** A whole number, both ends included. */
    between,
    pick<T>(items: readonly T[]): T {
      const item = items[between(0, items.length - 1)];
      if (item === undefined) throw new RangeError("Nothing to pick from.");
      return item;
    },
    chance: (probability: number) => next() < probability,
    hex: (digits: number) => Array.from({ length: digits }, () => between(0, 15).toString(16)).join(""),
  };
}
