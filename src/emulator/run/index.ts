import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type MemoryGroup, type MemoryGroups, openMemoryGroups } from "./cgroup.ts";
import { type Child, type Command, notStarted, startPiped } from "./child.ts";
import { Guardian } from "./guardian.ts";
import { JobProcess, type RunningJob } from "./job-process.ts";
import type { Launch } from "./launch.ts";
import { MemoryWatch } from "./memory-watch.ts";
import { ownMemoryGroup } from "./own-group.ts";
import { Pipes } from "./pipes.ts";
import { childrenOf, ProcessTable } from "./process-table.ts";
import {
  environmentOf,
  type Place,
  type Program,
  pastOthers,
  placeOnHost,
  resolveProgram,
  whyNot,
} from "./programs.ts";
import { initOf, lostSource, openSandbox, type Sandbox } from "./sandbox.ts";
import { openTerminals, type Terminals } from "./terminal.ts";

const ENTER_TIMEOUT_MS = 5000;
const ENTER_PAUSE_MS = 5;

interface RunnerOptions {
  /** False runs jobs unisolated even where bubblewrap is installed. Default true. */
  isolate?: boolean;
  /**
   * Control group below which the system limits the memory of jobs, or `none`: they are then only watched. By
   * default the emulator's own, where the system lets it.
   */
  memoryGroup?: string | undefined;
}

/** Opens what runs jobs on this machine, isolated where it can. @throws {Error} if `memoryGroup` cannot be used. */
export function openRunner({ isolate = true, memoryGroup }: RunnerOptions = {}): Runner {
  return new LocalRunner(isolate ? openSandbox() : undefined, groupsFor(memoryGroup));
}

/** A named group must work; the emulator's own is used where it can be. */
function groupsFor(named: string | undefined): MemoryGroups | undefined {
  if (named === "none") return undefined;
  if (named !== undefined) return openMemoryGroups(named);
  const own = ownMemoryGroup();
  if (own === undefined) return undefined;
  try {
    return openMemoryGroups(own.folder, own.leave);
  } catch {
    own.leave();
    return undefined;
  }
}

export type Runner = Pick<LocalRunner, keyof LocalRunner>;

/** Starts jobs on this machine. */
class LocalRunner {
  /** Whether jobs get their own mounts and pids. */
  readonly isolated: boolean;
  /** Whether the system itself keeps jobs within their memory; else they are watched. */
  readonly limited: boolean;
  readonly #sandbox: Sandbox | undefined;
  /** Found when the first job asks for one: most never do. */
  #found: { terminals: Terminals | undefined } | undefined;
  readonly #groups: MemoryGroups | undefined;
  readonly #pipes = new Pipes(join(tmpdir(), `apolo-pipes-${randomUUID()}`));
  readonly #table = new ProcessTable();
  readonly #guardian: Guardian;
  readonly #memory = new MemoryWatch(this.#table);
  readonly #jobs = new Set<JobProcess>();

  constructor(sandbox: Sandbox | undefined, groups: MemoryGroups | undefined) {
    this.isolated = sandbox !== undefined;
    this.limited = groups !== undefined;
    this.#sandbox = sandbox;
    this.#groups = groups;
    this.#guardian = new Guardian({ groupPrefix: groups?.prefix, pipes: this.#pipes.folder });
  }

