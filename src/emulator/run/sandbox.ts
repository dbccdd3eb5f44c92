import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, readdirSync, readlinkSync, symlinkSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import container from "./container.json" with { type: "json" };
import type { Launch, Mount } from "./launch.ts";
import { childrenOf, commandOf, readIfThere } from "./process-table.ts";
import { environmentOf, type Housing, programInPath } from "./programs.ts";

/** Of the host every job sees its programs, read-only; the folders are what the root of every image has. */
const { system: SYSTEM, folders: FOLDERS, capabilities: CAPABILITIES } = container;

/** Where the program that runs the emulator is installed: it is there for jobs too. */
const NODE = dirname(dirname(process.execPath));

/** The size of `/dev/shm` of a job that asked for none; any other may use its memory. Source: protocol reference 3.5. */
const SHM_BYTES = 64 * 2 ** 20;

const ENTER_TIMEOUT_MS = 30_000;
const ENTER_PAUSE_MS = 5;

/**
 * Opens what puts jobs into mount and pid namespaces of their own: the job's folder is the root of its file system,
 * the host's programs are there read-only, and volumes, secret files and disks appear at their paths. Undefined where
 * bubblewrap is missing or may not make namespaces.
 */
export function openSandbox(): Housing | undefined {
  const bubblewrap = programInPath("bwrap");
  const nsenter = programInPath("nsenter");
  if (bubblewrap === undefined || nsenter === undefined) return undefined;
  const probe = [...NAMESPACES, ...USER, ...PROBE];
  if (spawnSync(bubblewrap, probe, { env: {}, timeout: 30_000 }).status !== 0) return undefined;
  const help = spawnSync(bubblewrap, ["--help"], { encoding: "utf8" });
  const sizes = help.stdout.includes("--size");
  return {
    isolated: true,
    place: (launch) => ({ cwd: resolve("/", launch.workingDir ?? "/"), env: environmentOf(launch) }),
    hostPath,
    wrap: (launch, _place, { argv, env }) => ({
      file: bubblewrap,
      args: [...wrapping(launch, sizes), "--", "/bin/sh", "-c", OWN_ERRORS, "sh", ...argv],
      env,
      cwd: launch.folder,
      // It reports the end of a program only, never its own.
      hasBegun: (report) => report.includes('"exit-code"'),
    }),
    async enter(leader, { cwd }) {
      const program = await untilProgram(leader);
      if (program === undefined) return undefined;
      const args = [...ENTER, "--target", String(program), "--", "/bin/sh", "-c", IN_FOLDER, "sh", cwd];
      return ({ argv, env }) => ({ file: nsenter, args: [...args, ...argv], env, cwd: "/" });
    },
    programOf: (leader) => programOf(leader) ?? 0,
  };
}

const PROBE = "--ro-bind / / --proc /proc --size 1 --tmpfs /dev true".split(" ");
/** Bubblewrap's errors are not the program's. */
const OWN_ERRORS = 'exec "$@" 2>&4 4>&-';
const IN_FOLDER = 'cd "$1" && shift && exec "$@"';
const isRoot = process.getuid?.() === 0;
const NAMESPACES = ["--unshare-pid", "--unshare-ipc", "--unshare-uts", "--die-with-parent"];
const USER = isRoot ? [] : ["--unshare-user", "--uid", "0", "--gid", "0"];
const ENTER = [...(isRoot ? [] : ["--user", "--preserve-credentials"]), "--mount", "--pid", "--ipc", "--uts"];

function wrapping(launch: Launch, sizes: boolean): string[] {
  const workingDir = resolve("/", launch.workingDir ?? "/");
  prepare(launch, workingDir);
  const targets = [workingDir, ...launch.mounts.map(({ target }) => target)];
  return [
    ...NAMESPACES,
    // The program is the first process, as in a container. What holds a terminal would take children of others for its own.
    ...(launch.tty ? [] : ["--as-pid-1"]),
    ...USER,
    ...capabilities(launch),
    ...["--hostname", launch.jobId.slice(0, 63)],
    ...["--bind", launch.folder, "/"],
    ...SYSTEM.filter((path) => existsSync(path)).flatMap((path) => shown(path, launch.folder, targets)),
    ...(NODE === sep || isOfSystem(NODE) ? [] : ["--ro-bind", NODE, NODE]),
    ...["--proc", "/proc", "--dev", "/dev", "--ro-bind-try", "/sys", "/sys"],
    ...(sizes ? sharedMemory(launch) : []),
    ...resolver(),
    ...[...launch.mounts]
      .sort(byDepth)
      .flatMap(({ source, target, readOnly }) => [readOnly ? "--ro-bind" : "--bind", source, target]),
    ...["--chdir", workingDir, "--json-status-fd", "3"],
  ];
}

