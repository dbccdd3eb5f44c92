import { afterEach, describe, expect, test } from "vitest";
import type { Scripted } from "../support/scripted.ts";
import { startScripted } from "../support/scripted.ts";

let platform: Scripted;
afterEach(() => platform.close());

interface Shown {
  name?: string;
  owner: string;
  status: string;
  tags?: string[];
  statuses: { status: string }[];
  history: { reason: string | null; exit_code?: number };
}

async function jobs(scene: string, query = ""): Promise<Shown[]> {
  platform = await startScripted({ scene });
  return (await platform.call("GET", `/api/v1/jobs${query}`)).json.jobs;
}

const shape = (list: Shown[]) =>
  list.map(({ name, owner, status, history }) => `${name} ${owner} ${status} ${history.reason}`);

describe("the week", () => {
  test("has hundreds of jobs of several people that ended in every way", async () => {
    const list = await jobs("week");
    expect(list.length).toBeGreaterThan(200);
    expect(new Set(list.map(({ owner }) => owner))).toEqual(new Set(["alice", "bob", "carol"]));
    const reasons = new Set(list.map(({ history }) => history.reason));
    for (const reason of [
      "Error",
      "OOMKilled",
      "Collected",
      "UserRequested",
      "LifeSpanEnded",
      "NotFound",
      "ErrImagePull",
    ])
      expect(reasons).toContain(reason);
  });

  test("is the same every time", async () => {
    const first = shape(await jobs("week"));
    await platform.close();
    expect(shape(await jobs("week"))).toEqual(first);
  });
});

describe("a scene for one question", () => {
  test("quota: four run, one waits for them", async () => {
    expect(shape(await jobs("quota", "?reverse=1"))).toEqual([
      "train-5 alice pending QuotaExhausted",
      ...[1, 2, 3, 4].map((index) => `train-${index} alice running null`),
    ]);
    const refused = await platform.call("POST", "/api/v1/jobs?from_preset", {
      body: { image: "a", project_name: "vision" },
    });
    expect(refused.json.error).toBe("Jobs limit quota exceeded for user 'alice'");
  });

  test("sweep: twenty, three failed with distinct causes", async () => {
    const list = await jobs("sweep", "?tag=lr-sweep");
    expect(list).toHaveLength(20);
    const failed = list.filter(({ status }) => status === "failed").map(({ history }) => history.reason);
    expect(failed).toEqual(["Error", "OOMKilled", "Collected"]);
  });

  test("metrics: one sweep that prints in many forms, one job of it still running", async () => {
    const list = await jobs("metrics", "?tag=tune");
    expect(list.filter(({ status }) => status === "failed")).toHaveLength(2);
    expect(list.filter(({ status }) => status === "running").map(({ name }) => name)).toEqual([
      "tune-running",
    ]);
  });

  test("oom: two were killed, one of them mine", async () => {
    const list = (await jobs("oom")).filter(({ history }) => history.reason === "OOMKilled");
    expect(list.map(({ owner }) => owner).sort()).toEqual(["alice", "bob"]);
  });

  test("tmp: twelve are mine, three are not", async () => {
    const list = await jobs("tmp", "?tag=tmp&status=running");
    expect(list.filter(({ owner }) => owner === "alice")).toHaveLength(12);
    expect(list).toHaveLength(15);
  });

  test.each([
    ["stuck", "train-7b alice pending ErrImagePull"],
    ["prep", "prep alice failed Error"],
    ["epochs", "train-epochs alice running null"],
    ["midnight", "train-long alice running null"],
    ["window", "train-window alice running null"],
  ])("%s: %s", async (scene, expected) => {
    expect(shape(await jobs(scene))).toEqual([expected]);
  });

  test("waste: what runs on GPUs goes on at once, on nodes that are there", async () => {
    const running = (await jobs("waste", "?status=running")).filter(({ name }) =>
      /vit|tune|dream/.test(name ?? ""),
    );
    expect(shape(running)).toEqual([
      "notebook-vit alice running null",
      "tune-base bob running null",
      "train-vit alice running null",
      "dream carol running null",
    ]);
    for (const { statuses } of running)
      expect(statuses.map(({ status }) => status)).toEqual(["pending", "pending", "running"]);
  });

  test("lets its waiting jobs be killed", async () => {
    await jobs("stuck");
    const { json } = await platform.call("GET", "/api/v1/jobs?name=train-7b");
    expect((await platform.call("DELETE", `/api/v1/jobs/${json.jobs[0].id}`)).status).toBe(204);
    expect((await platform.call("GET", `/api/v1/jobs/${json.jobs[0].id}`)).json.status).toBe("cancelled");
  });
});
