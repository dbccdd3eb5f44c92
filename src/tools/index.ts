import type { Tool } from "./define-tool.ts";
import type { Policy } from "./session.ts";

/** The catalogue, in the order in which an agent meets them. */
export const tools: Tool[] = [];

/** What the policy leaves of the catalogue: a tool that may not be used is not shown. */
export function offered({ mode, toolset }: Policy): Tool[] {
  return tools.filter(
    (tool) =>
      (toolset === "all" || tool.toolset === "core") &&
      (mode !== "read-only" || tool.effects.readOnlyHint) &&
      (mode !== "no-destroy" || !tool.effects.destructiveHint),
  );
}
