/**
 * Characters that are invisible, or change how the text around them looks: control characters, bidirectional marks,
 * zero-width and other invisible characters, line separators, halves of characters. Not tab, newline and what joins emoji.
 */
const UNSEEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for.
  /\u001b\[[0-?]*[ -/]*[@-~]|\u009b[\d;]+[@-~]|[^\P{Cc}\t\n]|\p{Bidi_Control}|\p{Cs}|[\u2028\u2029\ufff9-\ufffb]|(?<!\p{Extended_Pictographic}\ufe0f?\p{Emoji_Modifier}?)\u200d|\u200d(?!\p{Extended_Pictographic})|(?![\u200d\ufe0e\ufe0f])\p{Default_Ignorable_Code_Point}/gu;
const QUICK = /[^\P{Cc}\t\n]|[^\x20-\x7e\t\n]/u;

/**
 * Foreign text made safe to show: each invisible character becomes its number, `<U+202E>`. A terminal's code goes with
 * its first one: the `m` that ends it would hide where a secret behind it begins.
 */
export function visible(text: string): string {
  return QUICK.test(text) ? text.replace(UNSEEN, marked) : text;
}

/** The same on one line: line ends become ⏎. */
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
