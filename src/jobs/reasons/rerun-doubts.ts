import type { JobDescription, Preset } from "../../client/index.ts";
import { signalOf } from "./exit-codes.ts";

/** A job about to be started like another one. */
export interface Again {
  preset: Preset;
  hasNewImage: boolean;
  /** Another program would run: another command, or another image. */
  hasNewProgram: boolean;
  /** This server killed the process of the job: that says nothing about memory. */
  isSignalled?: boolean;
  /** Absent = no end. */
  lifeSpanSeconds?: number | undefined;
}

/** Something that speaks against a job like another one. `tools/rerun/reply.ts` has the words. */
export type RerunDoubt =
  | { code: "image_not_pulled"; reason: string }
  /** `isStated` by the platform, or concluded from a SIGKILL. */
  | { code: "no_more_memory"; isStated: boolean; hadBytes: number; preset: Preset }
  | { code: "fewer_gpus"; had: number; has: number; preset: string }
  | { code: "program_did_not_start" }
  | { code: "missing"; reason: string }
  | { code: "preset_too_small"; preset: string }
  | { code: "life_span_too_short"; hadSeconds: number; isLess: boolean };

const UNPULLABLE = new Set(["ErrImagePull", "ImagePullBackOff", "InvalidImageName", "Collected"]);
const UNSTARTABLE = new Set(["ContainerCannotRun", "StartError"]);

/** Why a job like this one may well end, or get stuck, as it did; empty when nothing is known. */
export function rerunDoubts(source: JobDescription, again: Again): RerunDoubt[] {
  const { reason = "", exit_code: code } = source.history;
  const { hasNewImage, hasNewProgram, preset, lifeSpanSeconds = Number.POSITIVE_INFINITY } = again;
  const { life_span: span } = source;
  const doubts: RerunDoubt[] = [];
  if (!hasNewImage && UNPULLABLE.has(reason)) doubts.push({ code: "image_not_pulled", reason });
  doubts.push(...memoryDoubts(source, again), ...gpuDoubts(source, again));
  if (!hasNewProgram && (UNSTARTABLE.has(reason) || code === 126 || code === 127))
    doubts.push({ code: "program_did_not_start" });
  if (/^Missing (secret|disk)s?: /i.test(reason)) doubts.push({ code: "missing", reason });
  if (reason === "Job cannot be scheduled" && preset.name === source.preset_name)
    doubts.push({ code: "preset_too_small", preset: preset.name });
  if (reason === "LifeSpanEnded" && span !== undefined && lifeSpanSeconds <= span)
    doubts.push({ code: "life_span_too_short", hadSeconds: span, isLess: lifeSpanSeconds < span });
  return doubts;
}

function memoryDoubts({ history, container }: JobDescription, { preset, isSignalled }: Again): RerunDoubt[] {
  const { reason, exit_code = 0 } = history;
  const isStated = reason === "OOMKilled";
  const isLikely = signalOf(exit_code) === "SIGKILL" && isSignalled !== true && reason !== "UserRequested";
  const { memory: hadBytes } = container.resources;
  if (!(isStated || isLikely) || preset.memory > hadBytes) return [];
  return [{ code: "no_more_memory", isStated, hadBytes, preset }];
}

function gpuDoubts(
  { container: { resources }, preset_name: before }: JobDescription,
  { preset }: Again,
): RerunDoubt[] {
  const { nvidia_gpu = 0, amd_gpu = 0, intel_gpu = 0 } = resources;
  const had = nvidia_gpu + amd_gpu + intel_gpu;
  const has = [preset.nvidia_gpu, preset.amd_gpu, preset.intel_gpu].reduce(
    (sum, gpu) => sum + (gpu?.count ?? 0),
    0,
  );
  return preset.name === before || has >= had ? [] : [{ code: "fewer_gpus", had, has, preset: preset.name }];
}
