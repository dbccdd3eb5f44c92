import type { Settings } from "../settings/index.ts";
import type { Called, Making, TerminalSession } from "../transports/terminal.ts";
import { showProgress } from "./progress.ts";
import { isYes, misused, type Terminal } from "./terminal.ts";

interface Calling {
  /** Connects to the platform, which needs a login. */
  open(): Promise<TerminalSession>;
  terminal: Terminal;
  signal: AbortSignal;
}

const EXAMPLE = `apolo-jobs-mcp call job_list '{"limit":3}'`;

/** Calls one tool as an agent would, and prints what it answers. */
export async function runCall(
  { words: [name, text], json, yes }: Pick<Settings, "words" | "json" | "yes">,
  { open, terminal, signal }: Calling,
): Promise<number> {
  if (name === undefined)
    return misused(terminal, `call needs a tool, e.g. ${EXAMPLE}; apolo-jobs-mcp tools lists them`);
  const read = readArguments(text === "-" ? await terminal.input() : (text ?? "{}"));
  if ("problem" in read) return misused(terminal, read.problem);
  const session = await open();
  const progress = showProgress(terminal, name);
  const ask = yes ? () => Promise.resolve("yes" as const) : asking(terminal, progress);
  try {
    const making = { signal, ask, progress: progress.report };
    const called = await session.call({ name, arguments: read.args }, making);
    progress.stop();
    print(called, json, terminal);
    if (called.isError) return 1;
  } finally {
    progress.stop();
  }
  if (session.isForwarding()) await held(terminal, signal);
  return 0;
}

function readArguments(text: string): { args: Record<string, unknown> } | { problem: string } {
  const how = `Give one JSON object in quotes, e.g. ${EXAMPLE}, or - to read it from stdin.`;
  try {
    const value: unknown = JSON.parse(text.trim() === "" ? "{}" : text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { args: { ...value } };
    return { problem: `the arguments are no JSON object. ${how}` };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { problem: `the arguments are no JSON: ${why}. ${how}` };
  }
}

/** Without a terminal nobody can say yes, and what has to be confirmed is left. */
function asking({ ask, err }: Terminal, progress: ReturnType<typeof showProgress>): Making["ask"] {
  return async ({ text }, ms) => {
    if (ask === undefined) {
      err.write(`${text}\nIt needs a yes: call it on a terminal, or with --yes.\n`);
      return "unanswered";
    }
    const question = `${text}\nGo on? [y/N] (${Math.round(ms / 1000)} s) `;
    const typed = await progress.pause(() => ask(question, ms));
    if (typed === undefined) return "unanswered";
    return isYes(typed) ? "yes" : "no";
  };
}

function print({ isError, text, data }: Called, json: boolean, { out, err }: Terminal): void {
  if (!json) (isError ? err : out).write(`${text}\n`);
  else out.write(`${JSON.stringify(isError ? { error: errorIn(text) } : data, undefined, 2)}\n`);
}

/** Every refusal begins with its code. */
function errorIn(text: string) {
  const [, code, message] = /^([a-z_]+): (.*)$/s.exec(text) ?? [];
  return code === undefined ? { message: text } : { code, message };
}

async function held({ err }: Terminal, signal: AbortSignal): Promise<void> {
  err.write("It stays open until Ctrl-C.\n");
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}
