import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Runner } from "../../../src/emulator/run/index.ts";
import type { RunningJob } from "../../../src/emulator/run/job-process.ts";
import type { Launch } from "../../../src/emulator/run/launch.ts";
import { findProgram } from "../../../src/emulator/run/programs.ts";

/** Whether this machine can isolate jobs; without it those tests cannot run. */
export const canIsolate =
  findProgram("bwrap") !== undefined &&
  spawnSync(findProgram("bwrap") ?? "", ["--ro-bind", "/", "/", "--unshare-pid", "--proc", "/proc", "true"])
    .status === 0;

interface Started {
  job: RunningJob;
  launch: Launch;
  /** Output so far, both streams. */
  text(): string;
}

function launchOf(argv: string[], more: Partial<Launch> = {}): Launch {
  const jobId = `job-${randomUUID()}`;
  return {
    jobId,
    argv,
    env: { GREETING: "hello" },
    folder: mkdtempSync(join(tmpdir(), "run-test-")),
    memoryBytes: 1 << 30,
    tty: false,
    mounts: [],
    ...more,
  };
}

export function start(runner: Runner, argv: string[], more: Partial<Launch> = {}): Started {
  const launch = launchOf(argv, more);
  folders.push(launch.folder);
  const job = runner.start(launch);
  let text = "";
  job.onOutput((_stream, chunk) => {
    text += chunk.toString();
  });
  return { job, launch, text: () => text };
}

export async function run(runner: Runner, argv: string[], more: Partial<Launch> = {}) {
  const { job, text, launch } = start(runner, argv, more);
  const ending = await job.ended;
  return { ending, text: text(), launch };
}

const folders: string[] = [];

export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Processes that carry the marker of a job. */
export function processesOf(jobId: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter(
      (pid) => told(pid, "environ").includes(`NEURO_JOB_ID=${jobId}`) && existsSync(`/proc/${pid}/exe`),
    );
}

/** What they run, sorted; a process that is just becoming another program is not there, or is "". */
export function programsOf(jobId: string): string[] {
  const nameOf = (pid: number) => basename(told(pid, "cmdline").split("\0")[0] ?? "");
  return processesOf(jobId).map(nameOf).sort();
}

function told(pid: number, file: "cmdline" | "environ"): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return "";
  }
}
