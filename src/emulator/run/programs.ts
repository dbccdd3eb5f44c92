import { spawnSync } from "node:child_process";
import { accessSync, constants, mkdirSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import type { Command } from "./child.ts";
import type { Launch } from "./launch.ts";

const CONTAINER_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

export function findProgram(name: string, path = CONTAINER_PATH): string | undefined {
  return path
    .split(":")
    .filter((folder) => isAbsolute(folder))
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

/** Finds a program where whoever started this process finds it. */
export function programInPath(name: string): string | undefined {
  const { stdout } = spawnSync("/bin/sh", ["-c", 'command -v "$0"', name], { encoding: "utf8" });
  const file = stdout?.trim() ?? "";
  return isAbsolute(file) && isExecutable(file) ? file : undefined;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

export interface Program {
  argv: readonly string[];
  env: Record<string, string>;
}

/** Variables that shells hand on, and that concern no program in between. */
const PLAIN = /^(?!LD_)[A-Za-z_]\w*$/;

/** The same program, whose odd variables reach it past a shell and the sandbox, which would drop or obey them. */
export function pastOthers({ argv, env }: Program): Program {
  const entries = Object.entries(env);
  const odd = entries.filter(([name]) => !PLAIN.test(name));
  if (odd.length === 0) return { argv, env };
  return {
    argv: ["/usr/bin/env", ...odd.map(([name, value]) => `${name}=${value}`), ...argv],
    env: Object.fromEntries(entries.filter(([name]) => PLAIN.test(name))),
  };
}

/** The environment of a job: what it was given, and what every container has. */
export function environmentOf({ env, jobId }: Pick<Launch, "env" | "jobId">): Record<string, string> {
  // The program that runs the emulator is there for jobs too, wherever it is installed.
  const path = new Set([...CONTAINER_PATH.split(":"), dirname(process.execPath)]);
  return { PATH: [...path].join(":"), HOME: "/root", HOSTNAME: jobId, ...env, NEURO_JOB_ID: jobId };
}

export interface Place {
  cwd: string;
  env: Record<string, string>;
}

export interface Housing {
  isolated: boolean;
  place(launch: Launch): Place;
  hostPath(launch: Launch, path: string): string;
  wrap(launch: Launch, place: Place, program: Program): Command;
  /** What commands start a program in a job that runs as the process `leader`; undefined if it is gone. */
  enter(leader: number, place: Place): Promise<((program: Program) => Command) | undefined>;
  /** The job's first process of its own; 0 while it has not begun. */
  programOf(leader: number): number;
}

export function onHost(): Housing {
  const started =
    ({ cwd }: Place) =>
    ({ argv: [file = "", ...args], env }: Program) => ({ file, args, env, cwd });
  return {
    isolated: false,
    place: placeOnHost,
    hostPath: (_launch, path) => path,
    wrap: (_launch, place, program) => started(place)(program),
    enter: async (_leader, place) => started(place),
    programOf: (leader) => leader,
  };
}

/** Without isolation the job's folder stands for its root: a working directory the host lacks is made there. */
function placeOnHost(launch: Launch): Place {
  const inFolder = (path: string) => {
    const made = join(launch.folder, resolve("/", path));
    mkdirSync(made, { recursive: true });
    return made;
  };
  const { workingDir } = launch;
  const environment = environmentOf(launch);
  const env = { ...environment, HOME: inFolder(environment.HOME ?? "/root") };
  if (workingDir === undefined) return { cwd: launch.folder, env };
  const isHost =
    isAbsolute(workingDir) && statSync(workingDir, { throwIfNoEntry: false })?.isDirectory() === true;
  return { cwd: isHost ? workingDir : inFolder(workingDir), env };
}

/** Finds a program as execvp(3) would in the job's place, or says as containers do why it cannot be started. */
export function resolveProgram(
  [name = "", ...args]: readonly string[],
  { cwd, env }: Place,
  hostPath: (path: string) => string,
): Program | string {
  const inPath = (env.PATH ?? CONTAINER_PATH).split(":").map((folder) => join(resolve(cwd, folder), name));
  const paths = name.includes("/") ? [resolve(cwd, name)] : inPath;
  const file = paths.find((path) => isExecutable(hostPath(path)));
  if (file !== undefined) return { argv: [file, ...args], env };
  if (!name.includes("/")) return `exec: "${name}": executable file not found in $PATH`;
  const stats = statSync(hostPath(resolve(cwd, name)), { throwIfNoEntry: false });
  if (stats === undefined) return `exec: "${name}": stat ${name}: no such file or directory`;
  return `exec: "${name}": ${stats.isDirectory() ? "is a directory" : "permission denied"}`;
}
