import { spawnSync } from "node:child_process";
import { accessSync, constants, mkdirSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import type { Launch } from "./launch.ts";

const CONTAINER_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Finds a program of the host by its name. */
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

/** Why a program cannot be started, as containers say it. `found` is where it would be on the host. */
export function whyNot(program: string, found: string): string {
  if (!program.includes("/")) return `exec: "${program}": executable file not found in $PATH`;
  const stats = statSync(found, { throwIfNoEntry: false });
  if (stats === undefined) return `exec: "${program}": stat ${program}: no such file or directory`;
  return `exec: "${program}": ${stats.isDirectory() ? "is a directory" : "permission denied"}`;
}

/** A program and its arguments, with its environment. */
export interface Program {
  argv: readonly string[];
  env: Record<string, string>;
}

/** Variables that shells hand on, and that concern no program in between. */
const PLAIN = /^(?!LD_)[A-Za-z_]\w*$/;

/**
 * The same program, to be started by way of others (a shell, the sandbox): variables that these would drop or obey
 * reach it alone.
 */
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
  return { PATH: defaultPath(), HOME: "/root", HOSTNAME: jobId, ...env, NEURO_JOB_ID: jobId };
}

/** The program that runs the emulator is there for jobs too, wherever it is installed. */
function defaultPath(): string {
  const node = dirname(process.execPath);
  return CONTAINER_PATH.split(":").includes(node) ? CONTAINER_PATH : `${CONTAINER_PATH}:${node}`;
}

/** What a job without a file system of its own has in its place. */
export interface Place {
  cwd: string;
  env: Record<string, string>;
}

/**
 * Without isolation the job's folder stands for the root of its file system: a working directory that the
 * host does not have is made in the folder, and so is the home.
 */
export function placeOnHost(launch: Launch, environment: Record<string, string>): Place {
  const inFolder = (path: string) => {
    const made = join(launch.folder, resolve("/", path));
    mkdirSync(made, { recursive: true });
    return made;
  };
  const { workingDir } = launch;
  const HOME = inFolder(environment.HOME ?? "/root");
  const env = { ...environment, HOME };
  if (workingDir === undefined) return { cwd: launch.folder, env };
  const isHost = isAbsolute(workingDir) && isFolder(workingDir);
  return { cwd: isHost ? workingDir : inFolder(workingDir), env };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Finds a program as execvp(3) would, seen from `cwd`. `hostPath` maps a path of the job to the host. */
export function resolveProgram(
  program: string,
  { cwd, env }: Place,
  hostPath: (path: string) => string = (path) => path,
): string | undefined {
  const executable = (path: string) => isExecutable(hostPath(path));
  if (program.includes("/")) {
    const path = resolve(cwd, program);
    return executable(path) ? path : undefined;
  }
  return (env.PATH ?? CONTAINER_PATH)
    .split(":")
    .map((folder) => join(resolve(cwd, folder === "" ? "." : folder), program))
    .find(executable);
}
