import { PlatformError } from "../client/index.ts";
import { cutShort } from "../foreign.ts";
import { InvalidInputError } from "../jobs/invalid-input.ts";
import { log } from "../log.ts";
import { RefusedError } from "../operations/find/refused.ts";
import { PolicyError } from "../operations/policy-error.ts";
import type { Tool } from "../tools/define-tool.ts";
import { codedText } from "../tools/errors.ts";
import { exampleFor } from "../tools/reading/example.ts";

/** Long enough for any of our own texts with a list of candidates, short enough for a model to read. */
const MAX_ERROR_CHARS = 4000;

/** The protocol's own codes. */
export const INVALID_PARAMS = -32602;
const INTERNAL_ERROR = -32603;
/** What a transport answers in place of a client that writes no more; both SDKs take it for a timeout. */
export const STOPPED_SENDING = -32001;

/** Mistakes of the caller; anything else is a fault of the platform or ours. */
const MISTAKES: ReadonlySet<unknown> = new Set([
  "invalid_argument",
  "invalid_request",
  "not_found",
  "ambiguous",
]);

/** What a request is answered with instead of a result. The SDK's own class would put its prefix into the text. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  readonly code: number;
  readonly data: unknown;

  constructor(code: number, message: string, { data, cause }: { data?: unknown; cause?: unknown } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.data = data;
  }
}

/** The answer to a request for a prompt, or for the resource at `uri`, that failed. */
export function toProtocolError(error: unknown, { what, uri, tool, scrub }: Refused): ProtocolError {
  const isMissing = uri !== undefined && codeIn(error) === "not_found";
  const code = MISTAKES.has(codeIn(error)) ? INVALID_PARAMS : INTERNAL_ERROR;
  // The data marks a resource that is not there: older versions of the protocol have a code of its own for it.
  const data = isMissing ? { uri } : undefined;
  return new ProtocolError(code, scrub(describeError(error, what, tool)), { data, cause: error });
}

interface Refused {
  what: string;
  uri?: string;
  tool?: Pick<Tool, "input"> | undefined;
  scrub(text: string): string;
}

/** The word with which the text of an error begins. */
export function errorCode(error: unknown): string {
  if (error instanceof ProtocolError)
    return error.cause === undefined ? "invalid_argument" : errorCode(error.cause);
  const isOurs = [PolicyError, PlatformError, RefusedError, InvalidInputError].some(
    (known) => error instanceof known,
  );
  return isOurs ? String(codeIn(error)) : "internal_error";
}

function codeIn(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

/**
 * The one place where a thrown error becomes text for an agent. Of a tool, `nothing` is added if the call is known
 * to have changed nothing, and an example of the argument that was wrong.
 */
export function describeError(
  error: unknown,
  what: string,
  tool?: Pick<Tool, "input"> & { nothing?: string | undefined },
): string {
  if (error instanceof PolicyError) return cutShort(`${error.code}: ${error.message}`, MAX_ERROR_CHARS);
  if (error instanceof PlatformError || error instanceof RefusedError || error instanceof InvalidInputError) {
    const example = tool === undefined ? "" : exampleFor(error, tool.input);
    return `${cutShort(codedText(error, tool?.nothing), MAX_ERROR_CHARS)}${example}`;
  }
  log("error", `${what}: ${error instanceof Error ? error.stack : String(error)}`);
  return `internal_error: ${what} hit a bug in this server; its outcome is unknown. The server's log has the details.`;
}

export function failure(text: string) {
  return { isError: true, content: [{ type: "text" as const, text }] };
}
