import { type SettingValues, shown } from "./values.ts";

const PORT = 8811;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1|\[::1\])$/i;

/** A path as it was written, made absolute. */
export type PathOf = (path: string | undefined) => string | undefined;
type HttpSettings = ReturnType<typeof httpSettings>;

/** How MCP is served over HTTP. */
export function httpSettings(given: SettingValues, pathOf: PathOf) {
  const { port = PORT, host = "127.0.0.1", auth, stateless } = given;
  return {
    port,
    // As an address of IPv6 stands in a URL.
    host: host.replace(/^\[(.*)\]$/, "$1"),
    /** Names in the headers Host and Origin, besides those of loopback. */
    allowedHosts: given["allowed-host"],
    /** `platform`: each caller's own token; absent: `tokenFile`, else whoever reaches the address. */
    auth,
    tokenFile: pathOf(given["http-token-file"]),
    tlsCert: pathOf(given["tls-cert"]),
    tlsKey: pathOf(given["tls-key"]),
    trustProxy: given["trust-proxy"],
    stateless,
    allowForward: given["allow-forward"],
    drainSeconds: given["drain-seconds"],
    keyFile: pathOf(given["key-file"]),
  };
}

/** Why the server must not start like this, and how it may. */
export function httpProblem(http: HttpSettings): string | undefined {
  const { host, auth, tokenFile, tlsCert, tlsKey, trustProxy } = http;
  if (auth !== undefined && tokenFile !== undefined)
    return "--auth platform and --http-token-file are two ways to say who may call: keep one";
  if (tlsCert !== undefined && tlsKey === undefined)
    return "--tls-cert needs the private key of the certificate: add e.g. --tls-key tls.key";
  if (tlsKey !== undefined && tlsCert === undefined)
    return "--tls-key needs the certificate: add e.g. --tls-cert tls.crt";
  if (tlsCert !== undefined && trustProxy)
    return "--tls-cert serves TLS here, --trust-proxy leaves it to a proxy in front: keep one";
  if (auth !== undefined || tokenFile !== undefined) return undefined;
  if (!isLoopback(host)) return openToOthers(`--host ${shown(host)}`);
  return trustProxy ? openToOthers("--trust-proxy") : undefined;
}

/** What whoever starts the server like this should know. */
export function httpWarnings(http: HttpSettings | undefined): string[] {
  if (http === undefined || isLoopback(http.host) || http.tlsCert !== undefined || http.trustProxy) return [];
  return [
    `callers' tokens reach ${shown(http.host)} unencrypted: give --tls-cert and --tls-key, or put a proxy with TLS in ` +
      "front and say --trust-proxy",
  ];
}

function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

function openToOthers(flag: string): string {
  return (
    `${flag} lets others call: say who may, by --auth platform (everybody's own Apolo token) or ` +
    `--http-token-file FILE (one shared secret), e.g. apolo-jobs-mcp --http ${flag} --auth platform`
  );
}
