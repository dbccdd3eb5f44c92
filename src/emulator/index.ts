import type { Chaos } from "./chaos-rule.ts";
import { Clock } from "./clock.ts";
import { openHome } from "./home.ts";
import { FileLogs } from "./logs/store.ts";
import { openRunner } from "./run/index.ts";
import { checkScene } from "./scenes/index.ts";
import type { EmulatorOptions } from "./serve.ts";
import { serve } from "./serve.ts";
import { encodeConfig } from "./state/tokens.ts";

export type * from "./chaos-rule.ts";
export type { Clock } from "./clock.ts";
export type { Timing } from "./lifecycle/timing.ts";
export type { EmulatorOptions } from "./serve.ts";
export type { Project, Role } from "./state/platform.ts";

/** The platform on one machine, running. */
export interface Emulator {
  /** API base, `http://127.0.0.1:PORT/api/v1`. */
  url: string;
  /** Bearer token of the first user. */
  token: string;
  /** For `APOLO_PASSED_CONFIG`. Source: protocol reference 1.5. */
  passedConfig: string;
  /** Name of the first user. */
  user: string;
  /** What the first user has selected: names of a cluster, of an org on it, and of a project in that. */
  cluster: string;
  org: string;
  project: string;
  /** Whether jobs have their own mounts and pids. */
  isolated: boolean;
  /** Whether the system itself keeps jobs within their memory; else they are watched. */
  limited: boolean;
  /** What the user should know about what was found at the start. */
  warnings: readonly string[];
  /** Makes requests, jobs and nodes fail on demand. */
  chaos: Chaos;
  /** The platform's time, which can be moved forward: life spans, schedules and prices follow it. */
  clock: Clock;
  /** A bearer token of another user, who need not be known before. */
  tokenFor(user: string): string;
  /** Ends every process it started; resolves when nothing is left. */
  close(): Promise<void>;
}

const SELECTION = { user: "alice", cluster: "default", org: "acme", project: "vision" };

/** Starts the platform on this machine. @throws {Error} if the port is taken or an option makes no sense. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  if (options.scene !== undefined) checkScene(options.scene);
  const runner = openRunner({ memoryGroup: options.memoryGroup });
  const home = openHome(options.dataDir);
  const clock = new Clock();
  const logs = new FileLogs(home.folders.logs, options.logLimitBytes);
  const served = await serve(options, { home, clock, runner, logs }).catch(async (error: unknown) => {
    await home.close();
    throw error;
  });
  const { context, token, damage, chaos } = served;
  return {
    ...SELECTION,
    url: `${context.origin}/api/v1`,
    token,
    passedConfig: encodeConfig({ ...SELECTION, token, origin: context.origin }),
    isolated: runner.isolated,
    limited: runner.limited,
    warnings: damage === undefined ? [] : [damage],
    chaos,
    clock,
    tokenFor: (user) => context.tokens.mint(user),
    close: () => served.close(),
  };
}
