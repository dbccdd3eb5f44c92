import type { IncomingMessage } from "node:http";
import { failure, HttpError } from "./http-error.ts";

/** Largest JSON or form body; the platform's web framework stops there too. */
const MAX_BODY_BYTES = 1024 * 1024;

/** The whole body. @throws {HttpError} 413 above 1 MiB. */
async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > MAX_BODY_BYTES) {
      throw new HttpError(
        413,
        `Maximum request body size ${MAX_BODY_BYTES} exceeded, actual body size ${size}`,
      );
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** The body as JSON. @throws {HttpError} 400 with the text of the platform's decoder. Source: protocol reference 3.8. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const body = (await readBody(request)).toString("utf8");
  try {
    return JSON.parse(body);
  } catch (error) {
    throw failure(400, decoderText(body, error));
  }
}

/** The body as a form. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  return new URLSearchParams((await readBody(request)).toString("utf8"));
}

function decoderText(body: string, error: unknown): string {
  const shown = /position (\d+)/.exec(error instanceof Error ? error.message : "")?.[1];
  const at = shown === undefined ? body.trimEnd().length : Number(shown);
  const lines = body.slice(0, at).split("\n");
  return `Expecting value: line ${lines.length} column ${(lines.at(-1)?.length ?? 0) + 1} (char ${at})`;
}
