import { readdirSync, readFileSync } from "node:fs";

export interface ProcessInfo {
  pid: number;
  parent: number;
  session: number;
  /** Boot ticks of its start: together with the pid it names a process for good. */
  startTicks: number;
  /** Own time and that of children already waited for. */
  cpuTicks: number;
  rssBytes: number;
}

type Owners = Map<number, Pick<ProcessInfo, "startTicks"> & { jobId: string | undefined }>;

/** Environment variable that every process of a job carries. Source: protocol reference 3.5. */
const MARKER = "NEURO_JOB_ID";

/** How long a process that belongs to no job is taken for the same one. */
const FOREIGN_MS = 2000;

/** Ticks per second of the times in /proc; Linux shows 100 on every architecture. */
const TICKS_PER_SECOND = 100;

/**
 * Which processes belong to which job, from one reading of /proc for all jobs. A process belongs to a job when
 * it was started for it, shares its session, descends from it, or carries its marker: those that start a
 * session of their own and lose their parent are found too.
 */
export class ProcessTable {
  readonly #roots = new Map<number, string>();
  readonly #jobs = new Map<string, Set<number>>();
  #owners: Owners = new Map();
  #members = new Map<string, ProcessInfo[]>();
  /** Processes known to belong to no job: they are not looked at again while they live. */
  #foreign: ReadonlySet<number> = new Set();
  #sweptMs = 0;
  #joined: Promise<void> | undefined;

  track(jobId: string, pid: number): void {
    this.#roots.set(pid, jobId);
    this.#jobs.set(jobId, (this.#jobs.get(jobId) ?? new Set()).add(pid));
  }

  untrack(jobId: string, pid: number): void {
    if (this.#roots.get(pid) === jobId) this.#roots.delete(pid);
    this.#jobs.get(jobId)?.delete(pid);
  }

  forget(jobId: string): void {
    for (const pid of this.#jobs.get(jobId) ?? []) this.#roots.delete(pid);
    this.#jobs.delete(jobId);
    this.#members.delete(jobId);
  }

  /** The living processes of a job at the last sweep. */
  members(jobId: string): readonly ProcessInfo[] {
    return this.#members.get(jobId) ?? [];
  }

  /** CPU time of a job's living processes and of children they have waited for. */
  cpuSeconds(jobId: string): number {
    return this.members(jobId).reduce((sum, { cpuTicks }) => sum + cpuTicks, 0) / TICKS_PER_SECOND;
  }

  /** Memory of a job; pages that its processes share count once. */
  memoryBytes(jobId: string): number {
    const bytesOf = ({ pid, rssBytes }: ProcessInfo) => proportionalBytes(pid) ?? rssBytes;
    return this.members(jobId).reduce((sum, info) => sum + bytesOf(info), 0);
  }

  /** Never less than `memoryBytes`, and read already. */
  residentBytes(jobId: string): number {
    return this.members(jobId).reduce((sum, { rssBytes }) => sum + rssBytes, 0);
  }

  /** Sweeps once for all who ask in the same turn; what they see is not older than their question. */
  async settle(): Promise<void> {
    this.#joined ??= new Promise((resolve) => {
      setImmediate(() => {
        this.#joined = undefined;
        this.sweep();
        resolve();
      });
    });
    await this.#joined;
  }

  sweep(): void {
    const { all, foreign } = this.#look();
    const owners: Owners = new Map();
    this.#members = new Map();
    for (const info of all.values()) {
      const jobId = this.#ownerOf(info, all, owners);
      if (jobId === undefined) foreign.add(info.pid);
      else this.#members.set(jobId, [...this.members(jobId), info]);
    }
    this.#owners = owners;
    this.#foreign = foreign;
    this.#sweptMs = performance.now();
  }

