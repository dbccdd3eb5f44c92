import { parseJson } from "../../json.ts";
import { PlatformError } from "../errors.ts";
import { LineSplitter } from "../logs/lines.ts";

/** The official client's read buffer; a longer line is a fault. Source: protocol reference 2.4. */
const MAX_LINE_BYTES = 8 * 1024 * 1024;

/**
 * The lines of a byte stream as text; blank ones are skipped, a line may come in any number of pieces.
 * `what` begins the message of the error for a line that does not end.
 */
export async function* textLines(
  chunks: AsyncIterable<Uint8Array>,
  what: string,
): AsyncGenerator<string, void> {
  const splitter = new LineSplitter(MAX_LINE_BYTES, () =>
    fault(what, "the platform sent a line that never ends"),
  );
  for await (const chunk of chunks)
    for (const line of splitter.push(chunk)) if (line.trim() !== "") yield line;
  const last = splitter.rest();
  if (last !== undefined && last.trim() !== "") yield last;
}

/** Cuts a stream into lines, refusing one that does not end. */
export function newLineSplitter(what: string): LineSplitter {
  return new LineSplitter(MAX_LINE_BYTES, () => fault(what, "the platform sent a line that never ends"));
}

/** One line's JSON object. @throws {PlatformError} `protocol_error` when it is cut short */
export function parseLine(line: string, what: string): Record<string, unknown> {
  const value = parseJsonLine(line, what);
  // Any JSON object may be read by key; each value is checked where it is used.
  if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  throw fault(what, "the platform sent a line that is not an object");
}

/** One line's JSON. @throws {PlatformError} `protocol_error` when it is cut short */
export function parseJsonLine(line: string, what: string): unknown {
  const value = parseJson(line);
  if (value !== undefined) return value;
  throw fault(what, "the platform sent a line that is cut short or not JSON");
}

function fault(what: string, why: string): PlatformError {
  return new PlatformError("protocol_error", `${what} failed: ${why}.`);
}
