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
const STARTS: ReadonlySet<string> = new Set(["job_start", "job_rerun"]);
const GONE =
  "That emulator ended with this call, and what ran in it. One that stays: apolo-jobs-mcp emulator, and call with the APOLO_PASSED_CONFIG that it prints.";

/** Calls one tool as an agent would, and prints what it answers. */
export async function runCall(
  { words: [name, text], json, yes, emulator }: Pick<Settings, "words" | "json" | "yes" | "emulator">,
  { open, terminal, signal }: Calling,
): Promise<number> {
  if (name === undefined)
    return misused(terminal, `call needs a tool, e.g. ${EXAMPLE}; apolo-jobs-mcp tools lists them`);
  const read = readArguments(text === "-" ? await terminal.input() : (text ?? "{}"));
  if ("problem" in read) return misused(terminal, read.problem);
  const session = await open();
  const progress = showProgress(terminal, name);
  const { ask, unasked } = answering(terminal, progress, yes);
  try {
    const making = { signal, ask, progress: progress.report };
    const called = await session.call({ name, arguments: read.args }, making);
    progress.stop();
    const [question] = unasked;
    print(called.isError && question !== undefined ? leftUndone(question) : called, json, terminal);
    if (called.isError) return 1;
  } finally {
    progress.stop();
  }
  if (emulator.embedded && STARTS.has(name)) terminal.err.write(`${GONE}\n`);
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

/** Answers what a call asks. Without a terminal nobody can, and the questions are kept. */
function answering({ ask }: Terminal, progress: ReturnType<typeof showProgress>, isSure: boolean) {
  const unasked: string[] = [];
  const put: NonNullable<Making["ask"]> = async ({ text }, ms) => {
    if (isSure) return "yes";
    if (ask === undefined) {
      unasked.push(text);
      return "unanswered";
    }
    const question = `${text}\nGo on? [y/N] (${Math.round(ms / 1000)} s) `;
    const typed = await progress.pause(() => ask(question, ms));
    if (typed === undefined) return "unanswered";
    return isYes(typed) ? "yes" : "no";
  };
  return { ask: put, unasked };
}

function leftUndone(question: string): Called {
  const how = "It needs a yes, so nothing was done: call it on a terminal, or with --yes.";
  return { isError: true, text: `declined: ${question}\n${how}` };
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
