import { errorResponse } from "./responses.ts";

/** JSON-RPC's range for servers; the protocol defines none for these. */
const REFUSED = -32000;

interface Refusal {
  status: number;
  /** Stable, for programs. */
  code: "not_authenticated" | "rate_limited" | "unavailable";
  message: string;
  headers?: Record<string, string>;
}

/** An HTTP answer in which both the status and a JSON-RPC error say why a request is not taken. */
export function refusal({ status, code, message, headers = {} }: Refusal): Response {
  const problem = { code: REFUSED, message, data: { code } };
  return errorResponse(status, problem, null, { ...headers, "cache-control": "no-store" });
}

/** Refuses for want of a token that is accepted, and says where one is to be had. Source: RFC 6750, 3; RFC 9728, 5.1. */
export function unauthorized(message: string, { resourceMetadata, wasGiven }: Challenge): Response {
  const error = wasGiven ? 'error="invalid_token", ' : "";
  const challenge = `Bearer realm="apolo-jobs-mcp", ${error}resource_metadata="${resourceMetadata}"`;
  return refusal({
    ...{ status: 401, code: "not_authenticated", message },
    headers: { "www-authenticate": challenge },
  });
}

interface Challenge {
  resourceMetadata: string;
  /** Whether there was a token at all. */
  wasGiven: boolean;
}

/** Refuses for a while. */
export function notNow(message: string, afterSeconds: number): Response {
  const headers = { "retry-after": String(afterSeconds) };
  return refusal({ status: 503, code: "unavailable", message, headers });
}
