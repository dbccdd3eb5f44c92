import { describe } from "vitest";
import type { Policy } from "../../../src/operations/caller.ts";
import { openCaller } from "../../../src/operations/caller.ts";
import { type Checked, checkStart } from "../../../src/operations/start/check.ts";
import { planStart } from "../../../src/operations/start/plan.ts";
import type { StartItem, StartRequest } from "../../../src/operations/start/request.ts";
import {
  test as base,
  expect,
  type PlatformStub,
  reply,
  replyLines,
  wireJob,
} from "../../support/platform-stub.ts";
import { POLICY } from "../../support/policy.ts";

interface Planning {
  check(options?: Partial<StartItem["options"]>, more?: Partial<StartRequest>): Promise<Checked>;
  plan(
    options?: Partial<StartItem["options"]>,
    more?: { names?: (string | undefined)[]; policy?: Partial<Policy>; checked?: Partial<Checked> },
  ): ReturnType<typeof planStart>;
}

/** One job of that name; by default with a request id of its own. */
function requestOf(
  options: Partial<StartItem["options"]>,
  names: (string | undefined)[] = [options.name],
): StartRequest {
  const items = names.map((name, index) => ({
    ...{ index: index + 1, values: {}, requestId: `r-${index + 1}` },
    ...{ options: { image: "ubuntu", ...options } },
    ...(name === undefined ? {} : { name }),
  }));
  return { items, isRepeatable: false, requestId: "r", lifeSpanSeconds: 3600 };
}

const test = base.extend<{ planning: Planning }>({
  planning: async ({ platform }, use) => {
    const callers: { close(): Promise<void> }[] = [];
    const callOf = (policy: Partial<Policy> = {}) => {
      const caller = openCaller(platform, { ...POLICY, ...policy });
      callers.push(caller);
      return { caller, signal: new AbortController().signal };
    };
    await use({
      check: (options = {}, more = {}) => checkStart({ ...requestOf(options), ...more }, callOf()),
      async plan(options = {}, { names, policy, checked } = {}) {
        const call = callOf(policy);
        const request = requestOf(options, names);
        return planStart(request, { ...(await checkStart(request, call)), ...checked }, call);
      },
    });
    for (const caller of callers) await caller.close();
  },
});

/** Lists these jobs, and has that room. */
function answer(
  stub: PlatformStub,
  jobs: Record<string, unknown>[] = [],
  room: object | number = { "cpu-small": 4 },
) {
  stub.on("GET /api/v1/jobs?", (response) =>
    replyLines(
      response,
      jobs.map((more) => wireJob(more)),
    ),
  );
  stub.on("GET /default/jobs/capacity", (response) =>
    typeof room === "number" ? reply(response, {}, room) : reply(response, room),
  );
}

const listed = ({ seen }: PlatformStub) =>
  seen
    .filter((name) => name.startsWith("GET /api/v1/jobs?"))
    .map((name) => new URL(name.slice(4), "http://x").searchParams);

describe("checking a start", () => {
  test("finds nothing wrong with a plain one, which goes home", async ({ stub, planning }) => {
    const checked = await planning.check();

    expect(checked).toMatchObject({ problems: [], isHome: true, schedules: [] });
    expect(checked.plan?.preset.name).toBe("cpu-small");
    expect(checked.presets.map(({ name }) => name)).toEqual(["cpu-small", "a100"]);
    expect(stub.seen).toEqual([]);
  });

  test.for([{ cluster: "west" }, { org: "research", project: "lab" }, { project: "nlp" }])(
    "knows that %j is not home",
    async (where, { planning }) => {
      expect((await planning.check({ where })).isHome).toBe(false);
    },
  );

  test("names all that is wrong, once for jobs that have it in common", async ({ planning }) => {
    const { items } = requestOf({ tags: ["a b"], preset: "cpu-smal", workingDir: "w" }, ["a", "b"]);

    const { problems, plan } = await planning.check({}, { items });

    expect(problems).toEqual([
      { field: "tags", code: "tag_blank", tag: "a b" },
      { field: "working_dir", code: "relative_folder", folder: "w" },
      {
        ...{ code: "unknown_preset", wanted: "cpu-smal", near: "cpu-small", known: ["cpu-small", "a100"] },
        ...{ alike: expect.arrayContaining(["cpu-small"]), unreadable: [] },
      },
    ]);
    expect(plan).toBeUndefined();
  });

  test("counts the tags that a start adds by itself", async ({ planning }) => {
    const tags = Array.from({ length: 13 }, (_, n) => `t${n}`);
    const isFull = async (more: Partial<StartRequest>) =>
      (await planning.check({ tags }, more)).problems.some(({ code }) => code === "too_many_tags");

    expect([await isFull({}), await isFull({ isRepeatable: true })]).toEqual([false, true]);
  });

  test("names mounts and timeouts that the cluster or the preset rules out", async ({ planning }) => {
    const volumes = ["storage://west/o/p/a:/a", "storage:b:/b", "storage:c:/b"];
    const { problems } = await planning.check({ volumes, energyScheduleName: "green" });

    expect(problems.map((problem) => problem.code)).toEqual([
      "takes_no_turns",
      "other_cluster",
      "mounted_twice",
    ]);
  });

  test("says in the client's words why it cannot be built, and knows no plan then", async ({ planning }) => {
    const { problems, plan, stored } = await planning.check({ volumes: ["storage:a"], tags: ["a b"] });

    expect(problems).toMatchObject([
      { code: "tag_blank" },
      { code: "invalid", about: "volumes", text: expect.stringContaining('Volume "storage:a" is not valid') },
    ]);
    expect([plan, stored]).toEqual([undefined, undefined]);
  });

  test("says of a folder of the user's own machine only where to put it", async ({ planning }) => {
    const { problems } = await planning.check({ volumes: ["./data:/data"] });
    expect(problems.map(({ code }) => code)).toEqual(["local_folder"]);
  });

  test("has nothing to say of no job", async ({ planning }) => {
    expect(await planning.check({}, { items: [] })).toEqual({ problems: [], presets: [], schedules: [] });
  });

  test("fails where the platform does", async ({ stub, planning }) => {
    stub.server.removeAllListeners("request");
    stub.server.on("request", (_request, response) => reply(response, {}, 500));
    await expect(planning.check()).rejects.toMatchObject({ code: "platform_error" });
  });
});

