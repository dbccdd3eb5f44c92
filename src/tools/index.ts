import type { Policy } from "../operations/caller.ts";
import { attach } from "./attach.ts";
import { capacity } from "./capacity.ts";
import { compare } from "./compare/index.ts";
import { context } from "./context.ts";
import type { Tool } from "./define-tool.ts";
import { exec } from "./exec/index.ts";
import { extend } from "./extend/index.ts";
import { files } from "./files/index.ts";
import { forward } from "./forward.ts";
import { kill } from "./kill/index.ts";
import { list } from "./list/index.ts";
import { logs } from "./logs/index.ts";
import { report } from "./report/index.ts";
import { rerun } from "./rerun/index.ts";
import { save } from "./save.ts";
import { signal } from "./signal/index.ts";
import { start } from "./start/index.ts";
import { status } from "./status/index.ts";
import { telemetry } from "./telemetry.ts";
import { wait } from "./wait/index.ts";

/** The catalogue, in the order in which an agent sees it. */
export const tools: Tool[] = [
  list,
  status,
  logs,
  wait,
  capacity,
  start,
  exec,
  kill,
  compare,
  telemetry,
  extend,
  signal,
  save,
  attach,
  forward,
  files,
  rerun,
  report,
  context,
];

/** The tools that the policy allows: one that may not be used is not shown. */
export function offered({ mode, toolset }: Policy, { isLocal } = { isLocal: true }): Tool[] {
  const isAllowed = ({ effects }: Tool) =>
    (mode !== "read-only" || effects.readOnlyHint) && (mode !== "no-destroy" || !effects.destructiveHint);
  return tools
    .map((tool) => (isAllowed(tool) ? tool : (tool.reading ?? tool)))
    .filter(
      (tool) =>
        isAllowed(tool) &&
        (toolset === "all" || tool.toolset === "core") &&
        (isLocal || tool.localOnly === undefined),
    );
}
