import { callText } from "../jobs/next-call.ts";
import type { Tool } from "../tools/define-tool.ts";
import { tools as catalogue } from "../tools/index.ts";
import { wantedTool } from "../tools/meanings/wanted-tool.ts";
import { readCall } from "../tools/reading/index.ts";
import { quoted } from "../tools/reading/problems.ts";
import type { Connection } from "./connection.ts";

/** A call that is longer is not repeated. */
const LONGEST_CALL = 300;

export interface Here {
  tools: readonly Tool[];
  connection: Connection;
}

/** Why a tool that was called is not here, and what to call instead. */
export function describeMissing(name: string, args: Record<string, unknown>, here: Here): string {
  const why = whyNot(name, here);
  const list = `Tools here: ${here.tools.map((tool) => tool.name).join(", ")}.`;
  if (why !== undefined) return `not_permitted: ${name} is not offered: ${why}. Nothing was done. ${list}`;
  const none = `invalid_argument: there is no tool ${quoted(name)}.`;
  const wanted = wantedTool(name, catalogue);
  if (wanted === undefined) return `${none} ${list}`;
  if ("impossible" in wanted)
    return withOffers(`${none} ${wanted.impossible.what} ${wanted.impossible.way}`, here);
  const tool = here.tools.find((offered) => offered.name === wanted.tool);
  if (tool === undefined) return withOffers(`${none} ${wanted.tool} would be for that. ${list}`, here);
  return `${none} ${instead(tool, args)}${wanted.isSpelling ? ` ${list}` : ""}`;
}

/** Says of each tool in a text of ours that is not offered, why it is not. */
export function withOffers(text: string, here: Here): string {
  const named = new Set(text.match(/\b(?:job|apolo)_[a-z]+\b/g));
  const notes = [...named].flatMap((name) => {
    const why = whyNot(name, here);
    return why === undefined ? [] : [`${name} is not offered: ${why}.`];
  });
  return [text, ...notes].join(" ");
}

/** The call as it would pass; of a tool that changes something only its name. */
function instead({ name, title, input, effects }: Tool, args: Record<string, unknown>): string {
  if (!effects.readOnlyHint)
    return `Did you mean ${name} (${title.toLowerCase()})? It changes something: call it if that is wanted.`;
  const call = callText({ tool: name, arguments: args });
  const passes = "args" in readCall({ name, input }, args) && call.length <= LONGEST_CALL;
  return passes ? `Did you mean ${call}?` : `Did you mean ${name} (${title.toLowerCase()})?`;
}

function whyNot(name: string, { tools, connection }: Here): string | undefined {
  const known = catalogue.find((tool) => tool.name === name);
  if (known === undefined || tools.some((tool) => tool.name === name)) return undefined;
  const { caller, isLocal } = connection;
  if (known.localOnly !== undefined && !isLocal) return known.localOnly;
  return `this server was started with --mode ${caller.policy.mode} --tools ${caller.policy.toolset}`;
}
