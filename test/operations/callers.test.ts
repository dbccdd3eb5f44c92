import { describe, vi } from "vitest";
import { connectPlatform, loginFromPassedConfig, type Platform } from "../../src/client/index.ts";
import { jobUri } from "../../src/jobs/names/ids.ts";
import { connectAgent, openPolicy } from "../support/fixtures.ts";
import { connectSession } from "../support/session.ts";
import { listAll, SLEEP } from "../support/sleepers.ts";
import { test as base, expect, HOME } from "../support/world.ts";

const test = base.extend<{ at: (user: string) => Platform }>({
  /** The login of a user at one server more. */
  at: async ({ emulator }, use) => {
    const platforms: Platform[] = [];
    await use((user) => {
      const login = { ...loginFromPassedConfig(emulator.passedConfig), ...HOME };
      const platform = connectPlatform({ ...login, token: emulator.tokenFor(user) });
      platforms.push(platform);
      return platform;
    });
    for (const platform of platforms) await platform.close();
  },
});

const job = { image: "python:3.12", command: SLEEP, preset: "cpu-small", life_span: "2h" };
const save = { job: "web", image: "image:mine:v1", wait_seconds: 1 };

describe("two users in one process", () => {
  test("open and close ports of their own alone", async ({ world }) => {
    await world.running("alice", HOME, { name: "web" });
    const [alice, bob] = [await world.agent("alice"), await world.agent("bob")];
    const { data } = await alice.ok("job_forward", { action: "open", job: "web", port: 80 });
    const [{ local_port }] = data.forwards;
    expect((await bob.ok("job_forward", { action: "list" })).data.forwards).toEqual([]);
    expect(await bob.refusal("job_forward", { action: "close", local_port })).toContain("those open: none");
    expect((await alice.ok("job_forward", { action: "list" })).data.forwards).toHaveLength(1);
  });

  test("are each told of their own saves, by the rights that each has", async ({ world, emulator }) => {
    const { id } = await world.running("alice", HOME, { name: "web" });
    emulator.chaos.add({ on: { path: "**/save", times: 1 }, do: { kind: "delay", ms: 600_000 } });
    const [alice, carol] = [await world.agent("alice"), await world.agent("carol")];
    expect((await alice.ok("job_save", save)).data.finished).toBe(false);
    const hers = { ...save, job: id, wait_seconds: 45 };
    expect(await carol.refusal("job_save", hers)).toMatch(/^not_permitted: .*you lack write/);
  });

  test("are offered no names of jobs that only the other one may see", async ({ world }) => {
    await world.running("alice", { ...HOME, org: "research", project: "lab" }, { name: "hidden-from-bob" });
    const offered = async (user: string) => {
      const { client } = await connectSession(world.as(user));
      const { completion } = await client.complete({
        ref: { type: "ref/resource", uri: "job://{cluster}/{org}/{project}/{job}/logs/{since}" },
        argument: { name: "job", value: "" },
        context: { arguments: { cluster: "default", org: "research", project: "lab" } },
      });
      return completion.values;
    };
    expect(await offered("alice")).toContain("hidden-from-bob");
    expect(await offered("bob")).toEqual([]);
  });

  test("are told of changes where they asked for them", async ({ world }) => {
    const { id, ...place } = await world.running("alice", HOME, { name: "web" });
    const [alice, bob] = [await connectSession(world.as("alice")), await connectSession(world.as("bob"))];
    const other = await world.running("bob", HOME, { name: "other" });
    await alice.client.subscribeResource({ uri: jobUri({ id, ...place }) });
    await bob.client.subscribeResource({ uri: jobUri(other) });
    await world.as("alice").jobs.kill(id);
    await vi.waitFor(() => expect(alice.updates).not.toEqual([]), { timeout: 30_000, interval: 20 });
    expect(bob.updates).toEqual([]);
  });

  test("count apart in the limits", async ({ world }) => {
    const policy = { ...openPolicy, maxJobs: 1 };
    const [alice, bob] = [await world.agent("alice", HOME, policy), await world.agent("bob", HOME, policy)];
    for (const agent of [alice, bob]) {
      await agent.ok("job_start", job);
      expect(await agent.refusal("job_start", job)).toMatch(/^over_limit: --max-jobs is 1/);
    }
    expect(await listAll(world.as("alice"))).toHaveLength(2);
  });
});

describe("two servers with one user", () => {
  test("count together in the limits, also when they start at once", async ({ at, world }) => {
    const policy = { ...openPolicy, maxJobs: 2, maxCreditsPerHour: 1 };
    const servers = [
      await connectAgent(at("alice"), policy),
      await connectAgent(at("alice"), policy),
    ] as const;
    await servers[0].ok("job_start", job);
    const answers = await Promise.all(
      servers.map((agent) => agent.call("job_start", { ...job, wait_seconds: 0 })),
    );
    expect(answers.filter(({ isError }) => !isError)).toHaveLength(1);
    for (const agent of servers) expect(await agent.refusal("job_start", job)).toMatch(/^over_limit: /);
    const active = (await listAll(world.as("alice"))).filter(({ status }) => status !== "cancelled");
    expect(active).toHaveLength(2);
    for (const { client } of servers) await client.close();
  });

  test("kill nothing more with a token that the other one has taken", async ({ at, world }) => {
    const [one, other] = [await connectAgent(at("alice")), await connectAgent(at("alice"))];
    await world.running("alice", HOME, { name: "tmp-1", tags: ["tmp"] });
    const { token } = (await one.ok("job_kill", { tags: ["tmp"] })).data;
    await one.ok("job_kill", { token });
    const { id } = await world.running("alice", HOME, { name: "tmp-1", tags: ["tmp"] });
    const { data } = await other.ok("job_kill", { token });
    expect(data.outcomes).toMatchObject([{ before: "cancelled", after: "cancelled" }]);
    expect((await world.as("alice").jobs.status(id)).status).toBe("running");
    for (const { client } of [one, other]) await client.close();
  });
});
