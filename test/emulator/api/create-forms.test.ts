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

// Source: protocol reference 3.9.
describe("a number that is sent as text or as true", () => {
  test("comes back as it was sent, and counts as the number", async () => {
    const sent = { max_run_time_minutes: "10", schedule_timeout: "90" };
    const created = await create(platform, { ...sent, http: { port: "80" } });
    for (const job of [created, await getJob(platform, created.id)])
      expect(job).toMatchObject({ ...sent, container: { http: { port: "80" } } });
    expect(platform.context.table.get(created.id)).toMatchObject({ maxRunTimeMinutes: 10 });
    await platform.call("PUT", `/api/v1/jobs/${created.id}/max_run_time_minutes`, {
      body: { additional_max_run_time_minutes: 5 },
    });
    expect((await getJob(platform, created.id)).max_run_time_minutes).toBe(15);
  });

  test("is so in resources too", async () => {
    const { json, text } = await full({}, { cpu: true, nvidia_gpu: true });
    expect(json.container.resources).toMatchObject({ cpu: true, nvidia_gpu: true });
    expect(text).toContain('"cpu": true');
  });
});

// Source: protocol reference 3.5.
describe("the URI of a volume", () => {
  test.each([
    ["a b", "a%20b"],
    ["\u00fc", "%C3%BC"],
    ["a%20b%c3%bc", "a%20b%C3%BC"],
    ["%61%7e", "a~"],
    ["100%", "100%25"],
    ["runs/10:30+x", "runs/10:30+x"],
    ["a%2Fb", "a/b"],
    ["\u{1f600}[1]", "%F0%9F%98%80%5B1%5D"],
    ["plain/", "plain/"],
  ])("comes back encoded: %s", async (path, shown) => {
    const base = "storage://default/acme/vision";
    const { container } = await create(platform, {
      volumes: [{ src_storage_uri: `${base}/${path}`, dst_path: "/v" }],
    });
    expect(container.volumes[0].src_storage_uri).toBe(`${base}/${shown}`);
    const again = await create(platform, { volumes: container.volumes });
    expect(again.container.volumes).toEqual(container.volumes);
  });
});

// Source: protocol reference 3.7.
describe("the price of the full form", () => {
  test.each([
    ["0.5", {}],
    ["310", { cpu: 1000 }],
    ["310", { amd_gpu: 1 }],
    ["310", { intel_gpu: 1, intel_gpu_model: "m" }],
    ["310", { nvidia_gpu: 1, nvidia_gpu_model: "Tesla-K80" }],
    ["310", { nvidia_gpu: 9 }],
    ["310", { nvidia_migs: { "1g.5gb": { count: 1 } } }],
    ["45.5", { nvidia_gpu: 1, nvidia_gpu_model: "NVIDIA-A100-SXM4-80GB" }],
    ["120.25", { nvidia_gpu: 4 }],
    ["0.5", { nvidia_gpu: 0, amd_gpu: 0 }],
  ])("is %s an hour for %j", async (price, resources) => {
    const { json } = await full({}, resources);
    expect(json.price_credits_per_hour).toBe(price);
  });

  test("is nothing for a job that ended before it ran, and zero with its digits before that", async () => {
    const { id, total_price_credits } = await create(platform, { image: "ubuntu/does-not-exist" });
    expect(total_price_credits).toBe("0.0");
    await platform.call("DELETE", `/api/v1/jobs/${id}`);
    expect((await getJob(platform, id)).total_price_credits).toBe("0");
  });
});
