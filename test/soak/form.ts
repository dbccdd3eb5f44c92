const { SOAK_MINUTES = "0", SOAK_SEED = "1", SOAK_CALLS = "Infinity" } = process.env;
const minutes = Number(SOAK_MINUTES);

/** How long and from which seed: short in the suite, as asked for by `npm run soak`. */
export const FORM = {
  seed: Number(SOAK_SEED),
  isLong: minutes > 0,
  /** For each of the soak's parts. */
  forMs: minutes * 60_000,
  /** Ends before that time, with so many calls. */
  calls: Number(SOAK_CALLS),
  /** Of the test: what is under way when its time is over still has to end. */
  timeoutMs: minutes * 60_000 + 180_000,
};

/** Shows what a long run came to. */
export function tell(figures: object): void {
  if (FORM.isLong) process.stdout.write(`${JSON.stringify(figures, undefined, 1)}\n`);
}
