/** Encodings of shorter values would be a common run of letters. */
const SHORTEST = 8;
/** A shell's quotes can be read in several ways: of more, no form of it is looked for. */
const MOST_QUOTES = 8;

const IN_HTML: Record<string, string> = { "&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos" };
const IN_JSON: Record<string, string> = { "\n": "n", "\r": "r", "\t": "t" };

/** Matches a value as it is, and with any of its signs escaped as in JSON, URLs, HTML or a shell. */
export function patternOf(value: string): string {
  const hasFewQuotes = value.split("'").length <= MOST_QUOTES;
  // Backslashes belong to what is behind them: there, too, some may be added, and a text must have one reading only.
  const parts = value.match(/\\+$|\\*(?:[\w.~-]+|.)/gsu) ?? [];
  return parts
    .map((part) => {
      const sign = part.replaceAll("\\", "");
      const slashes = part.length - sign.length;
      if (/^[\w.~-]*$/.test(sign)) return backslashes(slashes) + sign.replaceAll(".", "\\.");
      return signPattern(sign, { slashes, hasFewQuotes });
    })
    .join("");
}

/** Each may be doubled, and be so again. */
function backslashes(count: number): string {
  return count === 0 ? "" : `(?:\\\\{${count},${8 * count}}|${percent("\\".repeat(count))})`;
}

/** Behind so many backslashes of the value. An escape may be escaped again. */
function signPattern(
  sign: string,
  { slashes, hasFewQuotes }: { slashes: number; hasFewQuotes: boolean },
): string {
  const escaped = (least: number) => `\\\\{${slashes + least},${8 * slashes + 7 + least}}`;
  const code = sign.codePointAt(0) ?? 0;
  const units = Array.from({ length: sign.length }, (_, at) => `u${hex(sign.charCodeAt(at), 4)}`);
  const encoded = [percent(sign), `&(?:amp;)?#(?:${code}|x0{0,2}${hex(code)});`];
  const [html, json] = [IN_HTML[sign], IN_JSON[sign]];
  if (html !== undefined) encoded.push(`&(?:amp;)?${html};`);
  if (sign === " ") encoded.push("\\+");
  if (sign === "\n") encoded.push("\\r\\n");
  if (sign === "'" && hasFewQuotes) encoded.push("'\\\\{1,8}''", `'"'"'`);
  const forms = [
    escaped(0) + sign.replace(/[*+?^${}()|[\]/]/, "\\$&"),
    escaped(1) + units.join("\\\\{1,8}"),
    `${backslashes(slashes)}(?:${encoded.join("|")})`,
  ];
  if (json !== undefined) forms.push(escaped(1) + json);
  return `(?:${forms.join("|")})`;
}

function percent(sign: string): string {
  return Array.from(Buffer.from(sign), (byte) => `%(?:25){0,3}${hex(byte, 2)}`).join("");
}

/** In digits of either case. */
function hex(code: number, length = 0): string {
  const digits = code.toString(16).padStart(length, "0");
  return digits.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

/** Base64 of the value alone and within something longer, wherever it begins there. */
export function base64Forms(value: string): string[] {
  const bytes = Buffer.from(value);
  if (bytes.length < SHORTEST) return [];
  const inner = [0, 1, 2].flatMap((before) => {
    const all = Buffer.concat([Buffer.alloc(before), bytes]);
    // What the bytes beside it have a part in is left out.
    const [start, end] = [Math.ceil((before * 8) / 6), Math.floor((all.length * 8) / 6)];
    return (["base64", "base64url"] as const).map((form) => all.toString(form).slice(start, end));
  });
  return [bytes.toString("base64").replace(/=+$/, ""), bytes.toString("base64url"), ...inner];
}

/** Hexadecimal digits, also those of a URL in which each letter is encoded. */
export function hexForms(value: string): string[] {
  if (value.length < SHORTEST) return [];
  return [value, lettersAlone(value)].flatMap((text) => {
    const digits = Buffer.from(text).toString("hex");
    return [digits, digits.toUpperCase()];
  });
}

/** The letters and digits of a text. */
export function lettersAlone(text: string): string {
  return text.replace(/[^A-Za-z0-9]+/g, "");
}
