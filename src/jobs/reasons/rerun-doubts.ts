import type { JobDescription, Preset } from "../../client/index.ts";
import { formatSpan } from "../time/durations.ts";
import { counted } from "../words.ts";
import { signalOf } from "./exit-codes.ts";
import { formatMemory, quoted } from "./explanation.ts";
import { imageText } from "./image.ts";
import { largerText } from "./room.ts";

/** A job about to be started like another one. */
export interface Again {
  preset: Preset;
  /** Presets of its cluster, to choose a better one from. */
  presets: readonly Preset[];
  hasNewImage: boolean;
  /** Another program would run: another command, or another image. */
  hasNewProgram: boolean;
  /** This server killed the process of the job: that says nothing about memory. */
  isSignalled?: boolean;
  /** Absent = no end. */
  lifeSpanSeconds?: number | undefined;
}

const UNPULLABLE = new Set(["ErrImagePull", "ImagePullBackOff", "InvalidImageName", "Collected"]);
const UNSTARTABLE = new Set(["ContainerCannotRun", "StartError"]);

/** Why a job like this one may well end, or get stuck, as it did; one sentence each, empty when nothing is known. */
export function rerunDoubts(source: JobDescription, again: Again): string[] {
  return [
    ...imageDoubts(source, again),
    ...memoryDoubts(source, again),
    ...gpuDoubts(source, again),
    ...programDoubts(source, again),
    ...reasonDoubts(source, again),
  ];
}

function imageDoubts(source: JobDescription, { hasNewImage }: Again): string[] {
  const { reason = "" } = source.history;
  if (hasNewImage || !UNPULLABLE.has(reason)) return [];
  return [
    `image: ${imageText(source)} could not be pulled for that job (${reason}), and it is unchanged. Check its name and tag, and give image.`,
  ];
}

function memoryDoubts(source: JobDescription, { preset, presets, isSignalled }: Again): string[] {
  const { reason, exit_code = 0 } = source.history;
  const isStated = reason === "OOMKilled";
  if (!isStated && (signalOf(exit_code) !== "SIGKILL" || isSignalled === true || reason === "UserRequested"))
    return [];
  const { memory } = source.container.resources;
  if (preset.memory > memory) return [];
  const how = isStated ? "ran out of memory" : "was killed by SIGKILL, probably for lack of memory,";
  const now = preset.memory === memory ? "the same" : `only ${formatMemory(preset.memory)}`;
  return [
    `preset: that job ${how} at ${formatMemory(memory)}, and ${preset.name} has ${now}. ${largerText(source, { presets })}`,
  ];
}

function gpuDoubts(
  { container: { resources }, preset_name: before }: JobDescription,
  { preset }: Again,
): string[] {
  if (preset.name === before) return [];
  const had = (resources.nvidia_gpu ?? 0) + (resources.amd_gpu ?? 0) + (resources.intel_gpu ?? 0);
  const has = [preset.nvidia_gpu, preset.amd_gpu, preset.intel_gpu].reduce(
    (sum, gpu) => sum + (gpu?.count ?? 0),
    0,
  );
  if (has >= had) return [];
  const count = counted(had, "GPU");
  return [`preset: that job had ${count}, and ${preset.name} has ${has === 0 ? "none" : has}.`];
}

function programDoubts({ history }: JobDescription, { hasNewProgram }: Again): string[] {
  const { reason = "", exit_code: code } = history;
  if (hasNewProgram || (!UNSTARTABLE.has(reason) && code !== 126 && code !== 127)) return [];
  return ["command: it could not be started in that job, and command and image are unchanged."];
}

function reasonDoubts({ history, life_span: span, preset_name }: JobDescription, again: Again): string[] {
  const { reason = "" } = history;
  if (/^Missing (secret|disk)s?: /i.test(reason)) {
    return [`${quoted(reason)} is why that job failed: make sure they exist now.`];
  }
  if (reason === "Job cannot be scheduled" && again.preset.name === preset_name) {
    return [`preset: no node of the cluster can ever hold a job of ${preset_name}, and it is unchanged.`];
  }
  const { lifeSpanSeconds = Number.POSITIVE_INFINITY } = again;
  if (reason === "LifeSpanEnded" && span !== undefined && lifeSpanSeconds <= span) {
    return [
      `life_span: that job was ended by its life span of ${formatSpan(span)}, and this one would have ${lifeSpanSeconds < span ? "less" : "the same"}.`,
    ];
  }
  return [];
}
