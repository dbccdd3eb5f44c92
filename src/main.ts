import { setTimeout as sleep } from "node:timers/promises";
import manifest from "../package.json" with { type: "json" };
import {
  connectPlatform,
  findLogin,
  type Login,
  loginFromPassedConfig,
  PlatformError,
} from "./client/index.ts";
import { help } from "./help.ts";
import { log, setLogLevel } from "./log.ts";
import { readSettings, type Settings, UsageError } from "./settings/index.ts";
import { serveStdio } from "./transports/stdio.ts";

/** Shutting down takes no longer than this, whatever hangs. */
const EXIT_DEADLINE_MS = 900;

type Close = () => Promise<void>;

async function main(): Promise<number> {
  const settings = readSettings();
  setLogLevel(settings.logLevel);
  if (settings.command === "help") return print(help());
  if (settings.command === "version") return print(manifest.version);
  for (const text of settings.warnings) log("warning", text);
  return settings.command === "emulator" ? await runEmulator(settings) : await serve(settings);
}

async function serve(settings: Settings): Promise<number> {
  const closers: Close[] = [];
  onSignal(() => shutDown(closers));
  try {
    const login = await chooseLogin(settings, closers);
    const platform = connectPlatform(login, { env: settings.env });
    closers.push(() => platform.close());
    await serveStdio(platform, settings.policy);
  } finally {
    await shutDown(closers);
  }
  return 0;
}

/** First match: the embedded emulator, then whatever login the environment or the vendor's CLI left. */
async function chooseLogin(settings: Settings, closers: Close[]): Promise<Login | PlatformError | undefined> {
  if (settings.emulator.embedded) {
    const { emulatorOptions } = await import("./emulator/command.ts");
    const { startEmulator } = await import("./emulator/index.ts");
    const emulator = await startEmulator(emulatorOptions(settings.emulator)).catch(asMistake);
    closers.push(() => emulator.close());
    for (const text of emulator.warnings) log("warning", text);
    log("info", `emulator at ${emulator.url}, jobs ${emulator.isolated ? "isolated" : "not isolated"}`);
    return { ...loginFromPassedConfig(emulator.passedConfig), source: "emulator" };
  }
  return foundLogin(settings);
}

/** A login that cannot be used must not keep the server from starting: every call then says what is wrong. */
async function foundLogin({ env, cwd, home }: Settings): Promise<Login | PlatformError | undefined> {
  try {
    return await findLogin(env, cwd, home);
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    log("warning", error.message);
    return error;
  }
}

async function runEmulator({ emulator: { embedded: _, ...options } }: Settings): Promise<number> {
  const { runEmulator: run } = await import("./emulator/command.ts");
  const stop = new AbortController();
  void untilSignal().then(() => stop.abort());
  const io = {
    signal: stop.signal,
    write: (text: string) => process.stdout.write(text),
    warn: (text: string) => process.stderr.write(text),
  };
  await run(options, io).catch(asMistake);
  return 0;
}

/** The emulator fails to start because of one of its flags, and the text says which. */
function asMistake(error: unknown): never {
  throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
}

/** Closes in reverse order; what hangs is left behind. */
async function shutDown(closers: Close[]): Promise<void> {
  const closing = (async () => {
    for (const close of closers.splice(0).reverse()) await close();
  })();
  await Promise.race([closing, sleep(EXIT_DEADLINE_MS, undefined, { ref: false })]);
}

function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(name, () => resolve());
  });
}

function onSignal(then: () => Promise<void>): void {
  void untilSignal().then(async () => {
    await then();
    process.exit(0);
  });
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const expected = error instanceof UsageError || error instanceof PlatformError;
    process.stderr.write(
      `apolo-jobs-mcp: ${expected ? error.message : String(error instanceof Error ? error.stack : error)}\n`,
    );
    process.exit(error instanceof UsageError ? 2 : 1);
  },
);
