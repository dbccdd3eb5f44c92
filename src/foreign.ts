/**
 * What can stand in text and not be seen, or change how the text around it is seen: control characters,
 * bidirectional marks, zero-width and other invisible characters, line separators. Tab, newline and what emoji
 * are joined with are left.
 */
const UNSEEN =
  /[^\P{Cc}\t\n]|\p{Bidi_Control}|[\u2028\u2029\ufff9-\ufffb]|(?<!\p{Extended_Pictographic}\ufe0f?\p{Emoji_Modifier}?)\u200d|\u200d(?!\p{Extended_Pictographic})|(?![\u200d\ufe0e\ufe0f])\p{Default_Ignorable_Code_Point}/gu;
const QUICK = /[^\P{Cc}\t\n]|[^\x20-\x7e\t\n]/u;

/** Foreign text as it may leave: each character that would not be seen stands as its number, `<U+202E>`. */
export function visible(text: string): string {
  return QUICK.test(text) ? text.replace(UNSEEN, marked) : text;
}

/** Foreign text for a place of one line: the same, and its line ends are seen as ⏎. */
export function oneLine(text: string): string {
  return visible(text.includes("\n") ? text.replace(/\r?\n/g, " ⏎ ") : text);
}

function marked(character: string): string {
  return `<U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}>`;
}

/** A text of somebody else's as a sentence that another one can follow. */
export function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
