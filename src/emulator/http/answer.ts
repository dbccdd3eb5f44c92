type HeaderValues = Readonly<Record<string, string>>;

const BODILESS = [204, 205, 304];

export function json(value: unknown, status = 200, headers: HeaderValues = {}): Response {
  return answer(pythonJson(value), status, { "Content-Type": "application/json; charset=utf-8", ...headers });
}

export function text(value: string, status = 200, headers: HeaderValues = {}): Response {
  return answer(value, status, { "Content-Type": "text/plain; charset=utf-8", ...headers });
}

/** A text as it is, anything else as JSON. */
export function said(body: unknown, status: number, headers?: HeaderValues): Response {
  return typeof body === "string" ? text(body, status, headers) : json(body, status, headers);
}

export function empty(status = 204, headers: HeaderValues = {}): Response {
  return answer("", status, headers);
}

function answer(body: string, status: number, headers: HeaderValues): Response {
  const all = new Headers(status === 204 ? {} : { "Content-Length": String(Buffer.byteLength(body)) });
  for (const [name, value] of Object.entries(headers)) all.set(name, value);
  const sent = body === "" || BODILESS.includes(status) ? null : body;
  return new Response(sent, { status, headers: all });
}

/** Numbers that are floats on the platform, and written with a fraction. Source: protocol reference 3.7, 4.8. */
const FLOATS = new Set(["available_cpu", "cpu", "run_time_seconds", "schedule_timeout", "timestamp"]);

/** JSON with the blanks, the ASCII escapes and the floats of the platform's encoder. */
export function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const items = Object.entries(value).filter(([, item]) => item !== undefined);
    const shown = items.map(([key, item]) => {
      const isWholeFloat = FLOATS.has(key) && Number.isInteger(item);
      return `${pythonJson(key)}: ${pythonJson(item)}${isWholeFloat ? ".0" : ""}`;
    });
    return `{${shown.join(", ")}}`;
  }
  const code = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return (JSON.stringify(value) ?? "null").replace(/[\u007f-\uffff]/g, code);
}

type Details = ErrorOptions & { headers?: Record<string, string> };

/** A refusal: a string goes out as plain text, all else as JSON. Source: protocol reference 2.3. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly status: number;
  readonly body: string | object;
  readonly headers: Record<string, string>;

  constructor(status: number, body: string | object, { headers = {}, ...options }: Details = {}) {
    super(`HTTP ${status}`, options);
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
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
  return said(error.body, error.status, error.headers);
}
