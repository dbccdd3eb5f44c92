import { setMaxListeners } from "node:events";
import type { Caller } from "../operations/caller.ts";
import { offeredPrompts } from "../prompts/index.ts";
import { offered } from "../tools/index.ts";
import { completions } from "./completions.ts";
import { type Client, type Connection, LIMITS, type Limits } from "./connection.ts";
import { instructions } from "./instructions.ts";
import { servePrompts } from "./prompts.ts";
import { serveResources } from "./resources.ts";
import { makeScrub } from "./scrub.ts";
import { Subscriptions } from "./subscriptions.ts";
import { serveTools } from "./tools.ts";

export interface SessionOptions extends Partial<Limits> {
  /** Whether the agent works on this machine, so that a port opened here is of use to it. */
  isLocal?: boolean;
}

/** One session of a caller: what it offers, and how its requests are answered. Knows no SDK. */
export function openSession(
  caller: Caller,
  client: Client,
  { isLocal = true, ...limits }: SessionOptions = {},
) {
  const closing = new AbortController();
  // Each call under way listens.
  setMaxListeners(0, closing.signal);
  const scrub = makeScrub(caller.policy.secrets, () => caller.platform.secrets());
  const connection: Connection = {
    caller,
    client,
    isLocal,
    scrub,
    limits: { ...LIMITS, ...limits },
    closing: closing.signal,
  };
  const tools = offered(caller.policy, { isLocal });
  const names = new Set(tools.map(({ name }) => name));
  const prompts = offeredPrompts(names);
  const subscriptions = new Subscriptions(connection);
  return {
    instructions: instructions(tools),
    tools: serveTools(tools, connection),
    resources: serveResources(connection, subscriptions),
    subscriptions,
    prompts: servePrompts({ prompts, tools: names }, connection),
    complete: completions(prompts, connection),
    close: () => closing.abort(),
  };
}
