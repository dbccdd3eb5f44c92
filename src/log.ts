import { currentTrace } from "./observe/trace.ts";

/** The log goes to stderr: stdout belongs to the protocol. */
const LEVELS = ["error", "warning", "info", "debug"] as const;
export type LogLevel = (typeof LEVELS)[number];
export const logLevels: readonly LogLevel[] = LEVELS;

const FORMATS = ["text", "json"] as const;
type LogFormat = (typeof FORMATS)[number];
export const logFormats: readonly LogFormat[] = FORMATS;

let threshold: LogLevel = "warning";
let format: LogFormat = "text";

export function setLog(options: { level: LogLevel; format: LogFormat }): void {
  threshold = options.level;
  format = options.format;
}

export function log(level: LogLevel, message: string): void {
  if (LEVELS.indexOf(level) > LEVELS.indexOf(threshold)) return;
  if (format === "json") writeJson(level, message);
  else process.stderr.write(`${new Date().toISOString()} ${level} ${message}\n`);
}

/** Why the program ends: for a person rather than for a log, unless programs read it. */
export function logLast(message: string): void {
  if (format === "json") writeJson("error", message);
  else process.stderr.write(`apolo-jobs-mcp: ${message}\n`);
}

function writeJson(level: LogLevel, message: string): void {
  const trace_id = currentTrace.getStore()?.id;
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), level, message, trace_id })}\n`);
}
