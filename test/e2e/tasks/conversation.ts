import type { Agent } from "../../support/agent.ts";

/** What an agent may use for one question of a person: so many calls, none more. */
export function conversation(agent: Agent, mostCalls: number) {
  let calls = 0;
  return async (tool: string, args: Record<string, unknown> = {}) => {
    calls += 1;
    if (calls > mostCalls) throw new Error(`${tool} is call ${calls}; the question allows ${mostCalls}`);
    return await agent.ok(tool, args);
  };
}
