import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { test as base } from "vitest";
import { connectPlatform, loginFromPassedConfig, type Platform } from "../../src/client/index.ts";
import { type Emulator, type EmulatorOptions, startEmulator } from "../../src/emulator/index.ts";
import { openCaller, type Policy } from "../../src/operations/caller.ts";
import type { Observer } from "../../src/operations/observer.ts";
import { createServer } from "../../src/server/index.ts";
import type { ServerOptions } from "../../src/server/session.ts";
import { Agent } from "./agent.ts";
import { PLANTED } from "./planted.ts";

interface Fixtures {
  /** Override with `test.override`/`test.extend` where a test needs another platform or policy. */
  emulatorOptions: EmulatorOptions;
  policy: Policy;
  /** Shorter ones, for what happens at their end. */
  limits: ServerOptions;
  emulator: Emulator;
  platform: Platform;
  mcp: Agent;
}

export const openPolicy: Policy = { mode: "full", toolset: "all", ownedOnly: false, secrets: [PLANTED.env] };

/** `test` with a fresh emulator, a platform logged in to it, and an agent that speaks MCP to a real server. */
export const test = base.extend<Fixtures>({
  emulatorOptions: [{}, { injected: false }],
  policy: [openPolicy, { injected: false }],
  limits: [{}, { injected: false }],
  emulator: async ({ emulatorOptions }, use) => {
    const emulator = await startEmulator(emulatorOptions);
    await use(emulator);
    await emulator.close();
  },
  platform: async ({ emulator }, use) => {
    const platform = connectPlatform(loginFromPassedConfig(emulator.passedConfig));
    await use(platform);
    await platform.close();
  },
  mcp: async ({ platform, policy, limits }, use) => {
    const agent = await connectAgent(platform, policy, undefined, limits);
    await use(agent);
    await agent.client.close();
  },
});
export { expect } from "vitest";

type Decision = "accept" | "decline";

/**
 * An agent with a caller of its own, which is closed with its session. With `answer` its client can ask the person,
 * who answers so.
 */
export async function connectAgent(
  platform: Platform,
  policy = openPolicy,
  answer?: ((question: string) => Decision | Promise<Decision>) | "opens URLs only",
  limits: ServerOptions = {},
  observer?: Observer,
): Promise<Agent> {
  const canAsk = typeof answer === "function";
  const capabilities = answer === undefined ? {} : { elicitation: canAsk ? {} : { url: {} } };
  const client = new Client({ name: "test", version: "0" }, { capabilities });
  if (canAsk) {
    client.setRequestHandler(ElicitRequestSchema, async ({ params }) => ({
      action: await answer(params.message),
    }));
  }
  const [near, far] = InMemoryTransport.createLinkedPair();
  const caller = openCaller(platform, policy, { observer });
  client.onclose = () => void caller.close();
  await Promise.all([createServer(caller, limits).connect(far), client.connect(near)]);
  return new Agent(client);
}
