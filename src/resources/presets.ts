import { unreadableText } from "../client/index.ts";
import { redactorFor } from "../operations/caller.ts";
import { readCapacity } from "../operations/capacity.ts";
import { boundedJson } from "./bounded-json.ts";
import type { Resource } from "./define-resource.ts";

export const presets: Resource = {
  name: "presets",
  title: "Presets",
  description:
    "Sizes of machine that a job can be started on, in the platform's order (the first is the default): Preset as apolo://schemas/Preset says, and available = how many jobs of it could start now, counting nodes that autoscaling could still add.",
  uriTemplate: "apolo://presets",
  mimeType: "application/json",
  async read(_variables, call) {
    const { cluster, presets, context, trouble } = await readCapacity(call, {});
    // Without permission to see the capacity, the presets are still worth showing.
    const why = trouble && redactorFor(call.caller, [])(`${trouble.code}: ${trouble.message}`).text;
    const unknown = why && `available is unknown: ${why}`;
    return boundedJson({
      read_at: new Date().toISOString(),
      cluster,
      presets: presets.map(({ preset, room }) => ({ ...preset, available: room })),
      note: [unknown, unreadableText(context).trim()].filter(Boolean).join(" ") || undefined,
    });
  },
};
