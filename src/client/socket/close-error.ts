import { type ErrorCode, type FailedRequest, PlatformError } from "../errors.ts";
import { shownWords } from "../http/server-error.ts";

const NORMAL = new Set([1000, 1001, 1005]);

const CODES: Record<number, ErrorCode> = {
  1002: "protocol_error",
  1003: "protocol_error",
  1006: "unavailable",
  1007: "protocol_error",
  1008: "not_permitted",
  1009: "protocol_error",
  1012: "unavailable",
  1013: "unavailable",
};

/** What a WebSocket's close code says, or undefined for a normal end. Source: protocol reference 2.5. */
export function closeError(end: {
  what: string;
  code: number;
  reason: string;
  request: FailedRequest;
}): PlatformError | undefined {
  const { what, code, request } = end;
  if (NORMAL.has(code)) return undefined;
  const serverText = shownWords(end.reason);
  const said =
    serverText === "" ? (code === 1006 ? "the connection was lost" : "no reason given") : serverText;
  return new PlatformError(
    CODES[code] ?? "platform_error",
    `${what} ended early (close code ${code}): ${said}`,
    { request: { ...request, closeCode: code }, serverText },
  );
}
