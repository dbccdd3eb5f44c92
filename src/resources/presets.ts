import { type Platform, PlatformError, unreadableText } from "../client/index.ts";
import { boundedJson } from "./bounded-json.ts";
import type { Resource } from "./define-resource.ts";

export const presets: Resource = {
  name: "presets",
  title: "Presets",
  description:
    "Sizes of machine that a job can be started on, in the platform's order (the first is the default): Preset as apolo://schemas/Preset says, and available = how many jobs of it could start now, counting nodes that autoscaling could still add.",
  uriTemplate: "apolo://presets",
  mimeType: "application/json",
  async read(_variables, { caller: { platform }, signal }) {
    const context = await platform.context({ signal });
    const { selection, clusters } = context;
    const cluster = clusters.find(({ name }) => name === selection.cluster);
    const { room, note } = await readRoom(platform, signal);
    return boundedJson({
      read_at: new Date().toISOString(),
      cluster: selection.cluster,
      presets: (cluster?.presets ?? []).map((preset) => ({ ...preset, available: room[preset.name] })),
      note: [note, unreadableText(context).trim()].filter(Boolean).join(" ") || undefined,
    });
  },
};

interface Room {
  room: Record<string, number>;
  note?: string;
}

/** Who may not see the capacity may still know what there is to start on. */
async function readRoom(platform: Platform, signal: AbortSignal): Promise<Room> {
  try {
    return { room: await platform.jobs.getCapacity({}, { signal }) };
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    return { room: {}, note: `available is unknown: ${error.code}: ${error.message}` };
  }
}
