import type { Pool, Preset } from "../state/hardware.ts";
import type { JobRecord } from "../state/job.ts";

/** What a node has, or a job needs. */
export interface Room {
  cpu: number;
  /** Bytes. */
  memory: number;
  gpus: number;
}

/** What a job needs of one node. */
export function needOf({ container }: JobRecord): Room {
  const { cpu, memory, nvidia_gpu = 0, amd_gpu = 0, intel_gpu = 0 } = container.resources;
  return { cpu, memory, gpus: nvidia_gpu + amd_gpu + intel_gpu };
}

/** What a preset or an empty node of a pool comes to. */
export function roomOf({ cpu, memory, nvidia_gpu }: Pool | Preset): Room {
  return { cpu, memory, gpus: nvidia_gpu?.count ?? 0 };
}

/** Shares of a CPU do not add up exactly. */
const TINY = 1e-6;

export function fits(free: Room, need: Room): boolean {
  return free.cpu + TINY >= need.cpu && free.memory >= need.memory && free.gpus >= need.gpus;
}

/** How often something fits. */
export function times(free: Room, need: Room): number {
  const byGpu = need.gpus === 0 ? Number.POSITIVE_INFINITY : Math.floor(free.gpus / need.gpus);
  return Math.max(
    0,
    Math.min(Math.floor((free.cpu + TINY) / need.cpu), Math.floor(free.memory / need.memory), byGpu),
  );
}

/** What there is with so much more; `sign` -1 takes it away. */
export function plus(free: Room, need: Room, sign: 1 | -1 = 1): Room {
  return {
    cpu: free.cpu + sign * need.cpu,
    memory: free.memory + sign * need.memory,
    gpus: free.gpus + sign * need.gpus,
  };
}
