import {
  connectPlatform,
  findLogin,
  type Login,
  loginFromPassedConfig,
  type Platform,
  PlatformError,
} from "./client/index.ts";
import type { Closers } from "./closers.ts";
import { openDownloads } from "./downloads.ts";
import { log } from "./log.ts";
import { openObservers } from "./observe/open.ts";
import type { DownloadFolder } from "./operations/files/folder.ts";
import { type Settings, UsageError } from "./settings/index.ts";
import { serverKey } from "./transports/http/key-file.ts";
import { openStdio, type StdioSession } from "./transports/stdio.ts";
import { openTerminal, type TerminalSession } from "./transports/terminal.ts";

export type Opened = Awaited<ReturnType<typeof openPlatform>>;

/** The platform that the settings lead to, connected and observed. @throws {UsageError} */
export async function openPlatform(settings: Settings, closers: Closers) {
  const { http, audit, env, cwd, home } = settings;
  const observed = await openObservers({ audit, metrics: http !== undefined }).catch(asMistake);
  closers.push(async () => observed.close());
  const login = await chooseLogin(settings, closers);
  const { key, warnings } = await serverKey(http ?? {}).catch(asMistake);
  for (const text of warnings) log("warning", text);
  const connect = { env, observer: observed.observer, key };
  const platform: Platform = connectPlatform(login, {
    ...connect,
    findLogin: () => findLogin(env, cwd, home),
  });
  closers.push(() => platform.close());
  return { platform, login, connect, observed };
}

/** One session of MCP over stdin and stdout. */
export async function openSession(
  { platform, observed }: Opened,
  { settings, closers }: { settings: Settings; closers: Closers },
): Promise<StdioSession> {
  const downloads = await chooseDownloads(settings, closers);
  const policy = { ...settings.policy, downloads };
  const session = await openStdio(platform, policy, observed.observer);
  closers.push(() => session.close());
  return session;
}

/** A session of the person at this terminal. */
export async function openLocal(settings: Settings, closers: Closers): Promise<TerminalSession> {
  const { platform, observed } = await openPlatform(settings, closers);
  const downloads = await chooseDownloads(settings, closers);
  const session = openTerminal(platform, { ...settings.policy, downloads }, observed.observer);
  closers.push(() => session.close());
  return session;
}

/** What fails to start because of one of its flags, in a text that says which. */
export function asMistake(error: unknown): never {
  throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
}

/** Where the platform is: callers may bring their own logins, so that one of the server is not needed. */
export function platformUrl(login: Login | PlatformError | undefined, { env }: Settings): string {
  if (login !== undefined && "url" in login) return login.url;
  if (env.APOLO_URL) return env.APOLO_URL;
  throw new UsageError(
    "Over HTTP the server must know its platform: log in with `apolo login`, or set APOLO_URL (with --auth platform " +
      "that is enough). To try it: --http --emulator.",
  );
}

async function chooseDownloads({ files }: Settings, closers: Closers): Promise<DownloadFolder | undefined> {
  if (files === undefined) return undefined;
  const downloads = await openDownloads(files).catch(asMistake);
  closers.push(() => downloads.close());
  return downloads;
}

/** First match: the embedded emulator, then whatever login the environment or the vendor's CLI left. */
async function chooseLogin(settings: Settings, closers: Closers): Promise<Login | PlatformError | undefined> {
  if (settings.emulator.embedded) {
    const { emulatorOptions, startEmulator } = await import("./emulator/command.ts");
    const starting = startEmulator(emulatorOptions(settings.emulator));
    // Before it has started: by then it has made its folder.
    closers.push(() =>
      starting.then(
        (emulator) => emulator.close(),
        () => undefined,
      ),
    );
    const emulator = await starting.catch(asMistake);
    for (const text of emulator.warnings) log("warning", text);
    log("info", `emulator at ${emulator.url}, jobs ${emulator.isolated ? "isolated" : "not isolated"}`);
    return { ...loginFromPassedConfig(emulator.passedConfig), source: "emulator" };
  }
  return foundLogin(settings);
}

/** A login that cannot be used must not keep the server from starting: every call then says what is wrong. */
async function foundLogin({
  env,
  cwd,
  home,
  http,
  command,
}: Settings): Promise<Login | PlatformError | undefined> {
  try {
    const login = await findLogin(env, cwd, home);
    if (login !== undefined && login.source !== "token" && (env.APOLO_URL || env.APOLO_TOKEN))
      log("warning", `APOLO_URL and APOLO_TOKEN are not used: ${FIRST[login.source]} comes first`);
    return login;
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    // Whoever calls with a login of their own needs none of the server, and these two commands tell it.
    if (http?.auth === undefined && command !== "doctor" && command !== "call") log("warning", error.message);
    return error;
  }
}

const FIRST = {
  emulator: "the emulator",
  "passed-config": "the login in APOLO_PASSED_CONFIG",
  login: "the login that `apolo login` saved",
};
