import type { Clock } from "../clock.ts";
import { current, type JobRecord } from "../state/job.ts";
import type { Cluster, Pool, Preset } from "../state/platform.ts";
import { Queue, type Room, type Waiting } from "./queue.ts";

interface Node {
  pool: string;
  readyMs: number;
  free: Room;
}

/** Whether a job has its place, or why not: a node is coming, all are taken, or none could ever hold it. */
export type Placement = "placed" | "scaling" | "full" | "impossible";

/** The nodes of one cluster: who fits where, who waits for room, and how many more would fit. */
export class Nodes {
  readonly #pools: readonly Pool[];
  readonly #nodes: Node[];
  readonly #presets: ReadonlyMap<string, Preset>;
  readonly #held = new Map<string, { node: Node; need: Room }>();
  readonly #queue = new Queue();
  /** Jobs about to give their room back. */
  readonly #leaving = new Set<string>();
  readonly #clock: Clock;
  readonly #scaleUpMs: number;

  constructor(cluster: Cluster, clock: Clock, scaleUpMs: number) {
    this.#pools = cluster.pools;
    this.#presets = new Map(cluster.presets.map((preset) => [preset.name, preset]));
    this.#clock = clock;
    this.#scaleUpMs = scaleUpMs;
    this.#nodes = cluster.pools.flatMap((pool) =>
      Array.from({ length: pool.min_size }, () => newNode(pool, 0)),
    );
  }

  /**
   * Takes room for a job, or says why there is none yet. Asking again is how one waits; room that becomes free is
   * for the highest priority first, then for who waited longest, and a job that fits nowhere is in nobody's way.
   */
  place(job: JobRecord): Placement {
    if (this.#held.has(job.id)) return "placed";
    const pools = this.#poolsFor(job);
    if (pools.length === 0) return "impossible";
    const now = this.#clock.nowMs();
    const waiting = waitingOf(job, pools, now);
    const { need } = waiting;
    const left = this.#leftFor(waiting);
    const ready = left.find(({ readyMs }) => readyMs <= now);
    if (ready !== undefined) {
      this.#queue.leave(job.id);
      ready.free = plus(ready.free, need, -1);
      this.#held.set(job.id, { node: ready, need });
      return "placed";
    }
    this.#queue.join(waiting);
    return left.length > 0 || this.#grow(pools, now + this.#scaleUpMs) ? "scaling" : "full";
  }

  /** Room for a job that has run so far, so that its node is there. Returns whether there is any. */
  restore(job: JobRecord): boolean {
    const now = this.#clock.nowMs();
    const pools = this.#poolsFor(job);
    const waiting = waitingOf(job, pools, now);
    const hasRoom = this.#nodes.some((node) => node.readyMs <= now && suits(waiting, node, node.free));
    if (!hasRoom) this.#grow(pools, now);
    return this.place(job) === "placed";
  }

  release(jobId: string): void {
    this.#queue.leave(jobId);
    this.#leaving.delete(jobId);
    const held = this.#held.get(jobId);
    if (held === undefined) return;
    this.#held.delete(jobId);
    held.node.free = plus(held.node.free, held.need);
  }

  leave(jobId: string): void {
    if (this.#held.has(jobId)) this.#leaving.add(jobId);
  }

  /** Waiting jobs, first in line first. */
  line(): JobRecord[] {
    return this.#queue.all().map(({ job }) => job);
  }

  /**
   * Who must go so that the first in line with neither room nor room that is coming gets some: one if one is
   * enough, else as few as there are on a node, of those that `replaceable` names for it, the first first.
   */
  relief(replaceable: (job: JobRecord) => readonly JobRecord[]): string[] {
    const free = this.#freeByNode();
    for (const jobId of this.#leaving) {
      const held = this.#held.get(jobId);
      if (held !== undefined) free.set(held.node, plus(free.get(held.node) ?? held.node.free, held.need));
    }
    for (const waiting of this.#queue.all()) {
      if (settle(free, waiting)) continue;
      const others = replaceable(waiting.job).flatMap(({ id }) => {
        const held = this.#leaving.has(id) ? undefined : this.#held.get(id);
        return held === undefined ? [] : [{ id, ...held }];
      });
      const going = fewest(free, waiting, others);
      if (going.length > 0) return going;
    }
    return [];
  }

  /** How many more jobs of a preset could start, counting nodes still to be added. Source: protocol reference 4.10. */
  capacity(preset: Preset): number {
    const need = roomOf(preset);
    return this.#pools
      .filter(({ name }) => preset.resource_pool_names.includes(name))
      .reduce((sum, pool) => {
        const nodes = this.#nodes.filter((node) => node.pool === pool.name);
        const used = nodes.reduce((count, { free }) => count + times(free, need), 0);
        return sum + used + (pool.max_size - nodes.length) * times(roomOf(pool), need);
      }, 0);
  }

  #poolsFor(job: JobRecord): Pool[] {
    const need = needOf(job);
    const names =
      job.presetName === undefined ? undefined : this.#presets.get(job.presetName)?.resource_pool_names;
    return this.#pools.filter((pool) => (names?.includes(pool.name) ?? true) && fits(roomOf(pool), need));
  }

  /** Nodes with room for a job once all before it are served. */
  #leftFor(waiting: Waiting): Node[] {
    const fitting = this.#nodes.filter((node) => suits(waiting, node, node.free));
    if (fitting.length === 0) return [];
    const free = this.#freeByNode();
    for (const other of this.#queue.before(waiting)) settle(free, other);
    return fitting.filter((node) => suits(waiting, node, free.get(node)));
  }

  /** A copy to calculate with; nodes that are ready come first. */
  #freeByNode(): Map<Node, Room> {
    const now = this.#clock.nowMs();
    const readyFirst = this.#nodes.toSorted((a, b) => Math.max(a.readyMs, now) - Math.max(b.readyMs, now));
    return new Map(readyFirst.map((node) => [node, node.free]));
  }

  #grow(pools: readonly Pool[], readyMs: number): boolean {
    const size = (name: string) => this.#nodes.filter((node) => node.pool === name).length;
    const pool = pools.find(({ name, max_size }) => size(name) < max_size);
    if (pool === undefined) return false;
    this.#nodes.push(newNode(pool, readyMs));
    return true;
  }
}

