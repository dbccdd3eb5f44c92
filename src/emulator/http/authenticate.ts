import type { IncomingMessage } from "node:http";
import type { Tokens } from "../state/tokens.ts";
import { failure, HttpError } from "./http-error.ts";

const PROTOCOL_PREFIX = "bearer.apolo.us-";

/** The caller, or undefined if no valid token came. @throws {HttpError} 400 on a malformed header. Source: protocol reference 1.6. */
export function callerOf(
  request: IncomingMessage,
  query: URLSearchParams,
  tokens: Tokens,
): string | undefined {
  const token = tokenOf(request, query);
  return token === undefined ? undefined : tokens.userOf(token);
}

/** The answer to a call without a valid token. Source: protocol reference 2.3. */
export function unauthorized(): HttpError {
  return new HttpError(401, "401: Unauthorized");
}

function tokenOf(request: IncomingMessage, query: URLSearchParams): string | undefined {
  const header = request.headers.authorization;
  if (header !== undefined) return fromHeader(header);
  const offered = request.headers["sec-websocket-protocol"] ?? "";
  const element = offered.split(" ").find((item) => item.startsWith(PROTOCOL_PREFIX));
  return element?.slice(PROTOCOL_PREFIX.length) ?? query.get("neuro-auth-token") ?? undefined;
}

function fromHeader(header: string): string {
  const space = header.indexOf(" ");
  if (space < 0) throw failure(400, "No credentials");
  if (header.slice(0, space).toLowerCase() !== "bearer")
    throw failure(400, "Unexpected authorization scheme");
  return header.slice(space + 1);
}
