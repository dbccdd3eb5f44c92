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
export function failure(status: number, text: string, cause?: unknown): HttpError {
  return new HttpError(status, { error: text }, { cause });
}
