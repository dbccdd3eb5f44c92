/** The log goes to stderr: stdout belongs to the protocol. */
const LEVELS = ["error", "warning", "info", "debug"] as const;
export type LogLevel = (typeof LEVELS)[number];
export const logLevels: readonly LogLevel[] = LEVELS;

let threshold: LogLevel = "warning";

export function setLogLevel(level: LogLevel): void {
  threshold = level;
}

export function log(level: LogLevel, message: string): void {
  if (LEVELS.indexOf(level) > LEVELS.indexOf(threshold)) return;
  process.stderr.write(`${new Date().toISOString()} ${level} ${message}\n`);
}
