import { type Chaos, readChaosFile } from "./chaos.ts";
import { type Clock, openClock } from "./clock.ts";
import { openHome } from "./home.ts";
import { openLogStore } from "./logs/store.ts";
import { type EmulatorOptions, hostOf } from "./options.ts";
import { openRunner } from "./run/index.ts";
import { checkScene } from "./scenes/index.ts";
import { passedConfigOf, serve } from "./serve.ts";

export type { EmulatorOptions } from "./options.ts";

/** The platform on one machine, running. */
export interface Emulator {
  /** API base, `http://127.0.0.1:PORT/api/v1`. */
  url: string;
  /** Bearer token of the first user. */
  token: string;
  /** For `APOLO_PASSED_CONFIG`. Source: protocol reference 1.5. */
  passedConfig: string;
  user: string;
  cluster: string;
  org: string;
  project: string;
  /** Whether jobs have their own mounts and pids. */
  isolated: boolean;
  /** Whether the system itself keeps jobs within their memory; else they are watched. */
  limited: boolean;
  /** What the user should know about what was found at the start. */
  warnings: readonly string[];
  chaos: Chaos;
  clock: Clock;
  tokenFor(user: string): string;
  /** Ends every process it started; resolves when nothing is left. */
  close(): Promise<void>;
}

const SELECTION = { user: "alice", cluster: "default", org: "acme", project: "vision" };

/** Starts the platform on this machine. @throws {Error} if the port is taken or an option makes no sense. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const host = hostOf(options);
  if (options.scene !== undefined) checkScene(options.scene);
  const rules = options.chaosFile === undefined ? [] : readChaosFile(options.chaosFile);
  const runner = openRunner({ memoryGroup: options.memoryGroup });
  const home = openHome(options.dataDir);
  const clock = openClock();
  const logs = openLogStore(home.folders.logs, options.logLimitBytes);
  const parts = { host, rules, home, clock, runner, logs };
  const served = await serve(options, parts).catch(async (error: unknown) => {
    await home.close();
    throw error;
  });
  return {
    ...SELECTION,
    url: `${served.context.origin}/api/v1`,
    token: served.token,
    passedConfig: passedConfigOf(served, SELECTION),
    isolated: runner.isolated,
    limited: runner.limited,
    warnings: served.damage === undefined ? [] : [served.damage],
    chaos: served.chaos,
    clock,
    tokenFor: (user) => served.context.tokens.mint(user),
    close: () => served.close(),
  };
}
