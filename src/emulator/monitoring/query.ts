import { failure } from "../http/error.ts";

const TRUE = new Set(["1", "true"]);
const FALSE = new Set(["0", "false"]);

/** A yes-or-no parameter. @throws {HttpError} 400. Source: protocol reference 4.1. */
export function flag(query: URLSearchParams, name: string, fallback = false): boolean {
  const text = query.get(name);
  if (text === null) return fallback;
  const lower = text.toLowerCase();
  if (TRUE.has(lower)) return true;
  if (FALSE.has(lower)) return false;
  throw failure(400, `"${name}" request parameter can be "true"/"1" or "false"/"0"`);
}

/** Which streams a caller of exec or attach wants. */
export interface StreamFlags {
  tty: boolean;
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
}

/** @throws {HttpError} 400 for a combination that cannot be. Source: protocol reference 4.4. */
export function streamFlags(query: URLSearchParams): StreamFlags {
  const flags = {
    tty: flag(query, "tty"),
    stdin: flag(query, "stdin"),
    stdout: flag(query, "stdout", true),
    stderr: flag(query, "stderr", true),
  };
  if (!(flags.stdin || flags.stdout || flags.stderr)) {
    throw failure(400, "Required at least one of stdin, stdout or stderr");
  }
  if (flags.tty && flags.stdout && flags.stderr) {
    throw failure(400, "Stdout and stderr cannot be multiplexed in tty mode");
  }
  return flags;
}
