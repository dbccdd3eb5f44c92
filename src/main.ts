import { constants } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { quote } from "shlex";
import manifest from "../package.json" with { type: "json" };
import {
  type ConnectOptions,
  connectPlatform,
  findLogin,
  type Login,
  loginFromPassedConfig,
  type Platform,
  PlatformError,
} from "./client/index.ts";
import { openDownloads } from "./downloads.ts";
import { help, welcome } from "./help.ts";
import { log, logLast, setLog } from "./log.ts";
import { openObservers } from "./observe/open.ts";
import type { DownloadFolder } from "./operations/files/folder.ts";
import { readSettings, type Settings, UsageError } from "./settings/index.ts";
import { serverKey } from "./transports/http/key-file.ts";
import { openStdio, StdioError } from "./transports/stdio.ts";

/** Shutting down takes no longer than this, whatever hangs. */
const EXIT_DEADLINE_MS = 900;
/** The emulator alone is ended by a person, not by a client that is about to kill it. */
const EMULATOR_EXIT_DEADLINE_MS = 5000;

type Close = () => Promise<void>;

async function main(): Promise<number> {
  const settings = readSettings();
  setLog(settings.log);
  if (settings.command === "help") return print(help());
  if (settings.command === "version") return print(manifest.version);
  for (const text of settings.warnings) log("warning", text);
  return settings.command === "emulator" ? await runEmulator(settings) : await serve(settings);
}

async function serve(settings: Settings): Promise<number> {
  const closers: Close[] = [];
  try {
    const { http, audit } = settings;
    const observed = await openObservers({ audit, metrics: http !== undefined }).catch(asMistake);
    closers.push(async () => observed.close());
    const { observer } = observed;
    const login = await chooseLogin(settings, closers);
    const { key, warnings } = await serverKey(http ?? {}).catch(asMistake);
    for (const text of warnings) log("warning", text);
    const connect = { env: settings.env, observer, key };
    const platform = connectPlatform(login, connect);
    closers.push(() => platform.close());
    if (http !== undefined) {
      const url = platformUrl(login, settings);
      return await overHttp(http, { own: platform, url, connect, settings, observed, closers });
    }
    // Not before: a handler would keep a signal from ending a start that hangs in the file system.
    void untilSignal().then(() => shutDown(closers).then(() => process.exit(0)));
    surviveBugs();
    const downloads = await chooseDownloads(settings, closers);
    const session = await openStdio(platform, { ...settings.policy, downloads }, observer);
    closers.push(() => session.close());
    if (process.stdin.isTTY) process.stderr.write(welcome(commandLine()));
    await session.ended;
  } finally {
    await shutDown(closers);
  }
  return 0;
}

async function chooseDownloads({ files }: Settings, closers: Close[]): Promise<DownloadFolder | undefined> {
  if (files === undefined) return undefined;
  const downloads = await openDownloads(files).catch(asMistake);
  closers.push(() => downloads.close());
  return downloads;
}

interface Serving {
  own: Platform;
  url: string;
  connect: ConnectOptions;
  settings: Settings;
  observed: Awaited<ReturnType<typeof openObservers>>;
  closers: Close[];
}

async function overHttp(
  http: NonNullable<Settings["http"]>,
  { settings, observed, closers, ...platform }: Serving,
): Promise<number> {
  const { serveHttp } = await import("./transports/http/service.ts");
  const dashboard = settings.command === "dashboard" ? await openDashboard(closers) : undefined;
  const serving = { ...platform, policy: settings.policy, ...observed, visitors: dashboard?.visitors };
  const server = await serveHttp(http, serving).catch(asMistake);
  for (const text of server.warnings) log("warning", text);
  surviveBugs();
  log("info", `MCP at ${server.url}`);
  dashboard?.show(new URL("/", server.url));
  await untilSignal();
  setTimeout(() => process.exit(0), http.drainSeconds * 1000 + EXIT_DEADLINE_MS).unref();
  await server.close();
  await shutDown(closers);
  return 0;
}

