import { describe, expect, onTestFinished, test, vi } from "vitest";
import { countRequests } from "../support/requests.ts";
import { connectSession } from "../support/session.ts";
import { scriptedPlatform } from "./scripted.ts";

const LOG = "job://{cluster}/{org}/{project}/{job}/logs/{since}";

async function session() {
  const { platform, emulator } = await scriptedPlatform();
  const { client } = await connectSession(platform);
  const start = (name: string | undefined, more: object = {}) =>
    platform.jobs.start({
      image: "ubuntu",
      command: "true",
      ...(name === undefined ? {} : { name }),
      ...more,
    });
  async function complete(
    ref: { template: string } | { prompt: string },
    name: string,
    value: string,
    filled = {},
  ) {
    const { completion } = await client.complete({
      ref:
        "prompt" in ref
          ? { type: "ref/prompt", name: ref.prompt }
          : { type: "ref/resource", uri: ref.template },
      argument: { name, value },
      context: { arguments: filled },
    });
    return completion;
  }
  const log = async (name: string, value: string, filled = {}) =>
    (await complete({ template: LOG }, name, value, filled)).values;
  return { platform, emulator, start, complete, log };
}

describe("completion of a resource template", () => {
  test("uses what is filled in already", async () => {
    const { log, start } = await session();
    await start("train-a");
    await start("train-b");
    await start("other", { where: { project: "nlp" } });
    expect(await log("cluster", "")).toEqual(["default", "west"]);
    expect(await log("cluster", "WE")).toEqual(["west"]);
    expect(await log("org", "", { cluster: "default" })).toEqual(["acme", "research"]);
    expect(await log("project", "", { cluster: "default", org: "acme" })).toEqual(["vision", "nlp"]);
    expect(await log("project", "", { cluster: "default", org: "research" })).toEqual(["lab"]);
    const vision = { cluster: "default", org: "acme", project: "vision" };
    expect((await log("job", "", vision)).slice(0, 2)).toEqual(["train-b", "train-a"]);
    expect(await log("job", "train-a", vision)).toEqual(["train-a"]);
    expect(await log("job", "a", { ...vision })).toContain("train-a");
    expect((await log("job", "", { ...vision, project: "nlp" }))[0]).toBe("other");
    expect(await log("job", "zzz", vision)).toEqual([]);
  });

  test("suggests ids to whoever types one, and times that fit the job", async () => {
    const { log, start } = await session();
    const job = await start("train");
    const filled = { cluster: "default", org: "acme", project: "vision" };
    expect(await log("job", "job-", filled)).toEqual([job.id]);
    const times = await log("since", "", { ...filled, job: "train" });
    expect(times).toEqual(expect.arrayContaining(["10m", "yesterday", job.history.created_at]));
  });

  test("knows tags and dataclasses", async () => {
    const { complete, start } = await session();
    await start("train", { tags: ["lr-sweep", "mcp:0123"] });
    expect((await complete({ template: "apolo://jobs/{tag}" }, "tag", "")).values).toEqual(["lr-sweep"]);
    const classes = await complete({ template: "apolo://schemas/{dataclass}" }, "dataclass", "job");
    expect(classes.values).toContain("JobDescription");
    expect(classes.values).not.toContain("Preset");
  });

  test("gives at most a hundred values and says that there are more", async () => {
    const { complete, platform } = await session();
    const names = Array.from({ length: 105 }, (_, n) => `run-no-${n}`);
    for (const name of names) await platform.jobs.start({ image: "ubuntu", command: "true", name });
    const found = await complete({ template: LOG }, "job", "run-");
    expect(found.values).toHaveLength(100);
    expect(found.values[0]).toBe("run-no-104");
    expect(found).toMatchObject({ total: 105, hasMore: true });
  });

  test("answers from its cache while a person types", async () => {
    const { log, start } = await session();
    await start("train");
    // Nothing grows old meanwhile, however slow the machine is.
    const now = vi.spyOn(performance, "now").mockReturnValue(performance.now());
    onTestFinished(() => now.mockRestore());
    await log("job", "");
    const requests = countRequests();
    onTestFinished(requests.stop);
    for (const typed of ["t", "tr", "tra", "trai", "train"]) {
      expect(await log("job", typed)).toEqual(["train"]);
    }
    expect(requests.http()).toBe(0);
  });

  test("does not spread what looks like a secret", async () => {
    const { complete, start } = await session();
    await start("train", { tags: ["hf_abcdefghijklmnopqrstuvwxyzABCDEFGH", "plain"] });
    expect((await complete({ template: "apolo://jobs/{tag}" }, "tag", "")).values).toEqual(["plain"]);
  });

  test("suggests nothing while the platform is away, and goes on when it is back", async () => {
    const { log, start, emulator } = await session();
    await start("train");
    await log("cluster", "");
    const restore = emulator.chaos.add({ on: { path: "**/jobs" }, do: { kind: "reset" } });
    expect(await log("job", "")).toEqual([]);
    restore();
    expect(await log("job", "train")).toEqual(["train"]);
  });

  test("refuses what is no variable, no template, no prompt", async () => {
    const { complete } = await session();
    await expect(complete({ template: LOG }, "tag", "")).rejects.toThrow(/no variable "tag".*cluster, org/);
    await expect(complete({ template: "job://{x}" }, "x", "")).rejects.toThrow(/no resource template "job:/);
    await expect(complete({ prompt: "dance" }, "x", "")).rejects.toThrow(/no prompt "dance".*diagnose-job/);
    await expect(complete({ prompt: "diagnose-job" }, "jop", "")).rejects.toThrow(/no argument "jop".*job/);
  });
});

describe("completion of a prompt", () => {
  test.each([
    ["diagnose-job", "job", "train"],
    ["launch-job", "preset", "cpu-small"],
    ["launch-job", "goal", "train a model on one GPU and keep the checkpoints"],
    ["compare-sweep", "tag", "lr-sweep"],
    ["compare-sweep", "metric", "val_loss"],
    ["daily-report", "since", "yesterday"],
  ])("%s suggests for %s", async (prompt, argument, value) => {
    const { complete, start } = await session();
    await start("train", { tags: ["lr-sweep"] });
    expect((await complete({ prompt }, argument, "")).values).toContain(value);
  });
});
