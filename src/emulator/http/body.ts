import type { IncomingMessage } from "node:http";
import { failure, HttpError } from "./http-error.ts";

/** Largest JSON or form body; the platform's web framework stops there too. */
const MAX_BODY_BYTES = 1024 * 1024;

/**
 * The whole body. @throws {HttpError} 413 above 1 MiB, once the rest of it is read too: what is left unread would
 * stand in the way of the connection's next request.
 */
async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size <= MAX_BODY_BYTES) chunks.push(bytes);
  }
  if (size <= MAX_BODY_BYTES) return Buffer.concat(chunks);
  const text = `Maximum request body size ${MAX_BODY_BYTES} exceeded, actual body size ${size}`;
  throw new HttpError(413, text);
}

/** The body as JSON. @throws {HttpError} 400 with the text of the platform's decoder. Source: protocol reference 3.8. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const text = (await readBody(request)).toString("utf8");
  try {
    return JSON.parse(text);
  } catch {
    return decodeLoosely(text);
  }
}

/** The platform takes `NaN` too, which no check lets pass; of what is no JSON it names the beginning. */
function decodeLoosely(text: string): unknown {
  try {
    return JSON.parse(text.replace(/(?<=[[:,]\s*)(NaN|-?Infinity)(?=\s*[\],}])/g, "null"));
  } catch (error) {
    const start = /^\s*(\{\s*(?!["}\s]))?/.exec(text)?.[0] ?? "";
    const wanted = start.trim() === "" ? "value" : "property name enclosed in double quotes";
    const before = start.split("\n");
    const place = `line ${before.length} column ${(before.at(-1)?.length ?? 0) + 1} (char ${start.length})`;
    throw failure(400, `Expecting ${wanted}: ${place}`, error);
  }
}

/** The body as a form. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  return new URLSearchParams((await readBody(request)).toString("utf8"));
}
