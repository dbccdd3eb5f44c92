import { directionOf, isCircumstance, metricKey } from "./names.ts";
import { pairsIn } from "./pairs.ts";
import { Series } from "./series.ts";
import { TableReader } from "./table.ts";

/** Names beyond these are no metrics: a program prints its state. */
const MOST_NAMES = 300;
const LONGEST_NAME = 80;
const LONGEST_SOURCE = 160;

/** Finds the metrics in a log, line by line, as a terminal shows them and with secrets hidden. */
export class MetricReader {
  readonly #series = new Map<string, Series>();
  readonly #table = new TableReader();

  read({ text, time }: { text: string; time?: string | undefined }): void {
    const line = text.trim().slice(-LONGEST_SOURCE);
    for (const { name, value, raw } of [...pairsIn(text), ...this.#table.read(text)]) {
      if (name.length > LONGEST_NAME) continue;
      const key = metricKey(name);
      const known = this.#series.get(key);
      if (known !== undefined) known.add({ value, raw, line, time });
      else if (this.#series.size < MOST_NAMES)
        this.#series.set(key, new Series(name, { value, raw, line, time }));
    }
  }

  /** Whatever is called by the name, however that is spelled. */
  get(name: string): Series | undefined {
    return this.#series.get(metricKey(name));
  }

  /** Those that measure a result, by all that their names and values say; the surest first. A setting is told once. */
  get metrics(): Series[] {
    const all = [...this.#series.values()].filter(
      ({ name, hasDecimals, count }) =>
        directionOf(name) !== undefined || (hasDecimals && count > 1 && !isCircumstance(name)),
    );
    const isSure = ({ name }: Series) => (directionOf(name) === undefined ? 1 : 0);
    return all.sort((a, b) => isSure(a) - isSure(b));
  }
}
