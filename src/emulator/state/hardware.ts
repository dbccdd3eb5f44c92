/** Accelerators of a preset or pool, as `/config` says them. Source: protocol reference 1.7. */
interface Gpu {
  count: number;
  model: string;
  memory?: number;
}

/** A size of job with its price, as `/config` says it. Source: protocol reference 1.7. */
export interface Preset {
  name: string;
  /** Decimal text. */
  credits_per_hour: string;
  cpu: number;
  /** Bytes. */
  memory: number;
  nvidia_gpu?: Gpu;
  scheduler_enabled: boolean;
  preemptible_node: boolean;
  resource_pool_names: string[];
}

/** A kind of node, as `/config` says it; between `min_size` and `max_size` of them. Source: protocol reference 1.7. */
export interface Pool {
  name: string;
  min_size: number;
  max_size: number;
  cpu: number;
  memory: number;
  disk_size: number;
  nvidia_gpu?: Gpu;
  is_preemptible: boolean;
}

export interface Machine {
  cpus: number;
  memoryBytes: number;
}

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const A100 = { model: "NVIDIA-A100-SXM4-80GB", memory: 80 * GIB };
const H100 = { model: "NVIDIA-H100-80GB-HBM3", memory: 80 * GIB };

/** Share of the machine that one job of each CPU preset takes. */
const CPU_SHARES = [
  { name: "cpu-small", share: 1 / 16, credits_per_hour: "0.5" },
  { name: "cpu-medium", share: 1 / 8, credits_per_hour: "1" },
  { name: "cpu-large", share: 1 / 2, credits_per_hour: "2" },
];

/** Made-up machines, each with a preset that takes one whole. */
const GPU_NODES = [
  { name: "a100", cpu: 12, memory: 120 * GIB, nvidia_gpu: { count: 1, ...A100 } },
  { name: "h100-x4", cpu: 64, memory: 480 * GIB, nvidia_gpu: { count: 4, ...H100 } },
  { name: "a100-x8-spot", cpu: 96, memory: 960 * GIB, nvidia_gpu: { count: 8, ...A100 } },
];
const GPU_CREDITS: Record<string, string> = { a100: "45.5", "h100-x4": "310", "a100-x8-spot": "120.25" };

/** The presets: CPU ones cut from this machine, GPU ones made up. The first is the default. */
export function presets(machine: Machine): Preset[] {
  const small = CPU_SHARES.map(({ name, share, credits_per_hour }) => ({
    name,
    credits_per_hour,
    cpu: Math.max(0.1, floorTo(machine.cpus * share, 0.025)),
    memory: Math.max(64 * MIB, floorTo(machine.memoryBytes * share, 64 * MIB)),
    scheduler_enabled: false,
    preemptible_node: false,
    resource_pool_names: ["cpu"],
  }));
  const large = GPU_NODES.map((node) => ({
    ...node,
    credits_per_hour: GPU_CREDITS[node.name] ?? "0",
    scheduler_enabled: isSpot(node),
    preemptible_node: isSpot(node),
    resource_pool_names: [node.name],
  }));
  return [...small, ...large];
}

/** The node pools behind the presets. `gpuNodes` is the size of each GPU pool. */
export function pools(machine: Machine, gpuNodes: number): Pool[] {
  const cpu = Math.max(machine.cpus, 1.6);
  const memory = Math.max(machine.memoryBytes, GIB);
  const cpuPool = { name: "cpu", min_size: 1, max_size: 2, cpu, memory };
  const gpuPools = GPU_NODES.map((node) => ({ ...node, min_size: 0, max_size: gpuNodes }));
  return [cpuPool, ...gpuPools].map((pool) => ({
    ...pool,
    disk_size: 150 * GIB,
    is_preemptible: isSpot(pool),
  }));
}

const isSpot = ({ name }: { name: string }) => name.endsWith("-spot");

function floorTo(value: number, step: number): number {
  return Number((Math.floor(value / step + 1e-9) * step).toFixed(6));
}
