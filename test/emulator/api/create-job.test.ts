import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { create, jobBody } from "../support/requests.ts";
import type { Scripted } from "../support/scripted.ts";
import { startScripted } from "../support/scripted.ts";

let platform: Scripted;
beforeEach(async () => {
  platform = await startScripted();
});
afterEach(() => platform.close());

const post = (body: unknown, user = "alice", query = "?from_preset") =>
  platform.call("POST", `/api/v1/jobs${query}`, { body, user });

describe("POST /jobs", () => {
  test("answers 202 with the job as pending, normalised", async () => {
    const { status, json, headers } = await post(
      jobBody({ name: "my-job", tags: ["b", "a", "b"], http: { port: 8080 }, resources: { shm: true } }),
    );
    expect(status).toBe(202);
    expect(headers.get("x-service-version")).toMatch(/^platform-api\//);
    expect(json.id).toMatch(/^job-[0-9a-z]{8}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{12}$/);
    expect(json).toMatchObject({
      owner: "alice",
      status: "pending",
      tags: ["a", "b"],
      uri: `job://default/acme/vision/${json.id}`,
      preset_name: "cpu-small",
      restart_policy: "never",
      priority: "normal",
      total_price_credits: "0.0",
      price_credits_per_hour: "0.5",
      container: {
        env: {},
        volumes: [],
        resources: { shm: true },
        http: { port: 8080, health_check_path: "/", requires_auth: false },
      },
      history: { reason: "Creating", description: null, run_time_seconds: 0, restarts: 0 },
    });
    expect(json.statuses).toHaveLength(1);
  });

  test("takes the first preset, cluster and org when none is named", async () => {
    const { json } = await post({ image: "ubuntu", project_name: "vision" });
    expect(json).toMatchObject({ preset_name: "cpu-small", cluster_name: "default", org_name: "acme" });
  });

  test("takes the full form and prices it by the cheapest preset that fits", async () => {
    const container = { image: "ubuntu", resources: { cpu: 0.1, memory_mb: 64 }, command: "sleep 1" };
    const { status, json } = await post({ container, project_name: "vision" }, "alice", "");
    expect(status).toBe(202);
    expect(json.container.resources).toMatchObject({ memory: 64 * 2 ** 20, memory_mb: 64 });
    expect(json).toMatchObject({ price_credits_per_hour: "0.5" });
    expect(json.preset_name).toBeUndefined();
  });

  // Source: protocol reference 3.4, 3.8.
  test.each<[string, unknown, string, number, string]>([
    ["a body that is not JSON", "{", "alice", 400, "Expecting"],
    ["a body that is a list", [], "alice", 400, "value is not a dict"],
    ["a stranger", jobBody(), "mallory", 403, "No clusters"],
    [
      "an unknown cluster",
      jobBody({ cluster_name: "nowhere" }),
      "alice",
      403,
      "User is not allowed to submit jobs to the specified cluster",
    ],
    [
      "an org of others",
      jobBody({ org_name: "research", project_name: "lab" }),
      "bob",
      403,
      "User is not allowed to submit jobs to the specified cluster as a member of given organization",
    ],
    [
      "resources besides a preset",
      jobBody({ resources: { cpu: 1 } }),
      "alice",
      400,
      "Both preset and resources are not allowed",
    ],
    ["an unknown preset", jobBody({ preset_name: "x" }), "alice", 400, "Preset was not found"],
    [
      "a name like an id",
      jobBody({ name: "job-1" }),
      "alice",
      400,
      "Failed to create job: job name cannot start with 'job-' prefix.",
    ],
    [
      "a login twice over",
      jobBody({ pass_config: true, env: { NEURO_PASSED_CONFIG: "" } }),
      "alice",
      400,
      "Cannot pass config: ENV 'NEURO_PASSED_CONFIG' already specified",
    ],
    [
      "privileges the cluster does not give",
      jobBody({ privileged: true }),
      "alice",
      400,
      "Cluster default does not allow privileged jobs",
    ],
    [
      "a priority the cluster does not give",
      jobBody({ priority: "high", cluster_name: "west" }),
      "alice",
      400,
      "Cluster west does not allow specifying job priority",
    ],
  ])("refuses %s", async (_, body, user, status, error) => {
    const answer = await post(body, user);
    expect(answer.status).toBe(status);
    expect(answer.json.error).toContain(error);
  });

  test("says which rights are missing", async () => {
    const body = jobBody({
      image: "registry.default.emulator.local/research/lab/img:v1",
      volumes: [{ src_storage_uri: "storage://default/research/lab/x", dst_path: "/x" }],
    });
    const answer = await post(body, "carol");
    expect(answer.status).toBe(403);
    expect(answer.json).toEqual({ missing: [{ uri: "job://default/acme/vision", action: "write" }] });
    expect((await post(body, "bob")).json.missing).toEqual([
      { uri: "image://default/research/lab/img", action: "read" },
      { uri: "storage://default/research/lab/x", action: "read" },
    ]);
  });

  test("lets a name be used by one active job of a project, whatever cluster", async () => {
    const { id } = await create(platform, { name: "once" });
    const again = await post(jobBody({ name: "once", cluster_name: "west" }), "bob");
    expect(again.json).toEqual({
      error: `Failed to create job: job with name 'once' and project 'vision' already exists: '${id}'`,
    });
    expect((await post(jobBody({ name: "once", project_name: "nlp" }))).status).toBe(202);
    await platform.call("DELETE", `/api/v1/jobs/${id}`);
    expect((await post(jobBody({ name: "once" }))).status).toBe(202);
  });

  test("refuses what needs mounts where there is no isolation", async () => {
    await platform.close();
    platform = await startScripted({}, { isolated: false });
    const volumes = [{ src_storage_uri: "storage://default/acme/vision", dst_path: "/x" }];
    expect((await post(jobBody({ volumes }))).json.error).toContain("bubblewrap");
    expect((await post(jobBody())).status).toBe(202);
  });
});

describe("GET and DELETE of one job", () => {
  test("find the caller's newest job of a name, and nobody else's", async () => {
    const { id } = await create(platform, { name: "named" });
    expect((await platform.call("GET", "/api/v1/jobs/named")).json.id).toBe(id);
    const others = await platform.call("GET", "/api/v1/jobs/named", { user: "bob" });
    expect([others.status, others.json]).toEqual([400, { error: "no such job named" }]);
    expect((await platform.call("DELETE", "/api/v1/jobs/nope")).json).toEqual({ error: "no such job nope" });
  });

  test("need rights by id or by name, and sharing gives them", async () => {
    const { id } = await create(platform, { name: "mine" });
    const url = `/api/v1/jobs/${id}`;
    const kill = await platform.call("DELETE", url, { user: "carol" });
    const uris = [`job://default/acme/vision/${id}`, "job://default/acme/vision/mine"];
    expect([kill.status, kill.json]).toEqual([
      403,
      { missing: uris.map((uri) => ({ uri, action: "write" })) },
    ]);
    expect((await platform.call("GET", url, { user: "carol" })).status).toBe(200);
    const grant = [{ uri: uris[0], action: "write" }];
    const shared = await platform.call("POST", "/api/v1/users/carol/permissions", { body: grant });
    expect([shared.status, shared.json]).toEqual([201, grant]);
    expect((await platform.call("DELETE", url, { user: "carol" })).status).toBe(204);
  });

  test("are refused without a token, in plain text", async () => {
    const answer = await platform.call("GET", "/api/v1/jobs/x", { user: "" });
    expect([answer.status, answer.text]).toEqual([401, "401: Unauthorized"]);
    expect(answer.headers.get("content-type")).toMatch(/^text\/plain/);
  });

  test("are refused with a header that is none", async () => {
    const headers = { authorization: "Token x" };
    const answer = await platform.call("GET", "/api/v1/jobs/x", { user: "", headers });
    expect([answer.status, answer.json]).toEqual([400, { error: "Unexpected authorization scheme" }]);
  });
});

describe("PUT max_run_time_minutes", () => {
  test.each([
    [{ max_run_time_minutes: 30 }, 30],
    [{ additional_max_run_time_minutes: 30 }, 90],
  ])("takes %j", async (body, expected) => {
    const { id } = await create(platform, { max_run_time_minutes: 60 });
    expect((await platform.call("PUT", `/api/v1/jobs/${id}/max_run_time_minutes`, { body })).status).toBe(
      204,
    );
    expect((await platform.call("GET", `/api/v1/jobs/${id}`)).json.max_run_time_minutes).toBe(expected);
  });

  test.each([[{}], [{ max_run_time_minutes: 1, additional_max_run_time_minutes: 1 }]])(
    "refuses %j",
    async (body) => {
      const { id } = await create(platform);
      const { status, json } = await platform.call("PUT", `/api/v1/jobs/${id}/max_run_time_minutes`, {
        body,
      });
      expect(status).toBe(400);
      expect(json.error).toContain("Exactly one of 'max_run_time_minutes'");
    },
  );
});

describe("the poller's routes", () => {
  test("are for the platform itself", async () => {
    const { id } = await create(platform);
    const body = { status: "running" };
    const refused = await platform.call("PUT", `/api/v1/jobs/${id}/status`, { body });
    expect(refused.json).toEqual({ missing: [{ uri: "job://default", action: "manage" }] });
  });
});
