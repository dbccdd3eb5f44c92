import { json, text } from "./answer.ts";

/**
 * An answer other than success. A string body goes out as plain text, anything else as JSON.
 * Source: protocol reference 2.3.
 */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly status: number;
  readonly body: string | object;
  readonly headers: Record<string, string>;

  constructor(status: number, body: string | object, { cause, headers = {} }: ErrorDetails = {}) {
    super(`HTTP ${status}`, cause === undefined ? undefined : { cause });
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

interface ErrorDetails {
  cause?: unknown;
  headers?: Record<string, string>;
}

/** The platform's usual error body, `{"error": text}`. Source: protocol reference 2.3. */
export function failure(status: number, error: string, cause?: unknown): HttpError {
  return new HttpError(status, { error }, { cause });
}

/** The answer to a call without a valid token. Source: protocol reference 2.3. */
export function unauthorized(): HttpError {
  return new HttpError(401, "401: Unauthorized");
}

/** Turns whatever was thrown into an answer. Source: protocol reference 2.3. */
export function answerTo(error: unknown, url = ""): Response {
  if (!(error instanceof HttpError)) {
    const shown = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return json({ error: `Unexpected exception ${shown}. Path with query: ${url}.` }, 500);
  }
  const { status, body, headers } = error;
  return typeof body === "string" ? text(body, status, headers) : json(body, status, headers);
}
