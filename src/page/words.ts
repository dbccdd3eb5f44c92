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

const LABELS: Readonly<Record<string, string>> = {
  argv: "Program and arguments",
  by: "More time",
  env: "Environment",
  gpu: "GPU",
  http_auth: "HTTP login",
  http_port: "HTTP port",
  secret_env: "Secret environment",
  shm: "Shared memory",
  tty: "Terminal",
};

/** The name of an argument, for people. */
export function labelOf(name: string): string {
  const words = name.replaceAll("_", " ");
  return LABELS[name] ?? words.charAt(0).toUpperCase() + words.slice(1);
}

/** What the page calls what an agent does by a tool. */
const DEEDS: Readonly<Record<string, string>> = {
  apolo_context: "Server",
  job_capacity: "Presets",
  job_compare: "Compare",
  job_exec: "Run a command",
  job_extend: "Extend",
  job_kill: "Kill",
  job_list: "Jobs",
  job_logs: "Log",
  job_report: "Report",
  job_rerun: "Run again",
  job_signal: "Signal",
  job_start: "Start a job",
  job_telemetry: "Use",
};
const CALL = /\b((?:job|apolo)_[a-z]+)(?: ?\{(?:[^{}]|\{[^{}]*\})*\})?/g;
/** What a program knows a refusal by. */
const CODE = /^[a-z]+(?:_[a-z]+)*: (?:\w+ was not called\.\s*)?/;

/** The words of a tool, for people: they call nothing. */
export function forPeople(text: string): string {
  return text.replace(CALL, (_, tool: string) => `“${DEEDS[tool] ?? "the agent"}”`);
}

/** Why something did not work. */
export function messageOf(error: unknown): string {
  return forPeople((error instanceof Error ? error.message : String(error)).replace(CODE, ""));
}

/** A time in seconds, exact, as the tools take it: 1d2h. */
export function span(seconds: number): string {
  return (
    [
      [Math.floor(seconds / DAY), "d"],
      [Math.floor((seconds % DAY) / 3600), "h"],
      [Math.floor((seconds % 3600) / 60), "m"],
      [Math.round(seconds % 60), "s"],
    ] as const
  )
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join("");
}
