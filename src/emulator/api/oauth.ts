import { readForm } from "../http/body.ts";
import { HttpError } from "../http/http-error.ts";
import type { Answer, ApiRoute } from "../http/router.ts";
import type { ApiContext } from "./context.ts";

const LIFE_SECONDS = 3600;

/**
 * The login pages and the token endpoint. Logging in asks nothing: whoever reaches the emulator's page is the
 * first user. Source: protocol reference 1.4.
 */
export function oauthRoutes(context: ApiContext): ApiRoute[] {
  const user = context.platform.users[0] ?? "";
  const page = (path: string, text: string): ApiRoute => ({
    method: "GET",
    path,
    auth: "none",
    handle: async () => ({ status: 200, text }),
  });
  return [
    {
      method: "GET",
      path: "/authorize",
      auth: "none",
      async handle({ query }) {
        const target = query.get("redirect_uri") ?? "";
        if (!URL.canParse(target)) return { status: 400, text: "redirect_uri is missing" };
        const url = new URL(target);
        url.searchParams.set("code", context.tokens.mint(user, "code://login"));
        return { status: 302, headers: { Location: url.href } };
      },
    },
    {
      method: "POST",
      path: "/oauth/token",
      auth: "none",
      handle: async ({ request }) => exchange(context, await readForm(request)),
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

function exchange({ tokens }: ApiContext, form: URLSearchParams): Answer {
  const grant = form.get("grant_type");
  const field = { refresh_token: "refresh_token", authorization_code: "code" }[grant ?? ""];
  if (field === undefined) throw denied("unsupported_grant_type", "The grant type is not supported.");
  const user = tokens.userOf(form.get(field) ?? "");
  if (user === undefined) throw denied("invalid_grant", `Unknown or invalid ${field}.`);
  const refreshed = { access_token: tokens.mint(user), expires_in: LIFE_SECONDS, token_type: "Bearer" };
  if (field === "refresh_token") return { status: 200, json: refreshed };
  return { status: 200, json: { ...refreshed, refresh_token: tokens.mint(user, "refresh://login") } };
}

function denied(error: string, description: string): HttpError {
  return new HttpError(403, { error, error_description: description });
}
