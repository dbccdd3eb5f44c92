import { spawn, spawnSync } from "node:child_process";
import { Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { quote } from "shlex";
import type { Child } from "./child.ts";
import type { Terminal } from "./launch.ts";
import { childrenOf, readIfThere, statFields } from "./process-table.ts";
import { findProgram, type Program } from "./programs.ts";

/** Size of a new terminal, and its echo, which `script` turns off where its own input is no terminal. */
const SETTINGS = "stty rows 24 cols 80 echo";
const LOOK_MS = 10;
/** How long a program may take to begin before a change of the size is given up. */
const BEGIN_MS = 30_000;
/** What the system calls a pseudo-terminal. */
const PTS_MAJOR = 136;

export type Terminals = NonNullable<ReturnType<typeof openTerminals>>;

/**
 * Opens what puts programs on pseudo-terminals, made where the program runs: inside its namespaces. It is util-linux's
 * `script`, which is on every common Linux system; undefined where it is missing. A native module in its place would
 * hand its terminals on to every program started later, and make them outside.
 */
export function openTerminals(script = findProgram("script")) {
  if (script === undefined) return undefined;
  const { stdout } = spawnSync(script, ["--version"], { encoding: "utf8" });
  // Other systems have another program of that name.
  if (!stdout?.includes("util-linux")) return undefined;
  return {
    wrap: ({ argv, env }: Program): Program => ({
      argv: [script, "-qefc", shellText({ argv, env }), "/dev/null"],
      env: { TERM: "xterm", ...env, SHELL: "/bin/sh" },
    }),
    /** The child that was started from `wrapped`, as one whose output is a terminal that can be resized. */
    adopt: (child: Child, { argv }: Program): Child => onTerminal(child, argv[2] ?? ""),
  };
}

/** `script` takes text for the shell that its environment names: that one is ours, and the program's is restored. */
function shellText({ argv, env }: Program): string {
  const shell = env.SHELL === undefined ? "unset SHELL" : `SHELL=${quote(env.SHELL)}`;
  return `${SETTINGS}; ${shell}; exec ${argv.map((word) => quote(word)).join(" ")}`;
}

/** The child with a terminal for its output. What is typed after a change of the size waits until the size is there. */
function onTerminal(child: Child, shellCommand: string): Child {
  // Only what `script` itself has to say comes there.
  child.stderr?.resume();
  let latest: Terminal | undefined;
  let sized = Promise.resolve();
  const apply = async (size: Terminal) => {
    if (size === latest) await setSize(await deviceOf(child.pid, shellCommand), size);
  };
  return {
    ...child,
    stderr: undefined,
    stdin: new Writable({
      write: (chunk: Buffer, _encoding, done) =>
        void sized.then(() => child.stdin.write(chunk, () => done())),
      final: (done) => void sized.then(() => child.stdin.end(done)),
      destroy: (error, done) => {
        child.stdin.destroy();
        done(error);
      },
    }),
    resize(size) {
      if (size.height <= 0 || size.width <= 0) return;
      latest = size;
      sized = sized.then(async () => apply(size));
    },
  };
}

async function setSize(device: string | undefined, { height, width }: Terminal): Promise<void> {
  if (device === undefined) return;
  const [rows, columns] = [height, width].map((cells) => String(Math.min(cells, 65_535)));
  const args = ["-F", device, "rows", rows ?? "", "cols", columns ?? ""];
  await new Promise<void>((resolve) => {
    // A terminal that is gone meanwhile needs no size.
    spawn("stty", args, { stdio: "ignore" })
      .on("error", () => resolve())
      .on("close", () => resolve());
  });
}

/** The terminal of the program below `pid`, as a path of the host; undefined if it never begins, or is gone. */
async function deviceOf(pid: number, shellCommand: string): Promise<string | undefined> {
  const deadline = performance.now() + BEGIN_MS;
  const setUp = Buffer.from(shellCommand).toString("latin1");
  while (performance.now() < deadline) {
    const holder = descendants(pid).find((each) => terminalOf(each) !== undefined);
    const [program, , text] = holder === undefined ? [] : readIfThere(`/proc/${holder}/cmdline`).split("\0");
    // While the shell still sets the terminal up, it would overwrite the size; while it turns into it there is no name.
    if (holder !== undefined && program && text !== setUp)
      return `/proc/${holder}/root/dev/pts/${terminalOf(holder)}`;
    if (readIfThere(`/proc/${pid}/stat`) === "") return undefined;
    await delay(LOOK_MS);
  }
  return undefined;
}

function descendants(pid: number): number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendants(child)]);
}

function terminalOf(pid: number): number | undefined {
  const device = Number(statFields(pid)[4]);
  return ((device >> 8) & 0xfff) === PTS_MAJOR ? (device & 0xff) | ((device >> 12) & 0xfff00) : undefined;
}
