import type { Clock } from "../clock.ts";
import type { Pool, Preset } from "../state/hardware.ts";
import type { JobRecord } from "../state/job.ts";
import type { Cluster } from "../state/platform.ts";

interface Need {
  cpu: number;
  memory: number;
  gpus: number;
}

interface Node {
  pool: string;
  readyMs: number;
  free: Need;
}

export type Placement = "placed" | "scaling" | "full" | "impossible";

/** The nodes of one cluster: who fits where, and how many more would. */
export class Nodes {
  readonly #pools: readonly Pool[];
  readonly #nodes: Node[];
  readonly #presets: ReadonlyMap<string, Preset>;
  readonly #held = new Map<string, { node: Node; need: Need }>();
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

  /** Takes room for a job, or says why there is none yet. Asking again is how one waits. */
  place(job: JobRecord): Placement {
    if (this.#held.has(job.id)) return "placed";
    const need = needOf(job.container.resources);
    const pools = this.#poolsFor(job, need);
    if (pools.length === 0) return "impossible";
    const now = this.#clock.nowMs();
    const fitting = this.#nodes.filter(
      (node) => pools.some(({ name }) => name === node.pool) && fits(node.free, need),
    );
    const ready = fitting.find(({ readyMs }) => readyMs <= now);
    if (ready !== undefined) {
      take(ready, need, -1);
      this.#held.set(job.id, { node: ready, need });
      return "placed";
    }
    return fitting.length > 0 || this.#grow(pools, now) ? "scaling" : "full";
  }

  release(jobId: string): void {
    const held = this.#held.get(jobId);
    if (held === undefined) return;
    this.#held.delete(jobId);
    take(held.node, held.need, 1);
  }

  /** How many more jobs of a preset could start, counting nodes still to be added. Source: protocol reference 4.10. */
  capacity(preset: Preset): number {
    const need = { cpu: preset.cpu, memory: preset.memory, gpus: preset.nvidia_gpu?.count ?? 0 };
    return this.#pools
      .filter(({ name }) => preset.resource_pool_names.includes(name))
      .reduce((sum, pool) => {
        const nodes = this.#nodes.filter((node) => node.pool === pool.name);
        const used = nodes.reduce((count, { free }) => count + times(free, need), 0);
        return sum + used + (pool.max_size - nodes.length) * times(roomOf(pool), need);
      }, 0);
  }

  #poolsFor(job: JobRecord, need: Need): Pool[] {
    const names =
      job.presetName === undefined ? undefined : this.#presets.get(job.presetName)?.resource_pool_names;
    return this.#pools.filter((pool) => (names?.includes(pool.name) ?? true) && fits(roomOf(pool), need));
  }

  #grow(pools: readonly Pool[], now: number): boolean {
    const pool = pools.find(({ name, max_size }) => {
      return this.#nodes.filter((node) => node.pool === name).length < max_size;
    });
    if (pool === undefined) return false;
    this.#nodes.push(newNode(pool, now + this.#scaleUpMs));
    return true;
  }
}

function needOf(resources: JobRecord["container"]["resources"]): Need {
  const { cpu, memory, nvidia_gpu = 0, amd_gpu = 0, intel_gpu = 0 } = resources;
  return { cpu, memory, gpus: nvidia_gpu + amd_gpu + intel_gpu };
}

function newNode(pool: Pool, readyMs: number): Node {
  return { pool: pool.name, readyMs, free: roomOf(pool) };
}

function roomOf({ cpu, memory, nvidia_gpu }: Pool): Need {
  return { cpu, memory, gpus: nvidia_gpu?.count ?? 0 };
}

/** Shares of a CPU do not add up exactly. */
const TINY = 1e-6;

function fits(free: Need, need: Need): boolean {
  return free.cpu + TINY >= need.cpu && free.memory >= need.memory && free.gpus >= need.gpus;
}

function times(free: Need, need: Need): number {
  const byGpu = need.gpus === 0 ? Number.POSITIVE_INFINITY : Math.floor(free.gpus / need.gpus);
  return Math.max(
    0,
    Math.min(Math.floor((free.cpu + TINY) / need.cpu), Math.floor(free.memory / need.memory), byGpu),
  );
}

function take(node: Node, need: Need, sign: 1 | -1): void {
  node.free = {
    cpu: node.free.cpu + sign * need.cpu,
    memory: node.free.memory + sign * need.memory,
    gpus: node.free.gpus + sign * need.gpus,
  };
}
