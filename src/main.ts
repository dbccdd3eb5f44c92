import { quote } from "shlex";
import manifest from "../package.json" with { type: "json" };
import { openBrowser } from "./browser.ts";
import { PlatformError } from "./client/index.ts";
import { Closers, EXIT_DEADLINE_MS } from "./closers.ts";
import { isFromNpx } from "./commands/setup/launch.ts";
import { help, servingAt, welcome } from "./help.ts";
import { giveBackWhenIdle } from "./idle-memory.ts";
import { log, logLast, setLog } from "./log.ts";
import { asMistake, type Opened, openPlatform, openSession, platformUrl } from "./open.ts";
import { runForPeople } from "./people.ts";
import { readSettings, type Settings, UsageError } from "./settings/index.ts";
import { untilSignal } from "./signals.ts";
import { serveHttp } from "./transports/http/service.ts";
import { Visitors } from "./transports/http/visitors.ts";
import { StdioError } from "./transports/stdio.ts";

/** What is no server is ended by a person, not by a client that is about to kill it. */
const PERSON_EXIT_DEADLINE_MS = 5000;

async function main(): Promise<number> {
  const settings = readSettings();
  setLog(settings.log);
  if (settings.command === "help") return print(help(settings.about));
  if (settings.command === "version") return print(manifest.version);
  for (const text of settings.warnings) log("warning", text);
  if (settings.command === "emulator") return runEmulator(settings);
  const isServer = settings.command === "serve" || settings.command === "dashboard";
  const closers = new Closers(isServer ? EXIT_DEADLINE_MS : PERSON_EXIT_DEADLINE_MS);
  try {
    return await (isServer ? serve : runForPeople)(settings, closers);
  } finally {
    await closers.close();
  }
}

async function serve(settings: Settings, closers: Closers): Promise<number> {
  const opened = await openPlatform(settings, closers);
  giveBackWhenIdle();
  const { http } = settings;
  if (http !== undefined) return overHttp(http, { opened, settings, closers });
  // Not before: a handler would keep a signal from ending a start that hangs in the file system.
  void untilSignal().then(() => closers.close().then(() => process.exit(0)));
  surviveBugs();
  const session = await openSession(opened, { settings, closers });
  if (process.stdin.isTTY) process.stderr.write(welcome(...commandLine()));
  await session.ended;
  return 0;
}

async function overHttp(
  http: NonNullable<Settings["http"]>,
  { opened, settings, closers }: { opened: Opened; settings: Settings; closers: Closers },
): Promise<number> {
  const { platform: own, login, connect, observed } = opened;
  const url = platformUrl(login, settings);
  const dashboard = settings.command === "dashboard" ? openDashboard(closers) : undefined;
  const serving = { own, url, connect, policy: settings.policy, ...observed, visitors: dashboard?.visitors };
  const server = await serveHttp(http, serving).catch(asMistake);
  for (const text of server.warnings) log("warning", text);
  surviveBugs();
  log("info", `MCP at ${server.url}`);
  if (dashboard !== undefined) dashboard.show(new URL("/", server.url));
  else if (process.stderr.isTTY) process.stderr.write(servingAt(server.url));
  await untilSignal();
  setTimeout(() => process.exit(0), http.drainSeconds * 1000 + EXIT_DEADLINE_MS).unref();
  await server.close();
  return 0;
}

/** The page in the browser of whoever started this; nobody else gets in. */
function openDashboard(closers: Closers) {
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

/** How this process was started, for a shell: the program, and its flags. npx's cache is no place to name. */
function commandLine(): [program: string, flags: string] {
  const [, path = "", ...flags] = process.argv;
  const program = isFromNpx(path) ? "npx -y apolo-jobs-mcp" : `node ${quote(path)}`;
  return [program, flags.map((flag) => ` ${quote(flag)}`).join("")];
}

async function runEmulator({ emulator: { embedded: _, ...options } }: Settings): Promise<number> {
  const { runEmulator: run } = await import("./emulator/command.ts");
  const io = {
    write: (text: string) => process.stdout.write(text),
    warn: (text: string) => process.stderr.write(text),
    async untilTold() {
      await untilSignal();
      setTimeout(() => process.exit(0), PERSON_EXIT_DEADLINE_MS).unref();
    },
  };
  await run(options, io).catch(asMistake);
  return 0;
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
