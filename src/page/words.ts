const DAY = 86_400;

/** Two units of a time in seconds, as the tools write it: 2h 39m. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [
    [Math.floor(whole / DAY), "d"],
    [Math.floor((whole % DAY) / 3600), "h"],
    [Math.floor((whole % 3600) / 60), "m"],
    [whole % 60, "s"],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  if (first < 0) return "0s";
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join(" ");
}

/** The largest unit alone. */
export function age(iso: string, nowMs = Date.now()): string {
  return duration((nowMs - Date.parse(iso)) / 1000).split(" ")[0] ?? "";
}

export function instant(iso: string): string {
  const text = new Date(iso).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 19)} UTC`;
}

export function plural(count: number, noun: string): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}

/** The beginning of an id, for a job without a name. */
export function shortId(id: string): string {
  return id.slice(0, "job-".length + 8);
}
