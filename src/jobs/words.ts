/** The form that goes with a number: `plural(count, "is", "are")`. */
export function plural<T>(count: number, one: T, many: T): T {
  return count === 1 ? one : many;
}

/** `1 line`, `1,215 lines` */
export function counted(count: number, thing: string): string {
  return `${count.toLocaleString("en-US")} ${plural(count, thing, `${thing}s`)}`;
}

/** `once`, `2 times` */
export function timesText(count: number): string {
  return plural(count, "once", counted(count, "time"));
}

/** An amount that is already formatted: `1 credit`, `5.31 credits` */
export function creditsText(amount: string): string {
  return `${amount} ${plural(Number(amount), "credit", "credits")}`;
}

/** `a, b and 3 more`: at most `most` of some names. */
export function named(names: readonly string[], most: number): string {
  const more = names.length > most ? ` and ${names.length - most} more` : "";
  return `${names.slice(0, most).join(", ")}${more}`;
}

/** The lines of a text that apply: what is not said is `undefined`, `false` or empty. */
export function present(lines: readonly (string | false | undefined)[]): string[] {
  return lines.filter((line): line is string => typeof line === "string" && line !== "");
}
