import { createHmac, timingSafeEqual } from "node:crypto";

/** Makes and recognises bearer tokens. Source: protocol reference 1.6, 7.1. */
export type Tokens = ReturnType<typeof openTokens>;

/** Opens tokens signed with `key`; a `fixed` one, chosen by a person, also stands for its user. */
export function openTokens(key: string, fixed?: { token: string; user: string }) {
  const sign = (text: string) => createHmac("sha256", key).update(text).digest("base64url");
  const mint = (user: string, uri?: string) => {
    const claims = uri === undefined ? { identity: user } : { identity: user, uri };
    const text = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}`;
    return `${text}.${sign(text)}`;
  };
  const signed = (token: string) => {
    if (fixed !== undefined && same(token, fixed.token)) return { user: fixed.user };
    const end = token.lastIndexOf(".");
    if (!same(token.slice(end + 1), sign(token.slice(0, Math.max(0, end))))) return undefined;
    return { user: identityOf(token), uri: claimsOf(token).get("uri") };
  };
  return {
    mint,
    /** A refresh token: it buys access tokens and opens nothing itself. */
    mintRefresh: (user: string) => mint(user, REFRESH),
    /** The user a token stands for; undefined for anything this emulator did not make, and for a refresh token. */
    userOf(token: string): string | undefined {
      const found = signed(token);
      const { uri = USABLE } = found ?? {};
      return String(uri).startsWith(USABLE) ? found?.user : undefined;
    },
    /** The user who may have a new token for this one: a refresh token, or any other. */
    refreshedBy: (token: string) => signed(token)?.user,
  };
}

/** What the `uri` of a token that opens the API begins with. */
const USABLE = "token://";
const REFRESH = "refresh://login";

const USER_CLAIM = "https://platform.neuromation.io/user";

/** The user a JWT names, unverified; undefined if it is none. Source: protocol reference 1.6. */
export function identityOf(token: string): string | undefined {
  const claims = claimsOf(token);
  const user = claims.get("identity") ?? claims.get(USER_CLAIM);
  return typeof user === "string" ? user : undefined;
}

function claimsOf(token: string): Map<string, unknown> {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    return new Map(typeof claims === "object" && claims !== null ? Object.entries(claims) : []);
  } catch {
    return new Map();
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** The blob of `APOLO_PASSED_CONFIG` and `NEURO_PASSED_CONFIG`. Source: protocol reference 1.5. */
export function encodeConfig(
  from: Record<"token" | "cluster" | "org" | "project" | "origin", string>,
): string {
  const { token, cluster, org, project, origin } = from;
  const config = { token, cluster, org_name: org, url: `${origin}/api/v1`, project_name: project };
  return Buffer.from(JSON.stringify(config)).toString("base64");
}
