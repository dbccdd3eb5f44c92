import { z } from "zod";
import { type PlatformContext, unreadableText } from "../client/index.ts";
import { formatCredits } from "../jobs/cost.ts";
import { gpuText, hardwareText } from "../jobs/hardware.ts";
import { unknownProjectText } from "../jobs/names/near.ts";
import { present } from "../jobs/words.ts";
import { type Capacity, fittingPresets, type PresetRoom, readCapacity } from "../operations/capacity.ts";
import { whereOf } from "../operations/find/index.ts";
import { placesOf } from "../operations/find/places.ts";
import { ifAny, maybeFlag, maybeNumber, maybeText, maybeTexts, openObject, text, texts } from "./answers.ts";
import { project, textArg } from "./args.ts";
import { projectsIn, selectedText } from "./context.ts";
import { defineTool } from "./define-tool.ts";

const GIB = 2 ** 30;

const presetRow = openObject(
  {},
  {
    name: text,
    available: maybeNumber,
    credits_per_hour: text,
    cpu: z.number(),
    memory_gib: z.number(),
    gpu: maybeText,
    preemptible: maybeFlag,
    scheduled: maybeFlag,
  },
);

export const capacity = defineTool({
  name: "job_capacity",
  title: "Room now",
  description: "Presets, cheapest first: hardware, price, room now.",
  toolset: "core",
  hasView: true,
  input: z.strictObject({
    gpu: z.boolean().optional().describe("Has GPUs"),
    gpu_model: textArg("a100").optional().describe("e.g. a100"),
    min_memory_gib: z.number().min(0).optional().describe("At least"),
    min_cpu: z.number().min(0).optional().describe("At least"),
    available_only: z.boolean().optional().describe("With room now"),
    project,
  }),
  output: openObject(
    { presets: z.array(presetRow) },
    {
      cluster: text,
      selected: text,
      projects: texts,
      other_clusters: texts,
      doubts: maybeTexts,
      unreadable: maybeTexts,
    },
  ),
  effects: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  async run({ project: at, ...filter }, call) {
    const capacity = await readCapacity(call, whereOf(at));
    const { cluster, presets, context, trouble } = capacity;
    if (trouble !== undefined) throw trouble;
    const fitting = fittingPresets(presets, filter);
    const choices = choicesOf(context, cluster);
    const doubts = at === undefined ? [] : placesOf([at], context).unknown([]).map(unknownProjectText);
    return {
      text: present([
        headline(capacity, fitting.length),
        ...doubts,
        ...fitting.map(row),
        ...choices.lines,
        unreadableText(context).trim(),
      ]).join("\n"),
      data: {
        cluster,
        presets: fitting.map(data),
        ...choices.data,
        doubts: ifAny(doubts),
        unreadable: ifAny(context.unreadable),
      },
    };
  },
});

function headline({ cluster, presets }: Capacity, fitting: number): string {
  const which = fitting === presets.length ? `all ${fitting}` : `${fitting} of ${presets.length}`;
  const none = fitting === 0 ? " None fits: call job_capacity without filters to see all." : "";
  return `Presets of cluster ${cluster} (${which}), cheapest first. Room counts nodes that autoscaling would still add, so the first job on one may wait minutes.${none}`;
}

function row({ preset, room }: PresetRoom): string {
  const said = room === undefined ? "room unknown" : room > 0 ? `room for ${room} now` : "NO ROOM NOW";
  return `- ${preset.name}: ${said}; ${formatCredits(preset.credits_per_hour)} credits/h; ${hardwareText(preset)}`;
}

function data({ preset, room }: PresetRoom) {
  return {
    name: preset.name,
    available: room === undefined ? undefined : Math.max(0, room),
    credits_per_hour: formatCredits(preset.credits_per_hour),
    cpu: preset.cpu,
    memory_gib: Math.round((preset.memory / GIB) * 100) / 100,
    gpu: gpuText(preset),
    preemptible: preset.preemptible_node || undefined,
    scheduled: preset.scheduler_enabled || undefined,
  };
}

function choicesOf(context: PlatformContext, cluster: string) {
  const projects = projectsIn(cluster, context.projects);
  const others = context.clusters.map(({ name }) => name).filter((name) => name !== cluster);
  const selected = selectedText(context);
  const lines = [
    `Selected: ${selected}. Projects in ${cluster}: ${projects.join(", ") || "none"}.`,
    others.length > 0 && `Other clusters: ${others.join(", ")} (project: "cluster/org/project" asks there).`,
  ];
  return { lines, data: { selected, projects, other_clusters: others } };
}
