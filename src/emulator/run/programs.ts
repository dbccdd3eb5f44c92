import { accessSync, constants, mkdirSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import type { Launch } from "./runner.ts";

const CONTAINER_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Finds a program of the host by its name. */
export function findProgram(name: string, path = CONTAINER_PATH): string | undefined {
  return path
    .split(":")
    .filter((folder) => isAbsolute(folder))
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** The text containers give for a program that is not there. */
export function notFound(program: string): string {
  return program.includes("/")
    ? `exec: "${program}": stat ${program}: no such file or directory`
    : `exec: "${program}": executable file not found in $PATH`;
}

/** What a shell hands on; it may drop variables with other names. */
const SHELL_NAME = /^[A-Za-z_]\w*$/;

/** The words with which a shell runs `argv` so that every variable of `env` gets there. */
export function pastShell(argv: readonly string[], env: Record<string, string>): string[] {
  const odd = Object.entries(env).filter(([name]) => !SHELL_NAME.test(name));
  return odd.length === 0
    ? [...argv]
    : ["/usr/bin/env", ...odd.map(([name, value]) => `${name}=${value}`), ...argv];
}

/** The environment of a job: what it was given, and what every container has. */
export function environmentOf({ env, jobId }: Pick<Launch, "env" | "jobId">): Record<string, string> {
  const path = env.PATH ?? CONTAINER_PATH;
  const node = dirname(process.execPath);
  // The program that runs the emulator is there for jobs too, wherever it is installed.
  const PATH = path.split(":").includes(node) ? path : `${path}:${node}`;
  return { HOME: "/root", HOSTNAME: jobId, ...env, PATH, NEURO_JOB_ID: jobId };
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