  #look(): { all: Map<number, ProcessInfo>; foreign: Set<number> } {
    const all = new Map<number, ProcessInfo>();
    const foreign = new Set<number>();
    // After a longer pause the pid may be that of another process.
    const known = performance.now() - this.#sweptMs < FOREIGN_MS ? this.#foreign : foreign;
    for (const pid of pids()) {
      const isForeign = known.has(pid) && !this.#roots.has(pid);
      if (isForeign) foreign.add(pid);
      const info = isForeign ? undefined : infoOf(pid);
      if (info !== undefined) all.set(pid, info);
    }
    return { all, foreign };
  }

  #ownerOf(info: ProcessInfo, all: ReadonlyMap<number, ProcessInfo>, owners: Owners): string | undefined {
    const settled = owners.get(info.pid);
    if (settled !== undefined) return settled.jobId;
    // Entered first: a parent chain that changes while it is read cannot go round for ever.
    owners.set(info.pid, { startTicks: info.startTicks, jobId: undefined });
    const before = this.#owners.get(info.pid);
    let jobId = this.#roots.get(info.pid) ?? this.#roots.get(info.session);
    if (jobId === undefined && before?.startTicks === info.startTicks) jobId = before.jobId;
    else if (jobId === undefined) {
      const parent = all.get(info.parent);
      jobId = (parent && this.#ownerOf(parent, all, owners)) ?? markerOf(info.pid);
    }
    if (jobId !== undefined && !this.#jobs.has(jobId)) jobId = undefined;
    owners.set(info.pid, { startTicks: info.startTicks, jobId });
    return jobId;
  }
}

function markerOf(pid: number): string | undefined {
  const environment = `\0${readIfThere(`/proc/${pid}/environ`)}`;
  const at = environment.indexOf(`\0${MARKER}=`);
  if (at < 0) return undefined;
  const start = at + MARKER.length + 2;
  const end = environment.indexOf("\0", start);
  return environment.slice(start, end < 0 ? undefined : end);
}

/** Ends processes that carry the marker of a lost job, and returns how many there were. */
export function endStrays(isLost: (jobId: string) => boolean): number {
  let count = 0;
  for (const pid of pids()) {
    const jobId = pid === process.pid ? undefined : markerOf(pid);
    if (jobId === undefined || !isLost(jobId)) continue;
    if (sendSignal(pid, "SIGKILL")) count += 1;
  }
  return count;
}

/** Signals one process (or group, if negative; 0 only looks); false if it is gone. */
export function sendSignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** Where there is no /proc, jobs still are process groups; nothing more is known of them. */
function pids(): number[] {
  try {
    return readdirSync("/proc").map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

/** What stat says behind the name, which may hold anything: see proc_pid_stat(5). */
export function statFields(pid: number | "self"): string[] {
  const stat = readIfThere(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** Undefined if it is gone or a zombie. */
function infoOf(pid: number): ProcessInfo | undefined {
  const fields = statFields(pid);
  if (["", "Z", "X"].includes(fields[0] ?? "")) return undefined;
  const field = (index: number) => Number(fields[index]);
  return {
    pid,
    parent: field(1),
    session: field(3),
    cpuTicks: field(11) + field(12) + field(13) + field(14),
    startTicks: field(19),
    rssBytes: field(21) * PAGE_BYTES,
  };
}

/** Memory of a process with what it shares divided fairly; undefined if it cannot be told. */
function proportionalBytes(pid: number): number | undefined {
  const found = /^Pss:\s+(\d+) kB/m.exec(readIfThere(`/proc/${pid}/smaps_rollup`));
  return found === null ? undefined : Number(found[1]) * 1024;
}

/** The page size is not told anywhere that Node reads: it is what makes both readings of our own memory agree. */
function pageBytes(): number {
  const exact = process.memoryUsage.rss() / Number(statFields("self")[21]);
  return Number.isFinite(exact) ? 2 ** Math.round(Math.log2(exact)) : 4096;
}

const PAGE_BYTES = pageBytes();

/** A small file, such as those of /proc, as bytes in a string; empty if it is gone or may not be read. */
export function readIfThere(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

export function childrenOf(pid: number): number[] {
  return readIfThere(`/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean).map(Number);
}

/** What the program of a process is called, 15 bytes at most; empty for one that is gone. */
export function commandOf(pid: number): string {
  return readIfThere(`/proc/${pid}/comm`).trim();
}

/** Whether a process left SIGTERM to the system, which keeps it from the first one of a container. */
export function leavesTermToSystem(pid: number): boolean {
  const text = readIfThere(`/proc/${pid}/status`);
  return text !== "" && !/^Sig(?:Blk|Ign|Cgt):\s+[\da-f]*[4-7c-f][\da-f]{3}$/m.test(text);
}
