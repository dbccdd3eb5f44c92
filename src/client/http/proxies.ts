import type { Agent as HttpAgent } from "node:http";
import { HttpsProxyAgent } from "https-proxy-agent";
import { Agent, type Dispatcher, ProxyAgent } from "undici";
import { invalidArgument } from "../errors.ts";

type Environment = Record<string, string | undefined>;

const PROXY_NAMES = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"];
const CONNECT_LIMIT_MS = 30_000;
const KEEP_ALIVE_MS = 30_000;

/** This machine itself, which no proxy leads to. */
const LOOPBACK = /^(?:localhost|.+\.localhost|127(?:\.\d+){3}|\[::1\]|\[::ffff:7f\w\w:\w+\])\.?$/;

interface Found {
  /** The variable it stands in. */
  name: string;
  proxy: string;
}

/**
 * The proxy for `url` by `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` (either case), or undefined.
 * `NO_PROXY` holds hosts, with port if any; `.example.org` and `example.org` also cover what is below; `*` = all.
 * Loopback is never led through a proxy. (proxy-from-env reads `process.env` only, covers nothing below
 * `example.org` and takes a proxy without scheme for an HTTPS one; undici's agent knows no WebSockets.)
 */
function foundFor(url: string, env: Environment): Found | undefined {
  const { protocol, hostname, port, host } = new URL(url);
  if (LOOPBACK.test(hostname)) return undefined;
  const isSecure = protocol === "https:" || protocol === "wss:";
  const names = [isSecure ? "HTTPS_PROXY" : "HTTP_PROXY", "ALL_PROXY"];
  const name = names.find((each) => read(env, each) !== undefined);
  const proxy = name && read(env, name);
  if (name === undefined || proxy === undefined) return undefined;
  const withPort = port === "" ? `${host}:${isSecure ? 443 : 80}` : host;
  const isExempt = (read(env, "NO_PROXY") ?? "")
    .split(/[\s,]+/)
    .some((entry) => covers(entry.toLowerCase(), { hostname, withPort }));
  if (isExempt) return undefined;
  return { name, proxy: proxy.includes("://") ? proxy : `http://${proxy}` };
}

/** The proxy on the way to `url` and the variable that names it, fit to be shown. */
export function proxyInUse(url: string, env: Environment): { variable: string; address: string } | undefined {
  const found = foundFor(url, env);
  if (found === undefined) return undefined;
  const { name, proxy } = found;
  const address = URL.canParse(proxy)
    ? `${new URL(proxy).protocol}//${new URL(proxy).host}`
    : "(its address is not valid)";
  return { variable: name, address };
}

/** Its text is not repeated: it may hold a password. @throws {PlatformError} `invalid_argument` */
function checkProxy({ name, proxy }: Found): void {
  // undici takes SOCKS too, if only for what is no WebSocket.
  if (URL.canParse(proxy) && /^(https?|socks5?):$/.test(new URL(proxy).protocol)) return;
  throw invalidArgument(
    `The variable ${name} is not the address of an HTTP proxy: give one such as http://proxy.example:3128, ` +
      "or name the platform's host in NO_PROXY.",
  );
}

/** The keep-alive connections of one platform: direct ones, and one pool per proxy. */
export class Connections {
  readonly #env: Environment;
  readonly #most: number | null;
  #direct: Agent | undefined;
  readonly #retired = new Set<Dispatcher>();
  readonly #proxied = new Map<string, { pool: ProxyAgent; agent: HttpAgent }>();

  readonly #isProxied: boolean;

  constructor(env: Environment, most?: number) {
    this.#env = env;
    this.#most = most ?? null;
    this.#isProxied = PROXY_NAMES.some((name) => read(env, name) !== undefined);
  }

  dispatcherFor(url: string): Dispatcher {
    const proxied = this.#proxy(url)?.pool;
    if (proxied !== undefined) return proxied;
    // Not before it is wanted: undici is most of what a start would load.
    this.#direct ??= directPool(this.#most);
    return this.#direct;
  }

  /** For WebSockets, which do not go through undici. */
  agentFor(url: string): HttpAgent | undefined {
    return this.#proxy(url)?.agent;
  }

  /** From now on requests open connections anew; what is under way on the old ones goes on. */
  renew(): void {
    if (this.#direct !== undefined) this.#retire(this.#direct);
    this.#direct = undefined;
    for (const [proxy, { pool, agent }] of this.#proxied) {
      this.#retire(pool);
      this.#proxied.set(proxy, { pool: this.#proxyPool(proxy), agent });
    }
  }

  #retire(pool: Dispatcher): void {
    this.#retired.add(pool);
    // A pool that is destroyed meanwhile is closed as well.
    void pool.close().then(
      () => this.#retired.delete(pool),
      () => this.#retired.delete(pool),
    );
  }

  /** The proxy on the way to `url`, fit to be shown. */
  proxyNameFor(url: string): string | undefined {
    return this.#isProxied ? proxyInUse(url, this.#env)?.address : undefined;
  }

  async close(): Promise<void> {
    const proxied = [...this.#proxied.values()];
    const direct = this.#direct === undefined ? [] : [this.#direct];
    const pools = [...direct, ...this.#retired, ...proxied.map(({ pool }) => pool)];
    await Promise.all(pools.map((pool) => pool.destroy()));
    for (const { agent } of proxied) agent.destroy();
  }

  #proxyPool(uri: string): ProxyAgent {
    return new ProxyAgent({ uri, connections: this.#most });
  }

  #proxy(url: string): { pool: ProxyAgent; agent: HttpAgent } | undefined {
    const found = this.#isProxied ? foundFor(url, this.#env) : undefined;
    if (found === undefined) return undefined;
    const { proxy } = found;
    if (!this.#proxied.has(proxy)) checkProxy(found);
    const known = this.#proxied.get(proxy) ?? {
      pool: this.#proxyPool(proxy),
      agent: new HttpsProxyAgent(proxy),
    };
    this.#proxied.set(proxy, known);
    return known;
  }
}

function directPool(most: number | null): Agent {
  return new Agent({
    connections: most,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connect: { timeout: CONNECT_LIMIT_MS },
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

function read(env: Environment, name: string): string | undefined {
  return env[name.toLowerCase()]?.trim() || env[name]?.trim() || undefined;
}

function covers(entry: string, { hostname, withPort }: { hostname: string; withPort: string }): boolean {
  if (entry === "") return false;
  if (entry === "*" || entry === hostname || entry === withPort) return true;
  const domain = entry.replace(/^\*?\./, "");
  return hostname.endsWith(`.${domain}`) || withPort.endsWith(`.${domain}`);
}
