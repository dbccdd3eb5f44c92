const WELL_KNOWN = "/.well-known/oauth-protected-resource";
const ENDPOINT = "/mcp";

/** As it stands in an address: it gets into headers and documents. */
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d+)?$/;

/** The origin by which callers know this server; `trustsProxy` believes what a proxy in front says of it. */
export function originOf({ url, headers }: Request, trustsProxy: boolean): string {
  const own = new URL(url);
  const told = (name: string) => (trustsProxy ? first(headers.get(name)) : undefined);
  const scheme = told("x-forwarded-proto") ?? own.protocol.slice(0, -1);
  const host = [told("x-forwarded-host"), own.host].find((name) => name !== undefined && HOST.test(name));
  return `${scheme === "https" ? "https" : "http"}://${host ?? "localhost"}`;
}

/** Each proxy appends its own; the first is what the caller used. */
function first(header: string | null): string | undefined {
  return header?.split(",")[0]?.trim().toLowerCase() || undefined;
}

/** Where the metadata of this server's endpoint is. Source: RFC 9728, 3.1. */
export function metadataUrl(origin: string): string {
  return `${origin}${WELL_KNOWN}${ENDPOINT}`;
}

/** Where clients look for the metadata. */
export const METADATA_PATHS = [WELL_KNOWN, WELL_KNOWN + ENDPOINT];

/**
 * Tells clients where to log in. The SDK's `oauthMetadataResponse` would publish metadata of the authorization server
 * as well, which the platform does not tell. Source: RFC 9728, 2.
 */
export function metadataAnswer(request: Request, origin: string, authorizationServer?: string): Response {
  const headers = { "access-control-allow-origin": "*", "cache-control": "max-age=3600" };
  if (request.method === "OPTIONS")
    return new Response(null, { status: 204, headers: { ...headers, "access-control-allow-headers": "*" } });
  if (request.method !== "GET" && request.method !== "HEAD")
    return new Response(null, { status: 405, headers: { allow: "GET" } });
  const metadata = {
    resource: origin + ENDPOINT,
    resource_name: "Jobs of the Apolo platform",
    bearer_methods_supported: ["header"],
    ...(authorizationServer === undefined ? {} : { authorization_servers: [authorizationServer] }),
  };
  return Response.json(metadata, { headers });
}
