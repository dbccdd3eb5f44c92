import type { CallOptions } from "./call.ts";
import { PlatformClock } from "./clock.ts";
import { Directory, type Place, type PlatformContext } from "./config/clusters.ts";
import type { Connection } from "./connection.ts";
import type { PlatformError } from "./errors.ts";
import { poolExchange } from "./http/exchange.ts";
import { Http } from "./http/index.ts";
import { observed } from "./http/observed.ts";
import { Connections } from "./http/proxies.ts";
import { type Jobs, jobsOf } from "./jobs.ts";
import type { Login } from "./login/login.ts";
import { Session } from "./login/session.ts";
import type { PlatformObserver } from "./observer.ts";
import { Sockets } from "./socket/index.ts";
import type { TakeSeat } from "./socket/seats.ts";
import { Starts } from "./start/under-way.ts";

/** How to reach the platform. */
export interface ConnectOptions {
  userAgent?: string | undefined;
  /** Where proxies are read from: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY. */
  env?: Record<string, string | undefined> | undefined;
  /** How often a safe call is sent again after a failure that may pass; 3 by default. */
  retries?: number | undefined;
  /** How long to wait for the answer to a first attempt to read, in milliseconds; 5,000 by default. */
  attemptMs?: number | undefined;
  /** Longest silence of the server within one HTTP call, in milliseconds; 60,000 by default. */
  idleMs?: number | undefined;
  /** How often an open WebSocket is pinged, in milliseconds; 10,000 by default, as the official client. */
  pingMs?: number | undefined;
  /** The most HTTP connections to one host at once; as many as are needed by default. */
  mostConnections?: number | undefined;
  /** Is told of each request. */
  observer?: PlatformObserver | undefined;
}

/** What a server sets besides. */
export interface ServerOptions extends ConnectOptions {
  /** Bounds how many WebSockets are open at once, together with other platforms; nothing does by default. */
  seat?: TakeSeat | undefined;
  /** What `keyFor` derives its keys from, instead of the login: the same on all servers that work for one user. */
  key?: Uint8Array | undefined;
  /** Looks for a login where none was given, or an error: asked with calls, once a second at most, until there is one. */
  findLogin?: (() => Promise<Login | undefined>) | undefined;
}

/** One platform, as one user. */
export interface UserPlatform {
  readonly jobs: Jobs;
  /** Who is logged in, what is selected, which clusters and projects there are. */
  context(call?: CallOptions): Promise<PlatformContext>;
  /** Reads the configuration anew: presets, prices, projects. */
  refresh(call?: CallOptions): Promise<void>;
  /** The same connection with another place selected; whoever closes this one closes that, too. */
  at(place: Place): UserPlatform;
  /** Exact values that must never be shown: the tokens in use now, refreshed ones included, and the last ones before. */
  secrets(): string[];
  /** Who is logged in, as far as the login itself says; undefined without one. */
  user(): string | undefined;
  /** The platform's time in Unix milliseconds, as far as its answers have told it. */
  nowMs(): number;
  /** Ends all connections. */
  close(): Promise<void>;
}

/** With what a server needs of it besides. */
export interface Platform extends UserPlatform {
  /** Starts of this connection that the platform may not list yet. */
  readonly starts: Starts;
  at(place: Place): Platform;
  /** A key of 32 bytes that is this user's, and alike at all servers with the key or else the login. @throws {PlatformError} `no_login` */
  keyFor(purpose: string): Uint8Array;
  /** Those of the user's earlier logins that this connection had. @throws {PlatformError} `no_login` */
  formerKeysFor(purpose: string): Uint8Array[];
}

const IDLE_MS = 60_000;
const RETRIES = 3;
const PING_MS = 10_000;
const ATTEMPT_MS = 5000;

/**
 * Connects to the platform; sends nothing until the first call. Without a login every call rejects with `no_login`,
 * and given an error instead of a login, with that error: both say what to do.
 */
export function connectPlatform(
  login: Login | PlatformError | undefined,
  options: ServerOptions = {},
): Platform {
  const connections = new Connections(options.env ?? {}, options.mostConnections);
  const clock = new PlatformClock();
  const { observer } = options;
  const unobserved = poolExchange(connections, clock);
  const exchange = observer === undefined ? unobserved : observed(unobserved, observer);
  const session = new Session(login, exchange, { key: options.key, find: options.findLogin });
  const { userAgent = "apolo-jobs-mcp", retries = RETRIES, idleMs = IDLE_MS, pingMs = PING_MS } = options;
  const { attemptMs = ATTEMPT_MS } = options;
  const http = new Http({ exchange, session, connections, userAgent, retries, idleMs, attemptMs });
  const sockets = new Sockets({ session, connections, userAgent, pingMs, observer, seat: options.seat });
  const directory = new Directory(http, session);
  const starts = new Starts();
  const platformAt = (at: Connection): Platform => ({
    jobs: jobsOf(at),
    starts,
    context: (call) => at.directory.context(call),
    refresh: async (call) => void (await at.directory.refresh(call)),
    at: (place) => platformAt({ ...at, directory: directory.at(place) }),
    secrets: () => session.secrets(),
    keyFor: (purpose) => session.keyFor(purpose),
    formerKeysFor: (purpose) => session.formerKeysFor(purpose),
    user: () => session.user,
    nowMs: () => clock.nowMs(),
    async close() {
      sockets.close();
      await connections.close();
    },
  });
  return platformAt({ http, sockets, session, directory, starts, clock });
}