  get #terminals(): Terminals | undefined {
    this.#found ??= { terminals: openTerminals() };
    return this.#found.terminals;
  }

  start(launch: Launch): RunningJob {
    const group = this.#groups?.make(launch.jobId, launch.memoryBytes);
    const { child, place } = this.#launch(launch, group);
    const job: JobProcess = new JobProcess({
      jobId: launch.jobId,
      child,
      group,
      table: this.#table,
      program: () => this.#program(child.pid, launch.tty),
      startInside: async (argv, tty) => {
        const inside = { launch, place, group };
        return this.#watched(await this.#startInside(inside, child.pid, { argv, tty }), launch);
      },
    });
    this.#watched(child, launch);
    this.#jobs.add(job);
    this.#memory.add(job, launch.memoryBytes);
    void job.ended.then(() => {
      this.#jobs.delete(job);
      this.#memory.remove(job);
    });
    return job;
  }

  /** Ends every process group it started and waits until they are gone. */
  async close(): Promise<void> {
    for (const job of this.#jobs) job.kill("SIGKILL");
    await Promise.all([...this.#jobs].map((job) => job.ended));
    this.#memory.close();
    await this.#guardian.close();
    this.#groups?.close();
    this.#pipes.close();
  }

  /** The program itself, below the sandbox and what holds its terminal; 0 while it has not begun. */
  #program(leader: number, tty: boolean): number {
    const below = (pid: number) => childrenOf(pid)[0] ?? 0;
    const first = this.#sandbox === undefined ? leader : below(initOf(leader) ?? 0);
    return tty ? below(first) : first;
  }

  /** Makes sure a group ends with the emulator, even if that is killed. */
  #watched(child: Child, { jobId }: Launch): Child {
    const { pid } = child;
    if (pid === 0) return child;
    this.#guardian.watch(pid, jobId);
    void child.exited.then(() => this.#guardian.release(pid, jobId));
    return child;
  }

  #launch(launch: Launch, group: MemoryGroup | undefined): { child: Child; place: Place } {
    mkdirSync(launch.folder, { recursive: true });
    const sandbox = this.#sandbox;
    const place = sandbox === undefined ? placeOnHost(launch, environmentOf(launch)) : sandbox.place(launch);
    const refusal = this.#refusal(launch);
    if (refusal !== undefined) return { child: notStarted(refusal), place };
    const within = ({ argv, env }: Program) =>
      sandbox === undefined
        ? onHost(argv, { env, cwd: place.cwd })
        : { ...sandbox.wrap(launch, argv), env, cwd: launch.folder };
    return { child: this.#spawn({ launch, place, group }, launch, within), place };
  }

  /** What to start, or why it cannot be. */
  #resolved(launch: Launch, place: Place, [name = "", ...args]: readonly string[]): Program | string {
    const hostPath = (path: string) => this.#sandbox?.hostPath(launch, path) ?? path;
    const file = resolveProgram(name, place, hostPath);
    if (file === undefined) return whyNot(name, hostPath(resolve(place.cwd, name)));
    return { argv: [file, ...args], env: place.env };
  }

  #refusal({ mounts }: Launch): string | undefined {
    if (mounts.length > 0 && this.#sandbox === undefined) {
      return "Volumes, secret files and disks need bubblewrap (bwrap), which is not installed on this machine.";
    }
    const hidden = mounts.find(({ target }) => /^\/(proc|sys)(\/|$)/.test(target));
    if (hidden !== undefined) return `Cannot mount ${hidden.target}: it is the system's own.`;
    const lost = lostSource(mounts);
    return lost === undefined ? undefined : `Cannot mount ${lost.target}: its source does not exist.`;
  }

  async #startInside(inside: Inside, leader: number, run: Run): Promise<Child> {
    const { cwd } = inside.place;
    const sandbox = this.#sandbox;
    if (sandbox === undefined) return this.#spawn(inside, run, ({ argv, env }) => onHost(argv, { env, cwd }));
    const init = await untilInit(leader);
    if (init === undefined) return notStarted("The job's container is gone.");
    return this.#spawn(inside, run, ({ argv, env }) => ({
      ...sandbox.enter(init, cwd, argv),
      env,
      cwd: "/",
    }));
  }

  /** `within` says how a program is started in the job's place. */
  #spawn({ launch, place, group }: Inside, { argv, tty }: Run, within: (program: Program) => Command): Child {
    const terminals = tty ? this.#terminals : undefined;
    if (tty && terminals === undefined) return notStarted(NO_TERMINAL);
    const program = this.#resolved(launch, place, argv);
    if (typeof program === "string") return notStarted(program);
    const plain = pastOthers(program);
    const wrapped = terminals?.wrap(plain) ?? plain;
    const command = within(wrapped);
    const child = startPiped(group?.enter(command) ?? command, this.#pipes);
    return terminals?.adopt(child, wrapped) ?? child;
  }
}

const NO_TERMINAL =
  "This machine offers no pseudo-terminals: install `script` of util-linux (in Debian's package bsdutils).";

interface Inside {
  launch: Launch;
  place: Place;
  group: MemoryGroup | undefined;
}

type Run = Pick<Launch, "argv" | "tty">;

function onHost([file = "", ...args]: readonly string[], place: Place): Command {
  return { file, args, ...place };
}

/** A job that has just been started may not have its namespaces yet. */
async function untilInit(leader: number): Promise<number | undefined> {
  const deadline = performance.now() + ENTER_TIMEOUT_MS;
  for (;;) {
    const init = initOf(leader);
    if (init !== undefined || performance.now() > deadline) return init;
    await delay(ENTER_PAUSE_MS);
  }
}
