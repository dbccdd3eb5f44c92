import { describe } from "vitest";
import { expect, reply, test } from "../../support/platform-stub.ts";

describe("plan", () => {
  test("says what would be sent and where, and sends nothing", async ({ stub, platform }) => {
    const options = {
      image: "image:x:v1",
      volumes: ["storage:d:/d:ro"],
      lifeSpanSeconds: 90,
      where: { project: "nlp" },
    };

    const plan = await platform.jobs.plan(options);

    expect(plan).toMatchObject({
      where: { cluster: "default", org: "acme", project: "nlp" },
      preset: { name: "cpu-small", credits_per_hour: "0.5" },
      body: {
        image: "registry.default.example.org/acme/nlp/x:v1",
        max_run_time_minutes: 2,
        volumes: [{ src_storage_uri: "storage://default/acme/nlp/d", dst_path: "/d", read_only: true }],
      },
    });
    expect(stub.seen).toEqual([]);
  });

  test.for([
    ["preset", { preset: "huge" }],
    ["cluster", { where: { cluster: "nowhere" } }],
    ["image", { image: "image:x:y:z" }],
    ["life span", { lifeSpanSeconds: 59 }],
  ] as const)("refuses an impossible %s", async ([, change], { platform }) => {
    await expect(platform.jobs.plan({ image: "ubuntu", ...change })).rejects.toMatchObject({
      code: "invalid_argument",
    });
  });

  test("says which argument an unknown preset is", async ({ platform }) => {
    await expect(platform.jobs.plan({ image: "ubuntu", preset: "huge" })).rejects.toMatchObject({
      about: "preset",
    });
  });

  test("names the presets there are, also when the platform refuses one", async ({ stub, platform }) => {
    stub.on("POST /api/v1/jobs", (response) => reply(response, { error: "Preset was not found" }, 400));

    await expect(platform.jobs.plan({ image: "ubuntu", preset: "x" })).rejects.toThrow("cpu-small, a100");
    await expect(platform.jobs.start({ image: "ubuntu", preset: "x" })).rejects.toThrow("cpu-small, a100");
  });
});
