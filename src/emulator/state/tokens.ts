import { createHmac, timingSafeEqual } from "node:crypto";

/** Makes and recognises bearer tokens. Source: protocol reference 1.6, 7.1. */
export interface Tokens {
  mint(user: string, uri?: string): string;
  /** The user a token stands for; undefined for anything this emulator did not make. */
  userOf(token: string): string | undefined;
}

/**
 * Opens tokens signed with `key`. A `fixed` token also stands for its user, whatever it looks like, so that a
 * person can choose it.
 */
export function openTokens(key: string, fixed?: { token: string; user: string }): Tokens {
  const sign = (text: string) => createHmac("sha256", key).update(text).digest("base64url");
  return {
    mint(user, uri) {
      const claims = uri === undefined ? { identity: user } : { identity: user, uri };
      const text = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}`;
      return `${text}.${sign(text)}`;
    },
    userOf(token) {
      if (fixed !== undefined && same(token, fixed.token)) return fixed.user;
      const [header, claims, signature, ...rest] = token.split(".");
      if (header === undefined || claims === undefined || signature === undefined || rest.length > 0)
        return undefined;
      return same(signature, sign(`${header}.${claims}`)) ? identityOf(token) : undefined;
    },
  };
}

const USER_CLAIM = "https://platform.neuromation.io/user";

/** The user a JWT names, unverified; undefined if it is none. Source: protocol reference 1.6. */
export function identityOf(token: string): string | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    if (typeof claims !== "object" || claims === null) return undefined;
    const named = new Map<string, unknown>(Object.entries(claims));
    const user = named.get("identity") ?? named.get(USER_CLAIM);
    return typeof user === "string" ? user : undefined;
  } catch {
    return undefined;
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