describe("planning a start", () => {
  test("tells the room, what was looked at, and what only the start shows", async ({ stub, planning }) => {
    answer(stub);

    expect(await planning.plan({ name: "train" })).toMatchObject({
      ...{ problems: [], available: 4, isHome: true, checked: ["arguments", "preset", "project", "name"] },
      open: [{ what: "image" }, { what: "quota" }, { what: "credits" }],
    });
  });

  test("is worth having without the room", async ({ stub, planning }) => {
    answer(stub, [], 503);
    expect(await planning.plan()).toMatchObject({ problems: [], available: undefined });
  });

  test("looked at less and leaves more open where more is asked for", async ({ stub, planning }) => {
    answer(stub);
    const asked = { privileged: true, priority: "high", energyScheduleName: "green" } as const;
    const stored = {
      problems: [],
      seen: ["secret" as const],
      unseen: [{ kind: "disk" as const, why: "no_answer" as const }],
    };
    const plain = { checked: ["arguments", "preset", "project"], open: ["image", "quota", "credits"] };

    const unknown = await planning.plan(asked, { checked: { stored }, policy: { maxJobs: 9 } });
    expect(unknown.checked).toEqual([...plain.checked, "limits", "secrets"]);
    expect(unknown.open).toEqual([
      ...[...plain.open, "privileged", "priority", "energy_schedule"].map((what) => ({ what })),
      { what: "disks", why: "no_answer" },
    ]);
    const known = await planning.plan(asked, { checked: { schedules: ["green"] } });
    expect(known.checked).toEqual([...plain.checked, "energy_schedule"]);
    const normal = await planning.plan({ priority: "normal" }, { checked: { schedules: ["green"] } });
    expect(normal.checked).toEqual(plain.checked);
    expect(normal.open.map(({ what }) => what)).toEqual(plain.open);
  });

  test("names an active job that has the name, unless this request started it", async ({
    stub,
    planning,
  }) => {
    answer(stub, [{ name: "train" }]);
    expect((await planning.plan({ name: "train" })).problems).toEqual([
      { code: "name_taken", name: "train", id: wireJob().id },
    ]);
    const [query] = listed(stub);
    expect([query?.getAll("status").sort(), query?.get("name"), query?.get("project_name")]).toEqual([
      ["pending", "running", "suspended"],
      "train",
      "vision",
    ]);

    answer(stub, [{ name: "train", tags: ["mcp:r-1"] }, { name: "other" }, { name: null }]);
    expect((await planning.plan({ name: "train" })).problems).toEqual([]);
  });

  test("looks at all active jobs where there are several names, at none where there is no name", async ({
    stub,
    planning,
  }) => {
    answer(stub, [{ name: "n-2" }]);

    expect((await planning.plan({}, { names: ["n-1", "n-2"] })).problems).toEqual([
      expect.objectContaining({ code: "name_taken", name: "n-2" }),
    ]);
    expect(listed(stub).map((query) => query.get("name"))).toEqual([null]);
    await planning.plan();
    await planning.plan({ name: "-" });
    expect(listed(stub)).toHaveLength(1);
  });

  test("names a project that the configuration does not have", async ({ stub, planning }) => {
    answer(stub);
    const { problems, isHome } = await planning.plan({ where: { project: "nplp" } });
    expect(problems).toMatchObject([{ code: "unknown_project", unknown: { near: ["acme/nlp"] } }]);
    expect(isHome).toBe(false);
  });

  test("names what a limit refuses", async ({ stub, planning }) => {
    answer(stub);
    const { problems } = await planning.plan({}, { policy: { maxCreditsPerJob: 0.1 } });
    expect(problems).toMatchObject([
      { code: "over_limit", problem: { limit: "credits_per_job", most: 0.1, cost: "0.5" } },
    ]);
  });

  test("is only its problems where it cannot be built", async ({ stub, planning }) => {
    const planned = await planning.plan({ preset: "nope" });
    expect(planned).toMatchObject({ problems: [{ code: "unknown_preset" }], checked: [], open: [] });
    expect(stub.seen).toEqual([]);
  });
});
