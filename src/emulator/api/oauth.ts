import { hash, randomBytes } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { ApiContext } from "../context.ts";
import { empty, HttpError, json, text } from "../http/answer.ts";
import { type App, type Call, queryOf, readForm } from "../http/call.ts";
import { LOGIN_COOKIE, PUBLISHED } from "./published.ts";

const LIFE_SECONDS = 3600;

/** Where a browser may be sent with a code; the official client listens on one of them. Source: protocol reference 1.4. */
export const CALLBACK_URLS = ["http://127.0.0.1:54540", "http://127.0.0.1:54541", "http://127.0.0.1:54542"];

export function headlessCallbackUrl(origin: string): string {
  return `${origin}/oauth/show-code`;
}

/** Login pages and token endpoint; where no token was chosen nothing is asked. Source: protocol reference 1.4. */
export function oauthRoutes(app: App, context: ApiContext): void {
  const { platform, tokens, asksToken, clock } = context;
  const codes = openLoginCodes(clock);
  const [owner = ""] = platform.users;
  const landing = (call: Call) => landingOf(context.origin, queryOf(call).get("redirect_uri"));
  const land = (user: string, { url, isCallback }: ReturnType<typeof landingOf>, call: Call) => {
    if (!isCallback) {
      const cookie = `${LOGIN_COOKIE}=${tokens.mint(user)}; Path=/${PUBLISHED}/; HttpOnly; SameSite=Lax`;
      return empty(302, { Location: url.pathname + url.search, "Set-Cookie": cookie });
    }
    const challenge = queryOf(call).get("code_challenge");
    const target = new URL(url);
    target.searchParams.set("code", codes.issue({ user, callback: url.href, challenge }));
    return empty(302, { Location: target.href });
  };
  app.get("/authorize", (call) => {
    const place = landing(call);
    return asksToken || !place.isCallback ? loginPage(200, asksToken) : land(owner, place, call);
  });
  app.post("/authorize", async (call) => {
    const place = landing(call);
    const typed = (await readForm(call)).get("token") ?? "";
    const user = asksToken ? tokens.userOf(typed) : owner;
    return user === undefined ? loginPage(403, asksToken) : land(user, place, call);
  });
  app.post("/oauth/token", async (call) => json(exchange(context, codes, await readForm(call))));
  app.get("/oauth/show-code", (call) => text(queryOf(call).get("code") ?? ""));
  app.get("/oauth/done", () => text("You are logged in."));
  app.get("/v2/logout", () => text("You are logged out."));
}

/** @throws {HttpError} 403 for a grant or code that is not valid. */
function exchange({ tokens }: ApiContext, codes: LoginCodes, form: URLSearchParams): object {
  const grant = form.get("grant_type");
  const refreshes = grant === "refresh_token";
  if (!refreshes && grant !== "authorization_code")
    throw denied("unsupported_grant_type", "The grant type is not supported.");
  const user = refreshes ? tokens.refreshedBy(form.get("refresh_token") ?? "") : codes.redeem(form);
  if (user === undefined)
    throw denied("invalid_grant", `Unknown or invalid ${refreshes ? "refresh_token" : "code"}.`);
  const bought = { access_token: tokens.mint(user), expires_in: LIFE_SECONDS, token_type: "Bearer" };
  return refreshes ? bought : { ...bought, refresh_token: tokens.mintRefresh(user) };
}

/** Where a login ends: at a client that waits for a code, or at a job's page. @throws {HttpError} 400 for anywhere else. */
function landingOf(origin: string, target: string | null) {
  if (target === null) throw new HttpError(400, "redirect_uri is missing");
  const url = URL.canParse(target, origin) ? new URL(target, origin) : undefined;
  const callbacks = [...CALLBACK_URLS, headlessCallbackUrl(origin)].map((known) => new URL(known).href);
  const isCallback = url !== undefined && callbacks.includes(url.href);
  const isJob = url?.origin === origin && url.pathname.startsWith(`/${PUBLISHED}/`);
  if (url === undefined || !(isCallback || isJob))
    throw new HttpError(400, "redirect_uri is none of the callback_urls in /config");
  return { url, isCallback };
}

/** The form goes to the page's own address: nothing of the request is written into it. */
function loginPage(status: number, asksToken: boolean): Response {
  const page = [
    "<!doctype html><title>Apolo emulator</title><h1>Apolo emulator</h1>",
    status === 403 ? "<p>That token is not valid here.</p>" : "",
    '<form method="post">',
    asksToken ? '<label>Token <input name="token" type="password" autofocus></label> ' : "",
    "<button>Log in</button></form>\n",
  ].join("");
  return text(page, status, { "Content-Type": "text/html; charset=utf-8" });
}

function denied(error: string, description: string): HttpError {
  return new HttpError(403, { error, error_description: description });
}

const CODE_LIFE_MS = 60_000;
/** The most logins under way; the oldest is dropped. */
const MOST_CODES = 100;

interface Login {
  user: string;
  callback: string;
  /** SHA-256 of the verifier needed to redeem the code; null if the client sent none. */
  challenge: string | null;
}

type LoginCodes = ReturnType<typeof openLoginCodes>;

/** Codes that a browser carries from the login page to the client. Each works once, for a minute. Source: protocol reference 1.4. */
function openLoginCodes(clock: Clock) {
  const open = new Map<string, Login & { untilMs: number }>();
  return {
    issue(login: Login): string {
      const [oldest] = open.keys();
      if (open.size >= MOST_CODES && oldest !== undefined) open.delete(oldest);
      const code = randomBytes(24).toString("base64url");
      open.set(code, { ...login, untilMs: clock.nowMs() + CODE_LIFE_MS });
      return code;
    },
    /** The user, if the form of `POST token_url` holds a valid code with its verifier and address. */
    redeem(form: URLSearchParams): string | undefined {
      const code = form.get("code") ?? "";
      const login = open.get(code);
      open.delete(code);
      if (login === undefined || login.untilMs < clock.nowMs()) return undefined;
      const { user, callback, challenge } = login;
      const verified =
        challenge === null || challenge === hash("sha256", form.get("code_verifier") ?? "", "base64url");
      const returned = form.get("redirect_uri") ?? callback;
      return verified && URL.canParse(returned) && new URL(returned).href === callback ? user : undefined;
    },
  };
}