/** Bubblewrap can size it from version 0.8 on; before that it is a plain folder. */
function sharedMemory({ shm }: Launch): string[] {
  const size = shm === true ? [] : ["--size", String(SHM_BYTES)];
  return [...size, "--perms", "1777", "--tmpfs", "/dev/shm"];
}

/** A privileged job may do what its namespaces allow. */
function capabilities({ privileged }: Launch): string[] {
  if (privileged === true) return ["--cap-add", "ALL"];
  return isRoot ? ["--cap-drop", "ALL", ...CAPABILITIES.flatMap((name) => ["--cap-add", `CAP_${name}`])] : [];
}

function prepare({ folder, env, mounts }: Launch, workingDir: string): void {
  for (const path of [...FOLDERS, resolve("/", env.HOME ?? "/root"), workingDir]) {
    const isMounted = mounts.some(({ target }) => isBelow(path, target));
    const isOfHost = isOfSystem(path) && existsSync(path);
    if (!(isMounted || isOfHost)) mkdirSync(join(folder, path), { recursive: true });
  }
}

/** Shows a folder of the host read-only: entry by entry where it has to hold a place that the host lacks. */
function shown(path: string, folder: string, targets: readonly string[]): string[] {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) {
    // `/bin` and its like are links on most systems, and have to be in the job too.
    const made = join(folder, path);
    if (lstatSync(made, { throwIfNoEntry: false }) === undefined) symlinkSync(readlinkSync(path), made);
    return [];
  }
  if (!targets.some((target) => isBelow(target, path) && !existsSync(target)))
    return ["--ro-bind", path, path];
  mkdirSync(join(folder, path), { recursive: true });
  return readdirSync(path).flatMap((name) => shown(join(path, name), folder, targets));
}

/** Name resolution often is a link out of /etc. */
function resolver(): string[] {
  const path = "/etc/resolv.conf";
  if (!existsSync(path) || !lstatSync(path).isSymbolicLink()) return [];
  const target = resolve("/etc", readlinkSync(path));
  return isBelow(target, "/etc") ? [] : ["--ro-bind-try", target, target];
}

function byDepth(a: Mount, b: Mount): number {
  return a.target.split("/").length - b.target.split("/").length;
}

function hostPath({ folder, mounts }: Launch, path: string): string {
  const mount = [...mounts].sort(byDepth).findLast(({ target }) => isBelow(path, target));
  if (mount !== undefined) return join(mount.source, path.slice(mount.target.length));
  const ofHost = isOfSystem(path) || isBelow(path, NODE);
  return ofHost && existsSync(path) ? path : join(folder, path);
}

function isOfSystem(path: string): boolean {
  return SYSTEM.some((root) => isBelow(path, root));
}

function isBelow(path: string, root: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

/** The first process inside that is not bubblewrap's own; undefined until there is one. */
function programOf(bubblewrapPid: number): number | undefined {
  const [first] = childrenOf(bubblewrapPid);
  if (first === undefined || commandOf(first) !== commandOf(bubblewrapPid)) return first;
  return childrenOf(first)[0];
}

/** A job that has just been started may not have its namespaces yet. */
async function untilProgram(leader: number): Promise<number | undefined> {
  const deadline = performance.now() + ENTER_TIMEOUT_MS;
  for (;;) {
    const program = programOf(leader);
    const isGone = readIfThere(`/proc/${leader}/stat`) === "";
    if (program !== undefined || isGone || performance.now() > deadline) return program;
    await delay(ENTER_PAUSE_MS);
  }
}
