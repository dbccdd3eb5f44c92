/** A code of two characters or three, such as one that selects a character set, without the escape it begins with. */
export const SHORT_CODE = "[#%()*+./-]{1,2}[0-~]| [FGLMN]|[6-9=>DEHMNOVWZc\\\\|}~]";
/**
 * What a terminal obeys and does not show: colours, moves, character sets. Its last letter would stand before what is
 * behind it. Not strings such as titles: one that never ends would take our own words with it.
 */
const CODES = new RegExp(`\\u001b(?:\\[[0-?]*[ -/]*[@-~]|${SHORT_CODE})|\\u009b[\\d;]+[@-~]`, "g");
/**
 * Characters that are invisible, or change how the text around them looks: control characters, bidirectional marks,
 * zero-width and other invisible characters, line separators, halves of characters. Not tab, newline and what joins
 * emoji.
 */
const UNSEEN =
  /[^\P{Cc}\t\n]|\p{Cs}|\p{Bidi_Control}|[\u2028\u2029\ufff9-\ufffb]|(?<!\p{Extended_Pictographic}\ufe0f?\p{Emoji_Modifier}?)\u200d|\u200d(?!\p{Extended_Pictographic})|(?![\u200d\ufe0e\ufe0f])\p{Default_Ignorable_Code_Point}/gu;
const QUICK = /[^\P{Cc}\t\n]|[^\x20-\x7e\t\n]/u;

/** Foreign text made safe to show: without a terminal's codes, and each invisible character as its number, `<U+202E>`. */
export function visible(text: string): string {
  return QUICK.test(text) ? withoutCodes(text).replace(UNSEEN, marked) : text;
}

/** A text without a terminal's codes, so that what they stand in or before is seen as it was meant. */
export function withoutCodes(text: string): string {
  return text.includes("\u001b") || text.includes("\u009b") ? text.replace(CODES, "") : text;
}

/** A text made visible on one line: line ends become ⏎. */
export function oneLine(text: string): string {
  return visible(text.includes("\n") ? text.replace(/\r?\n/g, " ⏎ ") : text);
}

function marked(character: string): string {
  return `<U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}>`;
}

/** Ends a foreign text as a sentence, so that another one can follow. */
export function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** What may stay of a text that is one long word: no secret is told by that little. */
const MOST_OF_A_WORD = 8;

/**
 * A foreign text of at most `maxChars`, with `…` where it is cut. A word is not torn, since whoever hides secrets
 * afterwards would not know the beginning of one.
 */
export function cutShort(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const kept = text.slice(0, maxChars - 1);
  const isTorn = /\S/.test(text.charAt(kept.length));
  const whole = (isTorn ? kept.replace(/(?<!\S)\S+$/, "") : kept).trimEnd();
  return `${whole === "" ? text.trimStart().slice(0, MOST_OF_A_WORD) : whole}…`;
}
