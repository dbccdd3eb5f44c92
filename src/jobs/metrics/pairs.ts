import { directionOf } from "./names.ts";

/** A number that a line gives a name. */
export interface Value {
  name: string;
  /** May be NaN or infinite. */
  value: number;
  /** As it was printed: `3.0e-04`, `nan`, `93.4%`; of a longer one the beginning. */
  raw: string;
}

/** Longer lines are data; what a progress bar says of its metrics stands at its end. */
const LONGEST_LINE = 4000;

const NUMBER = String.raw`[-+]?(?:\d{1,3}(?:,\d{3})+\.\d+|(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|nan|inf(?:inity)?)`;
const LONGEST_SHOWN = 24;
/** Words after a number that make it a quantity, not a metric. */
const UNITS =
  "[kmgtp]?i?b(?:/s)?|[kmg]?bytes?|[mun]?s|secs?|seconds?|mins?|minutes?|h|hours?|days?|[kmg]?hz|[mk]?w|%\\||it/s|" +
  "images?|files?|records?|rows?|lines?|tokens?|samples?|examples?|items?|param(?:eter)?s?|workers?|gpus?|cores?|" +
  "steps?|epochs?|iterations?|retries|times|attempts|jobs?|shards?|batche?s?|of";
/** What cannot follow a metric: more of a version, time, date, path, list, fraction or term, or a unit. */
const NO_MORE = String.raw`(?![\p{L}\d_%]|\.[\p{L}\d_]|[:\/\-]\d|\s?\/\s?\d|,\d|\s?[*<>^]|\s?\+(?!\/?-|\d+\.\d)|\s*==|%?\s?(?:${UNITS})\b(?!\s*[:=]))`;
const NUMBERED = String.raw`(?:(?:tensor|np\.float\d+)\()?(${NUMBER}(?: ?%)?)${NO_MORE}`;
const SPLIT =
  "train(?:ing)?|(?:best )?val(?:id(?:ation)?)?(?:_\\d+)?|test(?:ing)?|eval(?:uation)?|dev|avg|average|mean|best|final|total";
const NAME = String.raw`[\p{L}_][\p{L}\d_]*(?:[./@-][\p{L}\d_]+)*`;
const START = String.raw`(?<![\p{L}\d_/?&.@%$\-])(?:(${SPLIT})(?:'s)? )?`;

/** `loss=0.3`, `val loss : 0.3`, `'loss': '0.3'`, `"loss": 0.3` */
const PAIR = new RegExp(
  String.raw`${START}["']?(${NAME})["']?[ \t]{0,40}([:=])([ \t]{0,40})["']?${NUMBERED}`,
  "giu",
);
/** `train loss 1.9634`, `| valid_ppl 118.06`: only under a name that is known for a metric. */
const BARE = new RegExp(String.raw`${START}(${NAME})[ \t]{1,40}${NUMBERED}`, "giu");
/** `Accuracy: 9828/10000 (98%)` */
const SHARE = new RegExp(
  String.raw`${START}(${NAME})[ \t]{0,3}[:=][ \t]{0,3}\d+ ?\/ ?\d+ \(((?:\d+\.)?\d+%)\)`,
  "giu",
);
/** `"val": {"loss": 0.3}` */
const NESTED = new RegExp(String.raw`["'](${SPLIT})["']\s*:\s*\{([^{}]*)\}`, "giu");
/** `loss (val): 0.3` */
const OF_SPLIT = new RegExp(String.raw`(?<![\p{L}\d_])(${NAME}) \((${SPLIT})\)(?=\s*[:=])`, "giu");
/** What a trial was given, and which of many values one is: `parameters: {'x': 0.5}`, `(AP) @[ IoU=0.50 | area=all ]` */
const NO_RESULT = /param(?:eter)?s\b["']?\s*[:=]?\s*\{[^{}]*\}|@\[[^\]]*\]/gi;
/** Optuna: `Trial 5 finished with value: 0.3. Best is trial 3 with value: 0.2.` */
const BEST_TRIAL = /\bBest is trial \d+ with value(?=:)/gi;
/** What a program was called with, printed in one line. */
const SETTINGS = /\b(?:Namespace|Config|Arguments|Args)\(|(?:=(?:True|False|None)\b.*){2}/;

/** The numbers that a line names, in the order of their kinds. */
export function pairsIn(line: string): Value[] {
  const text = line.length > LONGEST_LINE ? line.slice(-LONGEST_LINE) : line;
  if (!/\d|nan|inf/i.test(text) || SETTINGS.test(text)) return [];
  const flat = text
    .replace(NO_RESULT, "")
    .replace(BEST_TRIAL, "best value")
    .replace(OF_SPLIT, "$2 $1")
    .replace(NESTED, (_, split: string, inner: string) =>
      inner.replace(/["']([\p{L}_][^"']*)["']\s*:/gu, `"${split}_$1":`),
    );
  return [...named(flat), ...bare(flat), ...shares(flat)];
}

function named(text: string): Value[] {
  return Array.from(text.matchAll(PAIR), ([, split, name = "", sign, blanks, raw = ""]) => {
    // `localhost:8080`, `cuda:0`, `train.py:214`
    const isAddress = sign === ":" && blanks === "" && /^\d+$/.test(raw) && directionOf(name) === undefined;
    return isAddress ? [] : [namedValue(join(split, name), raw)];
  }).flat();
}

function bare(text: string): Value[] {
  return Array.from(text.matchAll(BARE), ([, split, name = "", raw = ""]) => {
    // `error 404`, and `return 0.5` in a traceback
    const isMetric = !/^[-+]?\d+$/.test(raw) && name !== "return" && directionOf(name) !== undefined;
    return isMetric ? [namedValue(join(split, name), raw)] : [];
  }).flat();
}

function shares(text: string): Value[] {
  return Array.from(text.matchAll(SHARE), ([, split, name = "", raw = ""]) =>
    directionOf(name) === undefined ? [] : [namedValue(join(split, name), raw)],
  ).flat();
}

function join(split: string | undefined, name: string): string {
  return split === undefined ? name : `${split.toLowerCase().replace(" ", "_")}_${name}`;
}

export function namedValue(name: string, raw: string): Value {
  const shown = raw.length <= LONGEST_SHOWN ? raw : `${raw.slice(0, LONGEST_SHOWN - 1)}…`;
  return { name, value: toNumber(raw), raw: shown };
}

/** The number of a text that is one and nothing else; undefined for any other. */
export function numberIn(text: string): string | undefined {
  return new RegExp(`^${NUMBER}%?$`, "i").test(text) ? text : undefined;
}

function toNumber(raw: string): number {
  const text = raw.replace(/,| ?%/g, "").toLowerCase();
  // Some jobs of a sweep may print 0.93 where others print 93%.
  if (!/inf/.test(text)) return raw.endsWith("%") ? Number(text) / 100 : Number(text);
  return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}
