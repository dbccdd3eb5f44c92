import { createHash, randomBytes } from "node:crypto";
import type { Clock } from "../clock.ts";

const LIFE_MS = 60_000;
/** More logins than that at a time are nobody's. */
const MOST = 100;

interface Login {
  user: string;
  callback: string;
  /** SHA-256 of the verifier that whoever redeems the code must know; null if the client made none. */
  challenge: string | null;
}

/** Codes that a browser carries from the login page to the client. Each works once, for a minute. Source: protocol reference 1.4. */
export interface LoginCodes {
  issue(login: Login): string;
  /** The user, if the form of `POST token_url` holds a good code and what belongs to it. */
  redeem(form: URLSearchParams): string | undefined;
}

export function openLoginCodes(clock: Clock): LoginCodes {
  const open = new Map<string, Login & { untilMs: number }>();
  return {
    issue(login) {
      const [oldest] = open.keys();
      if (open.size >= MOST && oldest !== undefined) open.delete(oldest);
      const code = randomBytes(24).toString("base64url");
      open.set(code, { ...login, untilMs: clock.nowMs() + LIFE_MS });
      return code;
    },
    redeem(form) {
      const code = form.get("code") ?? "";
      const login = open.get(code);
      open.delete(code);
      if (login === undefined || login.untilMs < clock.nowMs()) return undefined;
      const { user, callback, challenge } = login;
      const verified = challenge === null || challenge === hashOf(form.get("code_verifier") ?? "");
      const returned = form.get("redirect_uri") ?? callback;
      return verified && URL.canParse(returned) && new URL(returned).href === callback ? user : undefined;
    },
  };
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
