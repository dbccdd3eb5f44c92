import { type ChildProcess, spawn } from "node:child_process";
import type { Writable } from "node:stream";

/**
 * Remembers the process groups it is told of; when its input ends because we are gone, kills those that are left,
 * and what carries their jobs' marker in a group of its own. Control groups are given as a path prefix and
 * removed as soon as the system lets go of the processes in them. The folder of the pipes goes last.
 */
const SCRIPT = `
entries=" "
while read -r sign entry; do
  case $sign in
    +) entries="$entries$entry " ;;
    -) case $entries in *" $entry "*) entries="\${entries%% $entry *} \${entries#* $entry }" ;; esac ;;
  esac
done
marks=
for entry in $entries; do
  kill -KILL "-\${entry%%/*}" 2>/dev/null
  marks="$marks -e NEURO_JOB_ID=\${entry#*/}"
done
[ -z "$marks" ] || for file in $(grep -lzxF $marks /proc/[0-9]*/environ 2>/dev/null); do
  pid=\${file#/proc/}
  kill -KILL "\${pid%/environ}" 2>/dev/null
done
prefix=$1 pipes=$2
looks=0
while [ -n "$prefix" ] && [ $looks -lt 50 ]; do
  set -- "$prefix"*
  { [ -e "$1" ] && ! rmdir "$@" 2>/dev/null; } || break
  looks=$((looks + 1))
  sleep 0.1
done
[ -z "$pipes" ] || rm -rf "$pipes"
`;

/** A small process that ends the jobs' groups when the emulator itself is killed. */
export class Guardian {
  readonly #folder: string;
  readonly #groupPrefix: string;
  #input: Writable | undefined;
  #child: ChildProcess | undefined;
  #gone: Promise<void> = Promise.resolve();

  /** At the end it removes the folder of the pipes, and the control groups whose paths begin with `groupPrefix`. */
  constructor(folder = "", groupPrefix = "") {
    this.#folder = folder;
    this.#groupPrefix = groupPrefix;
  }

  watch(group: number, jobId: string): void {
    this.#input ??= this.#start();
    this.#input.write(`+ ${group}/${jobId}\n`);
  }

  release(group: number, jobId: string): void {
    this.#input?.write(`- ${group}/${jobId}\n`);
  }

  async close(): Promise<void> {
    // While jobs run it must not keep the emulator alive; now its end is waited for.
    this.#child?.ref();
    this.#input?.end();
    await this.#gone;
  }

  #start(): Writable {
    const child = spawn("/bin/sh", ["-c", SCRIPT, "sh", this.#groupPrefix, this.#folder], {
      env: {},
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    });
    this.#gone = new Promise((resolve) => {
      child.once("exit", () => resolve());
      child.once("error", () => resolve());
    });
    // Without a guardian jobs still run; they only outlive an emulator that is killed.
    child.stdin.on("error", () => undefined);
    child.unref();
    this.#child = child;
    return child.stdin;
  }
}
