import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { create, getJob } from "../support/requests.ts";
import type { Scripted } from "../support/scripted.ts";
import { startScripted } from "../support/scripted.ts";

let platform: Scripted;
beforeAll(async () => {
  platform = await startScripted();
});
afterAll(() => platform.close());

const full = async (own: object, resources: object = {}) =>
  platform.call("POST", "/api/v1/jobs", {
    body: {
      project_name: "vision",
      container: { image: "ubuntu", resources: { cpu: 0.1, memory_mb: 64, ...resources } },
      ...own,
    },
  });

// Source: protocol reference 3.3.
describe("the full form", () => {
  test("takes the older names of two keys", async () => {
    const { json } = await full({ is_preemptible: true, is_preemptible_node_required: true });
    expect(json).toMatchObject({ scheduler_enabled: true, preemptible_node: true });
  });

  test("gives GPU slices back as they came", async () => {
    const { json } = await full({}, { nvidia_migs: { "1g.5gb": { count: 2 } } });
    expect(json.container.resources.nvidia_migs).toEqual({ "1g.5gb": { count: 2 } });
  });
});

// Source: protocol reference 3.7.
describe("a scheduled job without a schedule", () => {
  test("has the default one, though the answer to its creation does not say so", async () => {
    const created = await create(platform, { preset_name: "a100-x8-spot" });
    expect(created.scheduler_enabled).toBe(true);
    expect(created).not.toHaveProperty("energy_schedule_name");
    expect(await getJob(platform, created.id)).toMatchObject({ energy_schedule_name: "default" });
  });
});

describe("a number that is none", () => {
  test("is refused like any other value", async () => {
    const body = '{"image": "ubuntu", "project_name": "vision", "schedule_timeout": NaN}';
    const { status, json } = await platform.call("POST", "/api/v1/jobs?from_preset", { body });
    expect(status).toBe(400);
    expect(json).toEqual({ error: "{'schedule_timeout': DataError('value is not float')}" });
  });
});
