import { adminRoutes } from "./api/admin.ts";
import { configRoutes } from "./api/config.ts";
import type { ApiContext } from "./api/context.ts";
import { diskRoutes } from "./api/disks.ts";
import { jobRoutes } from "./api/job-routes.ts";
import { mountMonitoring } from "./api/monitoring.ts";
import { oauthRoutes } from "./api/oauth.ts";
import { publishedPorts } from "./api/published.ts";
import { secretRoutes } from "./api/secrets.ts";
import { storageRoutes } from "./api/storage.ts";
import { userRoutes } from "./api/users.ts";
import { type Chaos, type ChaosRule, ChaosRules } from "./chaos.ts";
import type { Clock } from "./clock.ts";
import type { Home } from "./home.ts";
import { HttpServer } from "./http/server.ts";
import { DEFAULT_TIMING } from "./lifecycle/timing.ts";
import type { LogStore } from "./logs/store.ts";
import { monitoringRoutes } from "./monitoring/index.ts";
import type { MonitoringDeps } from "./monitoring/route.ts";
import type { EmulatorOptions } from "./options.ts";
import type { Runner } from "./run/runner.ts";
import { playScene } from "./scenes/index.ts";
import { openSavedImages } from "./state/saved-images.ts";
import { openStore } from "./state/store.ts";
import { encodeConfig, identityOf, openTokens, type Tokens } from "./state/tokens.ts";
import { openWorld } from "./world.ts";

/** What the door gives to the server: the running half, and what the options came to. */
export interface ServeParts {
  host: string;
  rules: readonly ChaosRule[];
  home: Home;
  clock: Clock;
  runner: Runner;
  logs: LogStore;
}

/** A server at work. */
export interface Served {
  context: ApiContext;
  chaos: Chaos;
  token: string;
  /** What of the kept state could not be read. */
  damage: string | undefined;
  close(): Promise<void>;
}

const FIRST_USER = "alice";

/** Puts the platform together and lets it listen. @throws if the port is taken. */
export async function serve(options: EmulatorOptions, parts: ServeParts): Promise<Served> {
  const { home, clock, runner, logs } = parts;
  const { tokens, token } = tokensFor(options, home);
  const chaos = new ChaosRules(clock);
  const timing = { ...DEFAULT_TIMING, ...options.timing };
  const server = new HttpServer({ tokens, faults: chaos });
  const port = await server.listen(options.port ?? 0, parts.host);
  const store = openStore(home.stateFolder);
  const images = openSavedImages(home.folders.images);
  const origin = `http://${shownHost(parts.host)}:${port}`;
  const context = openWorld(options, { ...parts, store, chaos, timing, tokens, images, origin });
  mount(server, context, { ...parts, images, archiveDelayMs: timing.archiveDelayMs });
  for (const rule of parts.rules) chaos.add(rule);
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

/** The blob of `APOLO_PASSED_CONFIG` for a selection. Source: protocol reference 1.5. */
export function passedConfigOf(
  { context, token }: Served,
  place: { cluster: string; org: string; project: string },
): string {
  return encodeConfig({ ...place, token, origin: context.origin });
}

function mount(server: HttpServer, context: ApiContext, from: Omit<MonitoringDeps, "lifecycle">): void {
  const routes = monitoringRoutes({ ...from, lifecycle: context.lifecycle });
  server.mount((app) => {
    publishedPorts(app, context);
    mountMonitoring(app, context, { routes, sockets: server.sockets });
    for (const register of [configRoutes, oauthRoutes, jobRoutes, userRoutes, adminRoutes])
      register(app, context);
    for (const { name } of context.platform.clusters)
      for (const register of [diskRoutes, secretRoutes, storageRoutes]) register(app, context, name);
  });
}

function tokensFor({ token }: EmulatorOptions, { signingKey }: Home): { tokens: Tokens; token: string } {
  if (token === undefined) {
    const tokens = openTokens(signingKey);
    return { tokens, token: tokens.mint(FIRST_USER) };
  }
  const tokens = openTokens(token, { token, user: FIRST_USER });
  return { tokens, token: identityOf(token) === undefined ? tokens.mint(FIRST_USER) : token };
}

function shownHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}