/** The page in the browser of whoever started this; nobody else gets in. */
async function openDashboard(closers: Close[]) {
  const { Visitors } = await import("./transports/http/visitors.ts");
  const { openBrowser } = await import("./browser.ts");
  let page: URL | undefined;
  let isFirst = true;
  const visitors = new Visitors((code) => {
    const address = `${page}#code=${code}`;
    print(`${isFirst ? "Dashboard" : "Next"}: ${address}  (works once; Ctrl-C ends it)`);
    if (isFirst && process.stdout.isTTY)
      void openBrowser(address).then(
        (clean) => closers.push(clean),
        () => undefined,
      );
    isFirst = false;
  });
  return {
    visitors,
    show(url: URL) {
      page = url;
      visitors.invite();
    },
  };
}

/** Where the platform is: callers may bring their own logins, so that one of the server is not needed. */
function platformUrl(login: Login | PlatformError | undefined, { env }: Settings): string {
  if (login !== undefined && "url" in login) return login.url;
  if (env.APOLO_URL) return env.APOLO_URL;
  throw new UsageError(
    "Over HTTP the server must know its platform: log in with `apolo login`, or set APOLO_URL (with --auth platform " +
      "that is enough). To try it: --http --emulator.",
  );
}

/** How this process was started, for a shell. */
function commandLine(): string {
  return ["node", ...process.argv.slice(1)].map((word) => quote(word)).join(" ");
}

/** First match: the embedded emulator, then whatever login the environment or the vendor's CLI left. */
async function chooseLogin(settings: Settings, closers: Close[]): Promise<Login | PlatformError | undefined> {
  if (settings.emulator.embedded) {
    const { emulatorOptions, startEmulator } = await import("./emulator/command.ts");
    const emulator = await startEmulator(emulatorOptions(settings.emulator)).catch(asMistake);
    closers.push(() => emulator.close());
    for (const text of emulator.warnings) log("warning", text);
    log("info", `emulator at ${emulator.url}, jobs ${emulator.isolated ? "isolated" : "not isolated"}`);
    return { ...loginFromPassedConfig(emulator.passedConfig), source: "emulator" };
  }
  return foundLogin(settings);
}

/** A login that cannot be used must not keep the server from starting: every call then says what is wrong. */
async function foundLogin({ env, cwd, home, http }: Settings): Promise<Login | PlatformError | undefined> {
  try {
    const login = await findLogin(env, cwd, home);
    if (login !== undefined && login.source !== "token" && (env.APOLO_URL || env.APOLO_TOKEN))
      log("warning", `APOLO_URL and APOLO_TOKEN are not used: ${FIRST[login.source]} comes first`);
    return login;
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    // Whoever calls with a login of their own needs none of the server.
    if (http?.auth === undefined) log("warning", error.message);
    return error;
  }
}

const FIRST = {
  emulator: "the emulator",
  "passed-config": "the login in APOLO_PASSED_CONFIG",
  login: "the login that `apolo login` saved",
};

async function runEmulator({ emulator: { embedded: _, ...options } }: Settings): Promise<number> {
  const { runEmulator: run } = await import("./emulator/command.ts");
  const io = {
    write: (text: string) => process.stdout.write(text),
    warn: (text: string) => process.stderr.write(text),
    async untilTold() {
      await untilSignal();
      setTimeout(() => process.exit(0), EMULATOR_EXIT_DEADLINE_MS).unref();
    },
  };
  await run(options, io).catch(asMistake);
  return 0;
}

/** What fails to start because of one of its flags, in a text that says which. */
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

/** The first signal; whoever sends another one does not want to wait for what the first one began. */
function untilSignal(): Promise<void> {
  let isFirst = true;
  return new Promise((resolve) => {
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
      process.on(name, () => {
        if (!isFirst) process.exit(128 + constants.signals[name]);
        isFirst = false;
        resolve();
      });
  });
}

/** A bug in one call must not end the others: its own answer may be missing, and the log says why. */
function surviveBugs(): void {
  for (const event of ["uncaughtException", "unhandledRejection"])
    process.on(event, (error: unknown) => {
      log("error", `a bug, please report it: ${error instanceof Error ? error.stack : String(error)}`);
    });
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}

// A log that nobody reads must not end the session.
process.stderr.on("error", () => undefined);

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const expected = [UsageError, PlatformError, StdioError].some((known) => error instanceof known);
    logLast(error instanceof Error ? ((expected ? error.message : error.stack) ?? "") : String(error));
    process.exit(error instanceof UsageError ? 2 : 1);
  },
);
