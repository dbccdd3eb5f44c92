import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type MemoryGroup, type MemoryGroups, openMemoryGroups } from "./cgroup.ts";
import { type Child, type Command, notStarted, startPiped } from "./child.ts";
import { Guardian } from "./guardian.ts";
import { JobProcess, type Run, type RunningJob } from "./job-process.ts";
import type { Launch } from "./launch.ts";
import { watchMemory } from "./memory-watch.ts";
import { ownMemoryGroup } from "./own-group.ts";
import { Pipes } from "./pipes.ts";
import { childrenOf, ProcessTable } from "./process-table.ts";
import { type Housing, onHost, type Place, type Program, pastOthers, resolveProgram } from "./programs.ts";
import { openSandbox } from "./sandbox.ts";
import { openTerminals, type Terminals } from "./terminal.ts";

/** Opens what runs jobs on this machine, isolated where it can unless `isolate` is false. @throws {Error} if `memoryGroup` cannot be used. */
export function openRunner({
  isolate = true,
  memoryGroup,
}: {
  isolate?: boolean;
  memoryGroup?: string | undefined;
} = {}): Runner {
  return new LocalRunner((isolate ? openSandbox() : undefined) ?? onHost(), groupsFor(memoryGroup));
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

interface Started {
  launch: Launch;
  place: Place;
  group: MemoryGroup | undefined;
}

class LocalRunner {
  readonly isolated: boolean;
  readonly limited: boolean;
  readonly #housing: Housing;
  /** Found when the first job asks for one: most never do. */
  #found: { terminals: Terminals | undefined } | undefined;
  readonly #groups: MemoryGroups | undefined;
  readonly #pipes = new Pipes(join(tmpdir(), `apolo-pipes-${randomUUID()}`));
  readonly #table = new ProcessTable();
  readonly #guardian: Guardian;
  readonly #memory = watchMemory(this.#table);
  readonly #jobs = new Set<JobProcess>();

  constructor(housing: Housing, groups: MemoryGroups | undefined) {
    this.isolated = housing.isolated;
    this.limited = groups !== undefined;
    this.#housing = housing;
    this.#groups = groups;
    this.#guardian = new Guardian(this.#pipes.folder, groups?.prefix);
  }

  get #terminals(): Terminals | undefined {
    this.#found ??= { terminals: openTerminals() };
    return this.#found.terminals;
  }

  start(launch: Launch): RunningJob {
    mkdirSync(launch.folder, { recursive: true });
    const { jobId, memoryBytes, tty } = launch;
    const group = this.#groups?.make(jobId, memoryBytes);
    const started = { launch, group, place: this.#housing.place(launch) };
    const child = this.#watched(this.#first(started), jobId);
    const job: JobProcess = new JobProcess({
      jobId,
      child,
      group,
      memoryBytes,
      table: this.#table,
      program: () => this.#program(child.pid, tty),
      startInside: async (run) => this.#watched(await this.#further(started, child.pid, run), jobId),
    });
    this.#jobs.add(job);
    this.#memory.add(job);
    void job.ended.then(() => {
      this.#jobs.delete(job);
      this.#memory.remove(job);
    });
    return job;
  }

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
    const first = this.#housing.programOf(leader);
    return tty ? (childrenOf(first)[0] ?? 0) : first;
  }

  /** Makes sure a group ends with the emulator, even if that is killed. */
  #watched(child: Child, jobId: string): Child {
    const { pid } = child;
    if (pid === 0) return child;
    this.#guardian.watch(pid, jobId);
    void child.exited.then(() => this.#guardian.release(pid, jobId));
    return child;
  }

  #first(started: Started): Child {
    const { launch, place } = started;
    const refusal = this.#refusal(launch);
    if (refusal !== undefined) return notStarted(refusal);
    return this.#spawn(started, launch, (program) => this.#housing.wrap(launch, place, program));
  }

  async #further(started: Started, leader: number, run: Run): Promise<Child> {
    const within = await this.#housing.enter(leader, started.place);
    return within === undefined
      ? notStarted("The job's container is gone.")
      : this.#spawn(started, run, within);
  }

  #refusal({ mounts }: Launch): string | undefined {
    if (mounts.length > 0 && !this.isolated)
      return "Volumes, secret files and disks need bubblewrap (bwrap), which is not installed on this machine.";
    const hidden = mounts.find(({ target }) => /^\/(proc|sys)(\/|$)/.test(target));
    if (hidden !== undefined) return `Cannot mount ${hidden.target}: it is the system's own.`;
    // Bubblewrap's own message would end up in the job's log.
    const lost = mounts.find(({ source }) => !existsSync(source));
    return lost === undefined ? undefined : `Cannot mount ${lost.target}: its source does not exist.`;
  }

  /** `within` says how a program is started in the job's place. */
  #spawn({ launch, place, group }: Started, run: Run, within: (program: Program) => Command): Child {
    const terminals = run.tty ? this.#terminals : undefined;
    if (run.tty && terminals === undefined) return notStarted(NO_TERMINAL);
    const program = resolveProgram(run.argv, place, (path) => this.#housing.hostPath(launch, path));
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
