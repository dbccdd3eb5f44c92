import { cpus, totalmem } from "node:os";
import { adminRoutes } from "./api/admin.ts";
import { configRoutes } from "./api/config.ts";
import { diskRoutes } from "./api/disks.ts";
import { jobRoutes } from "./api/jobs.ts";
import { oauthRoutes } from "./api/oauth.ts";
import { publishedPorts } from "./api/published.ts";
import { secretRoutes } from "./api/secrets.ts";
import { storageRoutes } from "./api/storage.ts";
import { userRoutes } from "./api/users.ts";
import { ChaosRules, readChaosFile } from "./chaos.ts";
import type { Clock } from "./clock.ts";
import type { ApiContext } from "./context.ts";
import type { Home } from "./home.ts";
import { HttpServer, isLoopback } from "./http/server.ts";
import type { PlatformParts } from "./lifecycle/deps.ts";
import { JobLifecycle } from "./lifecycle/index.ts";
import { DEFAULT_TIMING, type Timing } from "./lifecycle/timing.ts";
import type { LogStore } from "./logs/store.ts";
import { mountMonitoring } from "./monitoring/index.ts";
import type { Runner } from "./run/index.ts";
import { playScene } from "./scenes/index.ts";
import { openAccounts } from "./state/accounts.ts";
import { savedImages } from "./state/folders.ts";
import { openPermissions } from "./state/permissions.ts";
import { openPlatform, type Project } from "./state/platform.ts";
import { Store } from "./state/store.ts";
import { identityOf, openTokens, type Tokens } from "./state/tokens.ts";

/** How to start the emulator; nothing is needed. */
export interface EmulatorOptions {
  /** 0, the default, takes a free one. */
  port?: number | undefined;
  /** Loopback by default; anything else needs `token`. */
  host?: string | undefined;
  /** The first user's token. A text that is not a JWT becomes the key that tokens are signed with. */
  token?: string | undefined;
  /** Where jobs, logs, secrets, disks and users are kept; a temporary folder that goes away, if absent. */
  dataDir?: string | undefined;
  /** What to begin with, e.g. `week`: jobs, logs and their history, as described in docs/emulator.md; nothing if absent. */
  scene?: string | undefined;
  /** A JSON file `{ "rules": [ChaosRule, …] }` that is in effect from the start. */
  chaosFile?: string | undefined;
  /** Bytes of output kept of each job; 1 GiB if absent. */
  logLimitBytes?: number | undefined;
  /** How fast the platform is; the emulator is much faster than the real one by default. */
  timing?: Partial<Timing> | undefined;
  /** Size of each GPU pool; 2 if absent. */
  gpuNodes?: number | undefined;
  /** Projects beside the built-in ones. */
  projects?: readonly Project[] | undefined;
  /**
   * Control group below which the system keeps jobs within their memory, or `none`: they are only watched. The
   * emulator's own by default, where the system lets it.
   */
  memoryGroup?: string | undefined;
}

/** What tests replace with doubles. */
interface Parts {
  home: Home;
  clock: Clock;
  runner: Runner;
  logs: LogStore;
}

const FIRST_USER = "alice";
const GPU_NODES = 2;

/** Puts the platform together and lets it listen. @throws if the port is taken or a file or scene cannot be used. */
export async function serve(options: EmulatorOptions, parts: Parts) {
  const { home, clock, runner, logs } = parts;
  const host = hostOf(options);
  const rules = options.chaosFile === undefined ? [] : readChaosFile(options.chaosFile);
  const { tokens, token } = tokensFor(options, home);
  const chaos = new ChaosRules(clock);
  const server = new HttpServer({ tokens, faults: chaos });
  const port = await server.listen(options.port ?? 0, host);
  const store = new Store(home.stateFolder);
  const origin = `http://${shownHost(host)}:${port}`;
  const context = contextOf(options, { ...parts, chaos, store, tokens, origin });
  mount(server, context);
  for (const rule of rules) chaos.add(rule);
  context.lifecycle.recover();
  if (options.scene !== undefined) playScene(options.scene, context);
  return {
    context,
    chaos,
    token,
    damage: store.damage,
    async close() {
      chaos.clear();
      await context.lifecycle.close();
      await server.close();
      await runner.close();
      await logs.close();
      store.close();
      await home.close();
    },
  };
}

function contextOf(
  options: EmulatorOptions,
  joined: Parts & { store: Store; chaos: ChaosRules; tokens: Tokens; origin: string },
): ApiContext {
  const { home, store, clock, runner, logs, chaos, tokens, origin } = joined;
  const machine = { cpus: cpus().length, memoryBytes: totalmem() };
  const platform = openPlatform(machine, options.gpuNodes ?? GPU_NODES, options.projects);
  const parts: PlatformParts = {
    platform,
    clock,
    logs,
    table: store.table,
    folders: home.folders,
    timing: { ...DEFAULT_TIMING, ...options.timing },
    secrets: store.collection("secrets"),
    disks: store.collection("disks"),
    accounts: openAccounts(store.collection("accounts")),
    images: savedImages(home.folders.images),
    pinned: new Map(),
  };
  return {
    ...parts,
    origin,
    tokens,
    lifecycle: new JobLifecycle({ ...parts, runner, chaos, memoryBytes: machine.memoryBytes }),
    permissions: openPermissions(platform, store.collection("shares")),
    asksToken: options.token !== undefined,
    isolated: runner.isolated,
  };
}

function mount(server: HttpServer, context: ApiContext): void {
  server.mount((app) => {
    publishedPorts(app, context);
    mountMonitoring(app, context, server.sockets);
    for (const register of [configRoutes, oauthRoutes, jobRoutes, userRoutes, adminRoutes])
      register(app, context);
    for (const { name } of context.platform.clusters)
      for (const register of [diskRoutes, secretRoutes, storageRoutes]) register(app, context, name);
  });
}

function tokensFor({ token }: EmulatorOptions, { signingKey }: Home): { tokens: Tokens; token: string } {
  const fixed = token === undefined ? undefined : { token, user: FIRST_USER };
  const tokens = openTokens(token ?? signingKey, fixed);
  const isJwt = token !== undefined && identityOf(token) !== undefined;
  return { tokens, token: isJwt ? token : tokens.mint(FIRST_USER) };
}

/** The host to listen on. @throws {Error} for one that others can reach, unless a token was chosen. */
function hostOf({ host = "127.0.0.1", token }: EmulatorOptions): string {
  if (!isLoopback(host) && (token?.length ?? 0) < 16)
    throw new Error(
      `Listening on ${host} lets others run programs here: give a token of 16 characters or more.`,
    );
  return host;
}

function shownHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}
