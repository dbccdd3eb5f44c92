import type { IncomingMessage } from "node:http";
import { failure, HttpError } from "./http-error.ts";
import { decodeJson } from "./python-decoder.ts";
import { decodeUtf8 } from "./utf8.ts";

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
  const body = await readBody(request);
  try {
    return decodeJson(decodeUtf8(body));
  } catch (error) {
    if (error instanceof SyntaxError) throw failure(400, error.message, error);
    throw error;
  }
}

/** The body as a form. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  return new URLSearchParams((await readBody(request)).toString("utf8"));
}
