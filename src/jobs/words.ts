/** `1 line`, `1,215 lines` */
export function counted(count: number, thing: string): string {
  return `${count.toLocaleString("en-US")} ${thing}${count === 1 ? "" : "s"}`;
}

/** `once`, `2 times` */
export function timesText(count: number): string {
  return count === 1 ? "once" : counted(count, "time");
}

/** An amount that is already formatted: `1 credit`, `5.31 credits` */
export function creditsText(amount: string): string {
  return `${amount} ${amount === "1" ? "credit" : "credits"}`;
}

/** The lines of a text that apply: what is not said is `undefined`, `false` or empty. */
export function present(lines: readonly (string | false | undefined)[]): string[] {
  return lines.filter((line): line is string => typeof line === "string" && line !== "");
}
