import { field, parseJson } from "../../json.ts";
import { PlatformError } from "../errors.ts";

/** Where the login came from. */
export type LoginSource = "emulator" | "passed-config" | "login" | "token";

/** Who talks to which platform, and what was selected there. */
export interface Login {
  source: LoginSource;
  /** Where it was found: a folder, or the name of a variable. */
  from?: string | undefined;
  /** API base, e.g. `https://api.apolo.us/api/v1`. */
  url: string;
  token: string;
  /** Absent where the login cannot be refreshed. */
  refreshToken?: string | undefined;
  /** Unix milliseconds from which the token is to be refreshed; absent = when the platform says 401. */
  expiresAtMs?: number | undefined;
  tokenUrl?: string | undefined;
  clientId?: string | undefined;
  cluster?: string | undefined;
  org?: string | undefined;
  project?: string | undefined;
  /** Reads the login again, e.g. because the CLI has logged in since. */
  reload?(): Promise<Login>;
}

/** What a person does once a login is no longer taken, to follow a colon. */
export function newLoginText({ source, from }: Login): string {
  if (source === "login") return "run `apolo login` again";
  if (from === undefined) return "run `apolo login` again and send its token";
  const again = `set ${from} to a new one and start again`;
  return source === "token" ? `${again}, or run \`apolo login\`` : again;
}

const CLAIMS = ["identity", "https://platform.neuromation.io/user"];

/**
 * The user a token speaks for; its signature is the server's business. @throws {PlatformError} `no_login`
 * when it is not a token. Source: protocol reference 1.6.
 */
export function userOf(token: string): string {
  const claims = claimsOf(token);
  for (const claim of CLAIMS) {
    const user = field(claims, claim);
    if (typeof user === "string" && user !== "") return user;
  }
  throw new PlatformError("no_login", "The token names no user: log in again with `apolo login`.");
}

/** Until when a token is good, in Unix milliseconds, as far as it tells. Source: protocol reference 1.6. */
export function tokenEndMs(token: string): number | undefined {
  const end = field(claimsOf(token), "exp");
  return typeof end === "number" ? end * 1000 : undefined;
}

function claimsOf(token: string): unknown {
  const [, payload = ""] = token.split(".");
  return parseJson(Buffer.from(payload, "base64url").toString("utf8"));
}
