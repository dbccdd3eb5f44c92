import { type PlatformContext, PlatformError, type Preset, type Where } from "../client/index.ts";
import { gpuText } from "../jobs/hardware.ts";
import { InvalidInputError } from "../jobs/invalid-input.ts";
import { nearestNames } from "../jobs/names/near.ts";
import type { Asking } from "./caller.ts";

const GIB = 2 ** 30;

/** A preset, and how many jobs of it could start now, with nodes that autoscaling would add. */
export interface PresetRoom {
  preset: Preset;
  /** Absent where it is not known. */
  room: number | undefined;
}

/** What can be started on in one cluster. */
export interface Capacity {
  cluster: string;
  /** In the platform's order: the first is the default. */
  presets: PresetRoom[];
  /** Why no room is known: not everybody may ask. */
  trouble: PlatformError | undefined;
  context: PlatformContext;
}

export interface CapacityFilter {
  gpu?: boolean | undefined;
  gpu_model?: string | undefined;
  min_memory_gib?: number | undefined;
  min_cpu?: number | undefined;
  available_only?: boolean | undefined;
}

/** The presets of a cluster with the room there is now. @throws {InvalidInputError} there is no such cluster */
export async function readCapacity(
  { caller: { platform }, signal }: Asking,
  where: Where,
): Promise<Capacity> {
  const [context, answer] = await Promise.all([
    platform.context({ signal }),
    platform.jobs.getCapacity(where, { signal }).catch(asTrouble),
  ]);
  const trouble = answer instanceof PlatformError ? answer : undefined;
  const room = answer instanceof PlatformError ? {} : answer;
  const cluster = where.cluster ?? context.selection.cluster;
  const found = context.clusters.find(({ name }) => name === cluster);
  if (found === undefined) throw trouble ?? noCluster(cluster, context);
  const presets = found.presets.map((preset) => ({ preset, room: room[preset.name] }));
  return { cluster, presets, context, trouble };
}

/** Those that have what is asked for, cheapest first. */
export function fittingPresets(presets: readonly PresetRoom[], filter: CapacityFilter): PresetRoom[] {
  return presets.filter((each) => fits(each, filter)).sort(byPrice);
}

function asTrouble(error: unknown): PlatformError {
  if (error instanceof PlatformError) return error;
  throw error;
}

function noCluster(wanted: string, { clusters }: PlatformContext): InvalidInputError {
  const names = clusters.map(({ name }) => name);
  const [guess = names.join(", ")] = nearestNames(wanted, names);
  return new InvalidInputError(`There is no cluster ${JSON.stringify(wanted)}; nearest: ${guess}.`, {
    argument: "project",
  });
}

function fits({ preset, room = 0 }: PresetRoom, filter: CapacityFilter): boolean {
  const { gpu, gpu_model, min_memory_gib = 0, min_cpu = 0, available_only = false } = filter;
  const gpus = gpuText(preset);
  return (
    (gpu === undefined || gpu === (gpus !== undefined)) &&
    (gpu_model === undefined || (gpus?.toLowerCase().includes(gpu_model.toLowerCase()) ?? false)) &&
    preset.memory >= min_memory_gib * GIB &&
    preset.cpu >= min_cpu &&
    (!available_only || room > 0)
  );
}

function byPrice({ preset: a }: PresetRoom, { preset: b }: PresetRoom): number {
  return Number(a.credits_per_hour) - Number(b.credits_per_hour) || a.name.localeCompare(b.name);
}