function newNode(pool: Pool, readyMs: number): Node {
  return { pool: pool.name, readyMs, free: roomOf(pool) };
}

function waitingOf(job: JobRecord, pools: readonly Pool[], nowMs: number): Waiting {
  const { status, atMs } = current(job);
  // A suspended job has waited since its suspension.
  const sinceMs = status === "suspended" ? atMs : nowMs;
  return { job, need: needOf(job), pools: new Set(pools.map(({ name }) => name)), sinceMs };
}

function suits({ need, pools }: Waiting, { pool }: Node, free: Room | undefined): boolean {
  return free !== undefined && pools.has(pool) && fits(free, need);
}

function settle(free: Map<Node, Room>, waiting: Waiting): boolean {
  const found = [...free].find(([node, room]) => suits(waiting, node, room));
  if (found !== undefined) free.set(found[0], plus(found[1], waiting.need, -1));
  return found !== undefined;
}

interface Holder {
  id: string;
  node: Node;
  need: Room;
}

function fewest(free: ReadonlyMap<Node, Room>, waiting: Waiting, holders: readonly Holder[]): string[] {
  const nodes = new Set(holders.map(({ node }) => node));
  const enough = [...nodes].flatMap((node) => {
    const room = free.get(node) ?? node.free;
    const here = holders.filter((holder) => holder.node === node);
    const without = (gone: readonly Holder[]) => gone.reduce((sum, { need }) => plus(sum, need), room);
    const suitsWithout = (gone: readonly Holder[]) => suits(waiting, node, without(gone));
    const single = here.find((holder) => suitsWithout([holder]));
    if (single !== undefined) return [[single]];
    return suitsWithout(here) ? [needed(here, suitsWithout)] : [];
  });
  const rank = (going: readonly Holder[]) => Math.min(...going.map((holder) => holders.indexOf(holder)));
  const [best = []] = enough.sort((a, b) => a.length - b.length || rank(a) - rank(b));
  return best.map(({ id }) => id);
}

/** Keeps every job that need not go, trying the last first. */
function needed(here: readonly Holder[], enough: (going: readonly Holder[]) => boolean): Holder[] {
  return here.reduceRight<Holder[]>(
    (going, holder) => {
      const others = going.filter((other) => other !== holder);
      return enough(others) ? others : going;
    },
    [...here],
  );
}

function needOf({ container }: JobRecord): Room {
  const { cpu, memory, nvidia_gpu = 0, amd_gpu = 0, intel_gpu = 0 } = container.resources;
  return { cpu, memory, gpus: nvidia_gpu + amd_gpu + intel_gpu };
}

function roomOf({ cpu, memory, nvidia_gpu }: Pool | Preset): Room {
  return { cpu, memory, gpus: nvidia_gpu?.count ?? 0 };
}

/** Shares of a CPU do not add up exactly. */
const TINY = 1e-6;

function fits(free: Room, need: Room): boolean {
  return free.cpu + TINY >= need.cpu && free.memory >= need.memory && free.gpus >= need.gpus;
}

function times(free: Room, need: Room): number {
  const byGpu = need.gpus === 0 ? Number.POSITIVE_INFINITY : free.gpus / need.gpus;
  const least = Math.min((free.cpu + TINY) / need.cpu, free.memory / need.memory, byGpu);
  return Math.max(0, Math.floor(least));
}

/** `free` plus `need`, or minus it with `sign` -1. */
function plus(free: Room, need: Room, sign: 1 | -1 = 1): Room {
  return {
    cpu: free.cpu + sign * need.cpu,
    memory: free.memory + sign * need.memory,
    gpus: free.gpus + sign * need.gpus,
  };
}
