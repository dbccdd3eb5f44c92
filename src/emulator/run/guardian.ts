import { type ChildProcess, spawn } from "node:child_process";
import type { Writable } from "node:stream";

/** Remembers the groups it is told of; when its input ends because we are gone, kills those that are left. */
const SCRIPT = `
groups=" "
while read -r sign group; do
  case $sign in
    +) groups="$groups$group " ;;
    -) case $groups in *" $group "*) groups="\${groups%% $group *} \${groups#* $group }" ;; esac ;;
  esac
done
for group in $groups; do kill -KILL "-$group" 2>/dev/null; done
`;

/** A small process that ends the jobs' groups when the emulator itself is killed. */
export class Guardian {
  #input: Writable | undefined;
  #child: ChildProcess | undefined;
  #gone: Promise<void> = Promise.resolve();

  watch(group: number): void {
    this.#input ??= this.#start();
    this.#input.write(`+ ${group}\n`);
  }

  release(group: number): void {
    this.#input?.write(`- ${group}\n`);
  }

  async close(): Promise<void> {
    // While jobs run it must not keep the emulator alive; now its end is waited for.
    this.#child?.ref();
    this.#input?.end();
    await this.#gone;
  }

  #start(): Writable {
    const child = spawn("/bin/sh", ["-c", SCRIPT], {
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
