import type { JobDescription, Platform, StartOptions } from "../../src/client/index.ts";
import { connectPlatform, loginFromPassedConfig } from "../../src/client/index.ts";
import type { Emulator, EmulatorOptions } from "../../src/emulator/index.ts";
import type { Policy } from "../../src/operations/caller.ts";
import type { Agent } from "./agent.ts";
import { test as base, connectAgent, openPolicy } from "./fixtures.ts";
import { startJob, untilEnded, untilStatus } from "./run-job.ts";
import { SLEEP } from "./sleepers.ts";

export interface Place {
  cluster: string;
  org: string;
  project: string;
}

/**
 * Places that share their project's name; alice and bob belong to each. The platform lets one job of a name be
 * active in all of them together; those that have ended may share it. Source: protocol reference 3.8.
 */
export const HOME: Place = { cluster: "default", org: "acme", project: "vision" };
export const OTHER_ORG: Place = { cluster: "default", org: "research", project: "vision" };
export const OTHER_CLUSTER: Place = { cluster: "west", org: "acme", project: "vision" };
export const FAR: Place = { cluster: "west", org: "research", project: "vision" };

const WORLD: EmulatorOptions = {
  projects: [OTHER_ORG, FAR].map(({ cluster, org, project: name }) => ({
    ...{ cluster, org, name },
    members: { alice: "admin", bob: "writer" },
  })),
};

interface Starting extends Partial<StartOptions> {
  script?: string;
}

/** Two clusters, two orgs with projects of one name, and people who share them. */
export interface World {
  /** The platform as a user sees it who has selected a place. */
  as(user: string, place?: Place): Platform;
  agent(user: string, place?: Place, policy?: Policy): Promise<Agent>;
  /** A job of a user in a place, once it runs. */
  running(user: string, place: Place, options?: Starting): Promise<JobDescription>;
  /** The same, once it has ended. */
  ended(user: string, place: Place, options?: Starting): Promise<JobDescription>;
}

/** `test` with a world whose places are easily mistaken for each other; `platform` and `mcp` are alice's at home. */
export const test = base.extend<{ emulatorOptions: EmulatorOptions; world: World }>({
  emulatorOptions: [WORLD, { injected: false }],
  world: async ({ emulator }, use) => {
    const platforms = new Map<string, Platform>();
    const agents: Agent[] = [];
    await use(openWorld(emulator, platforms, agents));
    await Promise.all(agents.map(({ client }) => client.close()));
    await Promise.all([...platforms.values()].map((platform) => platform.close()));
  },
});
export { expect } from "vitest";

function openWorld(emulator: Emulator, platforms: Map<string, Platform>, agents: Agent[]): World {
  const as = (user: string, place: Place = HOME) => {
    const key = [user, ...Object.values(place)].join("/");
    const login = loginFromPassedConfig(emulator.passedConfig);
    const platform =
      platforms.get(key) ?? connectPlatform({ ...login, ...place, token: emulator.tokenFor(user) });
    platforms.set(key, platform);
    return platform;
  };
  return {
    as,
    async agent(user, place, policy = openPolicy) {
      const agent = await connectAgent(as(user, place), policy);
      agents.push(agent);
      return agent;
    },
    async running(user, place, options) {
      const job = await startJob(as(user, place), { script: `echo on; ${SLEEP}`, ...options });
      return untilStatus(as(user, place), job, "running");
    },
    async ended(user, place, options) {
      return untilEnded(as(user, place), await startJob(as(user, place), options));
    },
  };
}
