import { readFile } from "node:fs/promises";
import { createSecureContext } from "node:tls";
import { hostHeaderValidationResponse, localhostAllowedHostnames } from "@modelcontextprotocol/server";
import { authorizationServer, type Platform, type ServerOptions } from "../../client/index.ts";
import type { Metrics } from "../../observe/metrics.ts";
import type { Policy } from "../../operations/caller.ts";
import type { Observer } from "../../operations/observer.ts";
import { openAuth } from "./auth.ts";
import { Callers } from "./callers.ts";
import { type HttpServer, openHttp } from "./index.ts";
import { page } from "./page.ts";
import { Readiness } from "./readiness.ts";
import type { Visitors } from "./visitors.ts";
import { openGate } from "./who.ts";

/** How MCP is served over HTTP, and to whom. */
interface HttpSettings {
  host: string;
  port: number;
  allowedHosts: readonly string[];
  /** Everybody's own token; absent: the secret in `tokenFile`, else whoever reaches the address. */
  auth?: "platform" | undefined;
  tokenFile?: string | undefined;
  tlsCert?: string | undefined;
  tlsKey?: string | undefined;
  trustProxy: boolean;
  stateless: boolean;
  /** Whether ports on this machine are of use to an agent. */
  allowForward: boolean;
  drainSeconds: number;
}

interface Serving {
  /** The page is for whoever opens it by one of their addresses, and MCP for nobody else. */
  visitors?: Visitors | undefined;
  /** By the server's own login. */
  own: Platform;
  /** API base of the platform. */
  url: string;
  /** For callers with logins of their own. */
  connect: ServerOptions;
  policy: Policy;
  observer?: Observer | undefined;
  metrics?: Metrics | undefined;
}

/** An old client that is idle for so long begins a new session, and whoever calls by a token is asked for anew. */
const IDLE_MS = 30 * 60_000;
const MOST_SESSIONS = 1000;

/** Serves MCP over HTTP as the settings say. @throws if that cannot be: a port that is taken, a file that cannot be read */
export async function serveHttp(
  http: HttpSettings,
  { own, url, connect, policy, observer, metrics, visitors }: Serving,
): Promise<HttpServer & { warnings: string[] }> {
  const given = { auth: http.auth, tokenFile: http.tokenFile };
  const { auth, warnings } =
    visitors === undefined
      ? await openAuth({ ...given, own, url, connect })
      : { auth: visitors.auth(own), warnings: [] };
  const secrets = auth.by === "secret" ? [...policy.secrets, auth.secret.reveal()] : policy.secrets;
  const callers = new Callers({ policy: { ...policy, secrets }, observer, idleMs: IDLE_MS });
  const gate = openGate({ auth, callers, trustsProxy: http.trustProxy });
  const readiness = new Readiness(() => authorizationServer(url, connect));
  // Where nobody has to show a token, a web page that is led here by a name of its own must not read it.
  const names = [...localhostAllowedHostnames(), ...http.allowedHosts];
  const otherHost = (request: Request) =>
    auth.by === "address" ? hostHeaderValidationResponse(request, names) : undefined;
  const server = await openHttp({
    host: http.host,
    port: http.port,
    allowedHosts: http.allowedHosts,
    anyHost: http.allowedHosts.length === 0 && auth.by !== "address" && visitors === undefined,
    tls: await tlsOf(http),
    drainMs: http.drainSeconds * 1000,
    stateless: http.stateless,
    isLocal: http.allowForward,
    sessions: { idleMs: IDLE_MS, most: MOST_SESSIONS },
    admit: gate.admit,
    pages: {
      ...gate.pages,
      "/": page,
      ...(visitors && { "/session": (request) => visitors.redeem(request) }),
      "/healthz": () => new Response("ok\n"),
      "/readyz": () => readiness.answer(),
      ...(metrics && { "/metrics": (request) => otherHost(request) ?? metricsPage(metrics) }),
    },
  });
  metrics?.show("callers", () => callers.size);
  metrics?.show("sessions", () => server.sessions());
  return {
    ...server,
    warnings,
    async close() {
      readiness.end();
      await server.close();
      await callers.close();
    },
  };
}

async function metricsPage({ text, contentType }: Metrics): Promise<Response> {
  return new Response(await text(), { headers: { "content-type": contentType } });
}

async function tlsOf({ tlsCert, tlsKey }: HttpSettings) {
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  const [cert, key] = await Promise.all([read("--tls-cert", tlsCert), read("--tls-key", tlsKey)]);
  try {
    createSecureContext({ cert, key });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`--tls-cert ${tlsCert} and --tls-key ${tlsKey} do not go together: ${why}`, { cause });
  }
  return { cert, key };
}

async function read(flag: string, path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new Error(`${flag}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
