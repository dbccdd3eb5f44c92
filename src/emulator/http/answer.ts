import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { HttpError } from "./http-error.ts";
import type { Answer } from "./router.ts";

/** Turns whatever was thrown into an answer. Source: protocol reference 2.3. */
export function answerTo(error: unknown, request: IncomingMessage): Answer {
  if (error instanceof HttpError) {
    const { status, body, headers } = error;
    return { status, headers, ...(typeof body === "string" ? { text: body } : { json: body }) };
  }
  const shown = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    status: 500,
    json: { error: `Unexpected exception ${shown}. Path with query: ${request.url ?? ""}.` },
  };
}

/** Writes an answer, unless the route already began one. */
export function send(response: ServerResponse, answer: Answer): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { body, type } = bodyOf(answer);
  response.writeHead(answer.status, {
    ...(type === undefined ? {} : { "Content-Type": type }),
    ...(answer.status === 204 ? {} : { "Content-Length": body.length }),
    ...answer.headers,
  });
  response.end(response.req.method === "HEAD" ? undefined : body);
}

/**
 * Refuses a WebSocket handshake. `X-Error` carries the body only for the headers that the platform looks for.
 * Source: protocol reference 2.5.
 */
export function refuseUpgrade(
  socket: Duplex,
  request: IncomingMessage,
  refusal: Answer & { version: string },
): void {
  const { body, type } = bodyOf(refusal);
  const exact =
    request.headers.connection?.toLowerCase() === "upgrade" &&
    request.headers.upgrade?.toLowerCase() === "websocket";
  const headers = {
    "X-Service-Version": refusal.version,
    ...(exact ? { "X-Error": body.toString("utf8") } : {}),
    "Content-Type": type ?? "text/plain",
    "Content-Length": String(body.length),
    ...refusal.headers,
    Connection: "close",
  };
  const lines = [
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? "Refused"}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${headerText(value)}`),
  ];
  const sent = request.method === "HEAD" ? Buffer.alloc(0) : body;
  socket.end(Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), sent]));
}

function bodyOf({ json, text }: Answer): { body: Buffer; type?: string } {
  if (json !== undefined) {
    return { body: Buffer.from(pythonJson(json)), type: "application/json; charset=utf-8" };
  }
  if (text !== undefined) return { body: Buffer.from(text), type: "text/plain; charset=utf-8" };
  return { body: Buffer.alloc(0) };
}

/** Numbers that are floats on the platform, and written with a fraction. Source: protocol reference 3.7, 4.8. */
const FLOATS = new Set(["available_cpu", "cpu", "run_time_seconds", "schedule_timeout", "timestamp"]);

/** JSON with the blanks, the ASCII escapes and the floats of the platform's encoder. */
export function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const items = Object.entries(value).filter(([, item]) => item !== undefined);
    return `{${items.map(([key, item]) => `${pythonJson(key)}: ${member(key, item)}`).join(", ")}}`;
  }
  return ascii(JSON.stringify(value) ?? "null");
}

function member(key: string, value: unknown): string {
  const isWhole = FLOATS.has(key) && typeof value === "number" && Number.isInteger(value);
  return isWhole ? `${pythonJson(value)}.0` : pythonJson(value);
}

function ascii(text: string): string {
  return text.replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function headerText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, " ");
}
