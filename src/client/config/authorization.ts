import { z } from "zod";
import { parseJson } from "../../json.ts";
import { signalOf, startCall } from "../call.ts";
import { PlatformClock } from "../clock.ts";
import { PlatformError } from "../errors.ts";
import { poolExchange } from "../http/exchange.ts";
import { describe } from "../http/index.ts";
import { networkError } from "../http/network-error.ts";
import { Connections } from "../http/proxies.ts";
import type { ConnectOptions } from "../platform.ts";
import { apiBase } from "./clusters.ts";

const LIMIT_MS = 10_000;
const WHAT = "Asking the platform where to log in";

const wireAuthorization = z.object({ auth_url: z.url().nullish() });

/**
 * Where users of the platform at `url` log in: the issuer of its tokens, undefined where it names none. Needs no
 * login. @throws {PlatformError} `unavailable` · `timed_out` · `protocol_error`. Source: protocol reference 1.7.
 */
export async function authorizationServer(
  url: string,
  { env = {}, userAgent = "apolo-jobs-mcp" }: Pick<ConnectOptions, "env" | "userAgent"> = {},
): Promise<string | undefined> {
  const connections = new Connections(env);
  const { signal, close } = signalOf(startCall({ timeoutMs: LIMIT_MS }));
  const request = { method: "GET", url: `${apiBase(url)}/config` };
  const headers = { accept: "application/json", "user-agent": userAgent };
  try {
    const answer = await poolExchange(connections, new PlatformClock())({ ...request, headers, signal });
    const found = wireAuthorization.safeParse(parseJson(await answer.text()));
    if (found.success) return found.data.auth_url ? new URL("/", found.data.auth_url).href : undefined;
    const code = answer.status >= 500 ? "unavailable" : "protocol_error";
    throw new PlatformError(
      code,
      `${WHAT} failed: its answer, with status ${answer.status}, is not understood.`,
      {
        request: { ...describe(request), status: answer.status },
      },
    );
  } catch (error) {
    throw networkError(error, { what: WHAT, request: describe(request), signal });
  } finally {
    close();
    await connections.close();
  }
}
