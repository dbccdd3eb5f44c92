import { execFile } from "node:child_process";
import { accessSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";
import { makeRedactor } from "../../jobs/redact/index.ts";
import type { Settings } from "../../settings/index.ts";
import { didYouMean, isYes, misused, type Terminal } from "../terminal.ts";
import { CLIENTS, type Client, isWindows, type Launch, type Machine, NAME } from "./clients.ts";
import { edited, entryIn, snippet } from "./edit.ts";
import { replaceFile, textOf } from "./file.ts";
import { launchOf, unwritten } from "./launch.ts";

/** A client's own program starts the server to look at it. */
const SHOW_MS = 30_000;
const ALL = Object.keys(CLIENTS);
const NEXT = `Restart a client that is open, then ask it "What can I run here?". Whether the login works: apolo-jobs-mcp doctor\n`;

interface Setup {
  machine: Machine;
  terminal: Terminal;
  /** How this process was started. */
  node: string;
  program: string;
}

type Wanted = Pick<Settings, "words" | "yes" | "setup">;

/** Tells clients of this server, or takes it back. */
export async function runSetup(settings: Wanted, given: Setup): Promise<number> {
  const { words, setup } = settings;
  const { terminal, machine } = given;
  const unknown = words.find((word) => !ALL.includes(word));
  if (unknown !== undefined)
    return misused(
      terminal,
      `setup does not know ${unknown}.${didYouMean(unknown, ALL, 2)} It knows ${ALL.join(", ")}.`,
    );
  const chosen = chosenFrom(words, setup.print, machine);
  if (chosen.length === 0)
    return misused(terminal, `no client was found here: name one of ${ALL.join(", ")}`);
  if (!setup.remove) warnOfSecrets(given, setup.withToken);
  const launch = launchOf({ ...given, ...setup }, machine);
  if (setup.print) {
    for (const client of chosen) print(client, client.entry(launch), given);
    return 0;
  }
  const isDone = await changeAll(chosen, setup.remove ? undefined : launch, settings.yes, given);
  if (isDone && !setup.remove) terminal.out.write(NEXT);
  return isDone ? 0 : 1;
}

/** Changes the files of all clients, one after the other; false where one of them was not changed. */
async function changeAll(
  clients: readonly Client[],
  launch: Launch | undefined,
  isSure: boolean,
  given: Setup,
): Promise<boolean> {
  let isDone = true;
  for (const client of clients)
    isDone = (await change(client, launch && client.entry(launch), isSure, given)) && isDone;
  return isDone;
}

function warnOfSecrets({ machine, terminal }: Setup, withToken: boolean): void {
  for (const name of unwritten(machine, withToken))
    terminal.err.write(
      `${name} is not written into a file: log in with \`apolo login\`, or add --with-token.\n`,
    );
}

function chosenFrom(words: readonly string[], isPrinted: boolean, machine: Machine): Client[] {
  const known = Object.entries<Client>(CLIENTS);
  const named = known.filter(([name]) => words.includes(name));
  if (named.length > 0) return named.map(([, client]) => client);
  return known.filter(([, client]) => isPrinted || isThere(client, machine)).map(([, client]) => client);
}

/** Its file or its folder is there, or its program is on the path. */
function isThere(client: Client, machine: Machine): boolean {
  const file = client.file(machine);
  const folder = dirname(file);
  const [program] = client.shows ?? [];
  return isFile(file) || (folder !== machine.home && isFile(folder)) || isOnPath(program, machine);
}

function isOnPath(program: string | undefined, machine: Machine): boolean {
  if (program === undefined) return false;
  const names = isWindows(machine) ? [`${program}.cmd`, `${program}.exe`] : [program];
  const folders = (machine.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.some((folder) => names.some((name) => isFile(join(folder, name))));
}

function isFile(path: string): boolean {
  try {
    accessSync(path);
    return true;
  } catch {
    return false;
  }
}

function print(client: Client, entry: Record<string, unknown>, { machine, terminal }: Setup): void {
  const text = snippet({ ...client, name: NAME }, entry).trimEnd();
  terminal.out.write(`# ${client.title}: ${client.file(machine)}\n${text}\n\n`);
}

/** Shows the change of one client's file, asks, makes it and reads it back; false where it was not made. */
async function change(
  client: Client,
  entry: Record<string, unknown> | undefined,
  isSure: boolean,
  { machine, terminal }: Setup,
): Promise<boolean> {
  const { out, err } = terminal;
  const path = client.file(machine);
  const place = { ...client, name: NAME };
  try {
    const before = await textOf(path);
    const after = edited(before, place, entry);
    if (after === before) {
      out.write(`${client.title}: nothing to change in ${path}\n`);
      return true;
    }
    out.write(`${client.title}:\n${diffOf(path, before, after)}\n`);
    if (!(isSure || (await isAgreed(terminal)))) return false;
    const copy = await replaceFile(path, before, after);
    const isRight = isDeepStrictEqual(entryIn(await textOf(path), place), entryIn(after, place));
    if (!isRight) throw new Error("what was written is not what is read back");
    out.write(`${client.title}: done${copy === undefined ? "" : `; what was there is in ${copy}`}\n`);
    if (entry !== undefined) await showOwn(client, machine, terminal);
    return true;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    err.write(`${client.title}: ${path} is left as it is: ${why}. With --print you can change it by hand.\n`);
    return false;
  }
}

async function isAgreed({ ask, err }: Terminal): Promise<boolean> {
  if (ask !== undefined) return isYes(await ask("Write it? [y/N] "));
  err.write("Nothing is written: say yes on a terminal, or add --yes.\n");
  return false;
}

/** Other entries stand around ours, with secrets of their own. */
function diffOf(path: string, before: string, after: string): string {
  const options = { context: 2, headerOptions: FILE_HEADERS_ONLY };
  return makeRedactor()(createTwoFilesPatch(path, path, before, after, "", "", options)).text;
}

/** What the client itself says of the server. */
async function showOwn({ title, shows }: Client, machine: Machine, { out, err }: Terminal): Promise<void> {
  const [program, ...args] = shows ?? [];
  if (program === undefined || !isOnPath(program, machine)) return;
  const options = { timeout: SHOW_MS, env: machine.env, shell: isWindows(machine) };
  const told = await new Promise<string | undefined>((resolve) => {
    execFile(program, args, options, (error, stdout, stderr) =>
      resolve(error === null && `${stdout}${stderr}`.includes(NAME) ? "" : undefined),
    );
  });
  const command = [program, ...args].join(" ");
  if (told === undefined) err.write(`${title}: \`${command}\` does not show it: look there.\n`);
  else out.write(`${title}: \`${command}\` shows it\n`);
}
