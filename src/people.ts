import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import manifest from "../package.json" with { type: "json" };
import type { Closers } from "./closers.ts";
import type { Terminal } from "./commands/terminal.ts";
import { openLocal, openPlatform } from "./open.ts";
import { diagnose } from "./operations/diagnosis.ts";
import { makeScrub } from "./server/scrub.ts";
import type { Settings } from "./settings/index.ts";
import { vocabulary } from "./settings/vocabulary.ts";
import { exitCodeOf, untilSignal } from "./signals.ts";
import { toolsFor } from "./transports/terminal.ts";

/** Runs a command that serves nobody: what people type in a terminal. Resolves with the exit code. */
export async function runForPeople(settings: Settings, closers: Closers): Promise<number> {
  const terminal = thisTerminal(settings);
  // Whoever reads no further, as `head` does, has what was wanted.
  process.stdout.on("error", () => void closers.close().then(() => process.exit(0)));
  const code = await run(settings, terminal, closers);
  await new Promise((resolve) => process.stdout.write("", resolve));
  return code;
}

async function run(settings: Settings, terminal: Terminal, closers: Closers): Promise<number> {
  const commands = await import("./commands/index.ts");
  switch (settings.command) {
    case "tools":
      return commands.runTools(settings, { terminal, tools: toolsFor(settings.policy) });
    case "call":
      return interruptible(closers, async (signal) => {
        const open = () => openLocal(settings, closers);
        return commands.runCall(settings, { open, terminal, signal });
      });
    case "completion":
      return commands.runCompletion(settings, {
        terminal,
        vocabulary: { ...vocabulary(), tools: toolsFor(settings.policy).map(({ name }) => name) },
      });
    case "demo":
      return interruptible(closers, (signal) => show(settings, { terminal, signal, closers }));
    case "setup":
      return commands.runSetup(settings, {
        ...{ terminal, node: process.execPath, program: process.argv[1] ?? "" },
        machine: { platform: process.platform, home: settings.home, env: settings.env },
      });
    default:
      return examine(settings, terminal, closers);
  }
}

async function examine(settings: Settings, { out }: Terminal, closers: Closers): Promise<number> {
  const { runDoctor } = await import("./commands/index.ts");
  const { platform, login } = await openPlatform(settings, closers);
  const scrub = makeScrub(settings.policy.secrets, () => platform.secrets());
  const diagnosis = await diagnose(platform, { login, env: settings.env });
  return runDoctor(diagnosis, { settings, scrub, version: manifest.version, output: out });
}

/** The demonstration, in an emulator of its own. */
async function show(
  settings: Settings,
  { terminal, signal, closers }: { terminal: Terminal; signal: AbortSignal; closers: Closers },
): Promise<number> {
  const { runDemo } = await import("./commands/index.ts");
  // Its name is that of an emulator's own: the next emulator removes it where this process is killed.
  const folder = mkdtempSync(join(tmpdir(), "apolo-emulator-demo-"));
  closers.push(() => rm(folder, { recursive: true, force: true }));
  const emulator = { ...settings.emulator, embedded: true, data: folder };
  const session = await openLocal({ ...settings, emulator }, closers);
  return runDemo({ session, terminal, signal, folder });
}

/** With a signal that fires once the process is to end; what then hangs is left behind. */
async function interruptible(
  closers: Closers,
  work: (signal: AbortSignal) => Promise<number>,
): Promise<number> {
  let interrupted: number | undefined;
  void untilSignal().then(async (signal) => {
    interrupted = exitCodeOf(signal);
    await closers.close();
    process.exit(interrupted);
  });
  const code = await work(closers.signal);
  return interrupted ?? code;
}

function thisTerminal({ env }: Settings): Terminal {
  const { stdin, stdout, stderr } = process;
  const isAsked = stdin.isTTY && stderr.isTTY;
  return {
    out: { isColoured: stdout.isTTY && !env.NO_COLOR, write: (part) => stdout.write(part) },
    err: { isColoured: stderr.isTTY && !env.NO_COLOR, write: (part) => stderr.write(part) },
    columns: stderr.isTTY ? stderr.columns : undefined,
    input: () => text(stdin),
    ask: isAsked ? ask : undefined,
  };
}

function ask(question: string, ms?: number): Promise<string | undefined> {
  // In a plain terminal Ctrl-C stays a signal.
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  const timer = ms === undefined ? undefined : setTimeout(() => lines.close(), ms);
  return new Promise((resolve) => {
    const answered = (typed?: string) => {
      clearTimeout(timer);
      resolve(typed);
    };
    lines.once("close", answered);
    lines.question(question, (typed) => {
      answered(typed);
      lines.close();
    });
  });
}
