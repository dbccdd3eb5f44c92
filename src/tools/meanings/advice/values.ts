type Args = Readonly<Record<string, unknown>>;

/** A word that means something here, but not with the same value: what to say instead. */
export interface Advice {
  words: string;
  of: readonly string[];
  says: string;
  /** Arguments that would pass, made of what came; nothing where that cannot be told. */
  call?: (value: unknown, word: string) => Args | undefined;
  /** The tool that the call is for, if it is another one. */
  tool?: string;
}

export function isText(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "" && value.length <= 80;
}

export function isLength(value: unknown): value is string {
  return isText(value) && /^\d+(?:\.\d+)?[smhd]$/.test(value);
}

export function isNone(value: unknown): boolean {
  return value === 0 || value === "0" || value === false || value === "none";
}

/** A length of time, also as `hours: 2`. */
export function lengthOf(value: unknown, word: string): string | undefined {
  if (isLength(value)) return value;
  const [unit = ""] = word;
  const isCount = /^\d{1,6}$/.test(String(value)) && /^(?:days|hours|minutes|seconds)$/.test(word);
  return isCount ? `${String(value)}${unit}` : undefined;
}

/** The first number in what came: 8080 of `["8080:80"]`. */
export function numberIn(value: unknown): number | undefined {
  const [digits] = /\d+(?:\.\d+)?/.exec(String(value)) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/** `32`, `"32Gi"` and `"32GB"` are 32, `"512M"` a half. */
export function gibIn(value: unknown): number | undefined {
  const number = numberIn(value);
  return number !== undefined && /\dM/i.test(String(value)) ? number / 1024 : number;
}
