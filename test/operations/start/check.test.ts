import { describe, onTestFinished, vi } from "vitest";
import {
  type Platform,
  type PlatformContext,
  PlatformError,
  type StartOptions,
} from "../../../src/client/index.ts";
import { openCaller, type Policy } from "../../../src/operations/caller.ts";
import { type Checked, checkStart } from "../../../src/operations/start/check.ts";
import { test as base, expect } from "../../support/platform-stub.ts";
import { POLICY } from "../../support/policy.ts";

const test = base.extend(
  "check",
  ({ platform }) =>
    async (more: Partial<StartOptions>, policy: Partial<Policy> = {}) => {
      const caller = openCaller(platform, { ...POLICY, ...policy });
      onTestFinished(() => caller.close());
      const item = { index: 1, values: {}, requestId: "r-1", options: { image: "ubuntu", ...more } };
      const request = { items: [item], isRepeatable: false, requestId: "r" };
      return checkStart(request, { caller, signal: new AbortController().signal });
    },
);

type Clusters = PlatformContext["clusters"];

/** Has the platform offer something else. */
async function offer(platform: Platform, change: (clusters: Clusters) => Clusters): Promise<void> {
  const context = await platform.context({});
  const spy = vi.spyOn(platform, "context");
  spy.mockResolvedValue({ ...context, clusters: change(context.clusters) });
  onTestFinished(() => spy.mockRestore());
}

const codesOf = ({ problems }: Checked) => problems.map(({ code }) => code);

describe("what the job's cluster offers", () => {
  test.for<[StartOptions["preset"], Partial<Policy>, number]>([
    [undefined, {}, 0],
    ["a100", {}, 0],
    ["a100", { maxJobs: 1 }, 0],
    ["a200", {}, 1],
    ["a100", { maxCreditsPerJob: 1 }, 1],
    ["a100", { maxCreditsPerHour: 1 }, 1],
    ["a200", { maxCreditsPerHour: 1 }, 1],
  ])(
    "is read anew where it matters: preset %s under %j",
    async ([preset, policy, times], { platform, check }) => {
      const refresh = vi.spyOn(platform, "refresh");

      await check({ preset }, policy);

      expect(refresh).toHaveBeenCalledTimes(times);
      for (const [{ signal } = {}] of refresh.mock.calls) expect(signal).toBeDefined();
    },
  );

  test("is no other cluster's", async ({ platform, check }) => {
    await offer(platform, (clusters) =>
      clusters.map((cluster) => ({
        ...cluster,
        presets: cluster.presets.filter(({ name }) => (cluster.name === "west") === (name === "a100")),
      })),
    );
    const presetsOf = async (where: object) => (await check({ where })).presets.map(({ name }) => name);

    expect([await presetsOf({}), await presetsOf({ cluster: "west" })]).toEqual([["cpu-small"], ["a100"]]);
    expect(await presetsOf({ cluster: "gone" })).toEqual([]);
  });

  test("speaks against no preset where none is known", async ({ platform, check }) => {
    await offer(platform, (clusters) => clusters.map((cluster) => ({ ...cluster, presets: [] })));
    expect((await check({ preset: "a100" })).problems).toEqual([]);
  });

  test.for([new PlatformError("unavailable", "Down."), new TypeError("bug")])(
    "is no mistake of the caller's where it cannot be told (%s)",
    async (error, { platform, check }) => {
      const spy = vi.spyOn(platform.jobs, "plan").mockRejectedValue(error);
      onTestFinished(() => spy.mockRestore());
      await expect(check({})).rejects.toBe(error);
    },
  );

  test("tells a schedule from one that is none", async ({ platform, check }) => {
    await offer(platform, (clusters) =>
      clusters.map((cluster) => ({ ...cluster, energySchedules: ["green", "night"] })),
    );
    const refresh = vi.spyOn(platform, "refresh");

    expect(codesOf(await check({ energyScheduleName: "night" }))).toEqual(["takes_no_turns"]);
    expect(refresh).not.toHaveBeenCalled();
    expect((await check({ energyScheduleName: "gren" })).problems).toContainEqual({
      ...{ code: "unknown_schedule", wanted: "gren", near: "green", known: ["green", "night"] },
    });
    // It may be new.
    expect(refresh).toHaveBeenCalledTimes(1);
  });
});
