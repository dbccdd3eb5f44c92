import { StringDecoder } from "node:string_decoder";
import { parseJson } from "../../json.ts";
import { PlatformError } from "../errors.ts";

/** The official client's read buffer; a longer line is a fault. Source: protocol reference 2.4. */
const MAX_LINE_LENGTH = 8 * 1024 * 1024;

/** Cuts a stream into lines; characters may be split anywhere. `what` begins the messages of errors. */
export class LineSplitter {
  readonly #what: string;
  readonly #longest: number;
  readonly #decoder = new StringDecoder("utf8");
  #rest = "";

  constructor(what: string, longest = MAX_LINE_LENGTH) {
    this.#what = what;
    this.#longest = longest;
  }

  /** The lines that `chunk` completes. @throws {PlatformError} `protocol_error` for a line without end */
  push(chunk: Uint8Array): string[] {
    const text = this.#decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
    const end = text.lastIndexOf("\n");
    const lines = end < 0 ? [] : text.slice(0, end).split("\n");
    // The rest goes in front of one line: in front of the text it would cost a copy of the chunk.
    if (end >= 0) lines[0] = this.#rest + (lines[0] ?? "");
    this.#rest = end < 0 ? this.#rest + text : text.slice(end + 1);
    if (this.#rest.length > this.#longest || lines.some(({ length }) => length > this.#longest))
      throw fault(this.#what, "the platform sent a line that never ends");
    return lines;
  }

  /** What came after the last newline. */
  rest(): string | undefined {
    return this.#rest + this.#decoder.end() || undefined;
  }
}

/** The lines of a byte stream; blank ones are skipped. */
export async function* textLines(chunks: AsyncIterable<Uint8Array>, what: string) {
  const splitter = new LineSplitter(what);
  for await (const chunk of chunks)
    for (const line of splitter.push(chunk)) if (line.trim() !== "") yield line;
  const last = splitter.rest();
  if (last !== undefined && last.trim() !== "") yield last;
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
