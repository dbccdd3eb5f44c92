import { setMaxListeners } from "node:events";
import type { Caller } from "../operations/caller.ts";
import { offeredPrompts } from "../prompts/index.ts";
import { offered } from "../tools/index.ts";
import { completions } from "./completions.ts";
import type { Client, Connection } from "./connection.ts";
import { instructions } from "./instructions.ts";
import { servePrompts } from "./prompts.ts";
import { serveResources } from "./resources.ts";
import { makeScrub } from "./scrub.ts";
import { Subscriptions } from "./subscriptions.ts";
import { serveTools } from "./tools.ts";

/** Clients give up after 60 s, some after 45 s. */
const CALL_MS = 44_000;

export interface SessionOptions {
  /** Whether the agent works on this machine, so that a port opened here is of use to it. */
  isLocal?: boolean;
  /** How long a call may take. */
  callMs?: number;
}

/** One session of a caller: what it offers, and how its requests are answered. Knows no SDK. */
export function openSession(
  caller: Caller,
  client: Client,
  { isLocal = true, callMs = CALL_MS }: SessionOptions = {},
) {
  const closing = new AbortController();
  // Every call in progress listens to it.
  setMaxListeners(0, closing.signal);
  const scrub = makeScrub(caller.policy.secrets, () => caller.platform.secrets());
  const connection: Connection = {
    caller,
    client,
    isLocal,
    scrub,
    callMs,
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
