import { cpus, totalmem } from "node:os";
import type { ApiContext, Disk } from "./api/context.ts";
import type { ChaosRules } from "./chaos.ts";
import type { Clock } from "./clock.ts";
import type { Home } from "./home.ts";
import { JobLifecycle } from "./lifecycle/lifecycle.ts";
import type { Hold } from "./lifecycle/run-deps.ts";
import type { Timing } from "./lifecycle/timing.ts";
import type { LogStore } from "./logs/store.ts";
import type { EmulatorOptions } from "./options.ts";
import type { Runner } from "./run/runner.ts";
import { type Account, openAccounts } from "./state/accounts.ts";
import type { SavedImages } from "./state/job.ts";
import { openPermissions, type Permission } from "./state/permissions.ts";
import { openPlatform } from "./state/platform.ts";
import type { Store } from "./state/store.ts";
import type { Tokens } from "./state/tokens.ts";

export interface WorldParts {
  home: Home;
  store: Store;
  clock: Clock;
  timing: Timing;
  chaos: ChaosRules;
  tokens: Tokens;
  runner: Runner;
  logs: LogStore;
  images: SavedImages;
  origin: string;
}

const GPU_NODES = 2;

/** Joins the parts of the platform into what the API works on. */
export function openWorld(options: EmulatorOptions, parts: WorldParts): ApiContext {
  const { home, store, clock, tokens, runner, origin, chaos } = parts;
  const machine = { cpus: cpus().length, memoryBytes: totalmem() };
  const { gpuNodes = GPU_NODES, projects = [] } = options;
  const platform = openPlatform(machine, gpuNodes, projects);
  const secrets = store.collection<string>("secrets");
  const disks = store.collection<Disk>("disks");
  const accounts = openAccounts(store.collection<Account>("accounts"));
  const sources = {
    folders: home.folders,
    secrets,
    disks,
    memoryBytes: machine.memoryBytes,
  };
  const pinned = new Map<string, Hold>();
  const lifecycle = new JobLifecycle({
    ...parts,
    platform,
    table: store.table,
    accounts,
    sources,
    hold: (job) => pinned.get(job.id) ?? chaos.hold(job),
    canned: (job) => chaos.canned(job),
    loseNodeAfterMs: (job) => chaos.loseNodeAfterMs(job),
  });
  return {
    origin,
    platform,
    table: store.table,
    lifecycle,
    permissions: openPermissions(platform, store.collection<Permission[]>("shares")),
    accounts,
    tokens,
    asksToken: options.token !== undefined,
    clock,
    logs: parts.logs,
    folders: home.folders,
    secrets,
    disks,
    pinned,
    isolated: runner.isolated,
  };
}
