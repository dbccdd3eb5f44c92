import { parseJson } from "../../json.ts";
import { PlatformError } from "../errors.ts";

const CLAIMS = ["identity", "https://platform.neuromation.io/user"];

/**
 * The user a token speaks for; its signature is the server's business. @throws {PlatformError} `no_login`
 * when it is not a token. Source: protocol reference 1.6.
 */
export function userOf(token: string): string {
  const claims = payloadOf(token);
  for (const claim of CLAIMS) {
    const user = claims[claim];
    if (typeof user === "string" && user !== "") return user;
  }
  throw new PlatformError("no_login", "The token names no user: log in again with `apolo login`.");
}

function payloadOf(token: string): Record<string, unknown> {
  const [, payload = ""] = token.split(".");
  const claims = parseJson(Buffer.from(payload, "base64url").toString("utf8"));
  // A JSON object has string keys; each value is checked where it is read.
  return typeof claims === "object" && claims !== null ? (claims as Record<string, unknown>) : {};
}
