import { readForm } from "../http/body.ts";
import { HttpError } from "../http/http-error.ts";
import type { Answer, ApiRoute } from "../http/router.ts";
import type { ApiContext } from "./context.ts";
import { type LoginCodes, openLoginCodes } from "./login-codes.ts";
import { LOGIN_COOKIE, PUBLISHED } from "./published.ts";

const LIFE_SECONDS = 3600;

/** Where a browser may be sent with a code; the official client listens on one of them. Source: protocol reference 1.4. */
export const CALLBACK_URLS = ["http://127.0.0.1:54540", "http://127.0.0.1:54541", "http://127.0.0.1:54542"];

export function headlessCallbackUrl(origin: string): string {
  return `${origin}/oauth/show-code`;
}

/**
 * The login pages and the token endpoint. Where no token was chosen the login asks nothing: who reaches the page
 * of an emulator on loopback is the first user. Source: protocol reference 1.4.
 */
export function oauthRoutes(context: ApiContext): ApiRoute[] {
  const { platform, tokens, asksToken } = context;
  const codes = openLoginCodes(context.clock);
  const page = (path: string, text: string): ApiRoute => ({
    method: "GET",
    path,
    auth: "none",
    handle: async () => ({ status: 200, text }),
  });
  const land = (user: string, { url, isCallback }: Landing, query: URLSearchParams): Answer => {
    if (!isCallback) {
      const cookie = `${LOGIN_COOKIE}=${tokens.mint(user)}; Path=/${PUBLISHED}/; HttpOnly; SameSite=Lax`;
      return redirect(url.pathname + url.search, { "Set-Cookie": cookie });
    }
    const code = codes.issue({ user, callback: url.href, challenge: query.get("code_challenge") });
    const target = new URL(url);
    target.searchParams.set("code", code);
    return redirect(target.href);
  };
  return [
    {
      method: "GET",
      path: "/authorize",
      auth: "none",
      async handle({ query }) {
        const landing = landingOf(context.origin, query.get("redirect_uri"));
        if (asksToken || !landing.isCallback) return loginPage(200, { asksToken });
        return land(platform.users[0] ?? "", landing, query);
      },
    },
    {
      method: "POST",
      path: "/authorize",
      auth: "none",
      async handle({ query, request }) {
        const landing = landingOf(context.origin, query.get("redirect_uri"));
        const typed = (await readForm(request)).get("token") ?? "";
        const user = asksToken ? tokens.userOf(typed) : platform.users[0];
        return user === undefined ? loginPage(403, { asksToken }) : land(user, landing, query);
      },
    },
    {
      method: "POST",
      path: "/oauth/token",
      auth: "none",
      handle: async ({ request }) => ({
        status: 200,
        json: exchange(context, codes, await readForm(request)),
      }),
    },
    {
      method: "GET",
      path: "/oauth/show-code",
      auth: "none",
      handle: async ({ query }) => ({ status: 200, text: query.get("code") ?? "" }),
    },
    page("/oauth/done", "You are logged in."),
    page("/v2/logout", "You are logged out."),
  ];
}

/** @throws {HttpError} 403 for what buys nothing. */
function exchange({ tokens }: ApiContext, codes: LoginCodes, form: URLSearchParams): object {
  const bought = (user: string) => ({
    access_token: tokens.mint(user),
    expires_in: LIFE_SECONDS,
    token_type: "Bearer",
  });
  const grant = form.get("grant_type");
  if (grant === "refresh_token") {
    const user = tokens.refreshedBy(form.get("refresh_token") ?? "");
    if (user === undefined) throw denied("invalid_grant", "Unknown or invalid refresh_token.");
    return bought(user);
  }
  if (grant !== "authorization_code")
    throw denied("unsupported_grant_type", "The grant type is not supported.");
  const user = codes.redeem(form);
  if (user === undefined) throw denied("invalid_grant", "Unknown or invalid code.");
  return { ...bought(user), refresh_token: tokens.mintRefresh(user) };
}

/** Where a login ends: at a client that waits for a code, or at the page of a job. */
interface Landing {
  url: URL;
  isCallback: boolean;
}

/** @throws {HttpError} 400 for any place that `/config` does not name and that is no job's page. */
function landingOf(origin: string, target: string | null): Landing {
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
function loginPage(status: number, { asksToken }: { asksToken: boolean }): Answer {
  const text = [
    "<!doctype html><title>Apolo emulator</title><h1>Apolo emulator</h1>",
    status === 403 ? "<p>That token is not valid here.</p>" : "",
    '<form method="post">',
    asksToken ? '<label>Token <input name="token" type="password" autofocus></label> ' : "",
    "<button>Log in</button></form>\n",
  ].join("");
  return { status, text, headers: { "Content-Type": "text/html; charset=utf-8" } };
}

function redirect(location: string, headers: Record<string, string> = {}): Answer {
  return { status: 302, headers: { Location: location, ...headers } };
}

function denied(error: string, description: string): HttpError {
  return new HttpError(403, { error, error_description: description });
}
