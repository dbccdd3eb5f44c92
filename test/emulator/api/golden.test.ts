import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { jobView } from "../../../src/emulator/api/job-view.ts";
import type { JobRecord } from "../../../src/emulator/state/job.ts";
import { step } from "../../../src/emulator/state/job-history.ts";
import { record } from "../support/records.ts";
import type { Scripted } from "../support/scripted.ts";
import { startScripted } from "../support/scripted.ts";

const golden = (name: string) => JSON.parse(readFileSync(`test/fixtures/platform/${name}.json`, "utf8"));

interface GoldenAnswer {
  id: string;
  method: string;
  path: string;
  user?: string;
  body?: object;
  form?: string;
  status: number;
  text?: string;
  json?: object;
}

describe("a job as it is answered", () => {
  test("is the reference's example, field by field", () => {
    const at = (time: string) => Date.parse(`2026-11-22T12:30:${time}+00:00`);
    const job: JobRecord = {
      ...record(0),
      id: "job-b170bb48-3371-43cd-8055-51f6793feca7",
      owner: "bob",
      org: "my-org",
      project: "my-proj",
      name: "my-job",
      description: "desc",
      tags: ["t1"],
      pricePerHour: "1.5",
      maxRunTimeMinutes: 60,
      container: {
        image: "ubuntu:22.04",
        command: "sleep 1",
        working_dir: "/w",
        env: { A: "B" },
        resources: { cpu: 1, memory: 2 ** 30, shm: true },
        http: { port: 80, health_check_path: "/", requires_auth: true },
        volumes: [
          { src_storage_uri: "storage://default/my-org/my-proj/data", dst_path: "/data", read_only: true },
        ],
        secret_env: { S: "secret://default/my-org/my-proj/k" },
        secret_volumes: [{ src_secret_uri: "secret://default/my-org/my-proj/k", dst_path: "/s" }],
        disk_volumes: [
          { src_disk_uri: "disk://default/my-org/my-proj/disk-1", dst_path: "/d", read_only: false },
        ],
        tty: true,
      },
      statuses: [
        step("pending", at("10.112") + 0.522, { reason: "Creating" }),
        step("running", at("12.122") + 0.423),
        step("failed", at("15.122") + 0.456, { reason: "Error", description: "last log lines", exitCode: 3 }),
      ],
    };
    const shown = jobView(job, {
      nowMs: at("59.000"),
      httpUrl: (label) => `https://${label}.jobs.default.example.org`,
    });
    expect(shown).toEqual(golden("job").job);
  });
});

describe("answers", () => {
  let platform: Scripted;
  beforeAll(async () => {
    platform = await startScripted();
  });
  afterAll(() => platform.close());

  test.each<GoldenAnswer>(golden("answers").answers)("are the reference's for: $id", async (expected) => {
    const { method, path, user, body, form } = expected;
    const answer = await platform.call(method, path, {
      ...(user === undefined ? {} : { user }),
      ...(body === undefined ? {} : { body }),
      ...(form === undefined ? {} : { body: form }),
    });
    expect(answer.status).toBe(expected.status);
    if (expected.text !== undefined) expect(answer.text).toBe(expected.text);
    if (expected.json !== undefined) expect(answer.json).toEqual(expected.json);
    expect(answer.headers.get("x-service-version")).toMatch(/^platform-(api|monitoring)\//);
  });

  test("to /config without a token have every key that a login needs", async () => {
    const { json, headers } = await platform.call("GET", "/api/v1/config", { user: "" });
    expect(headers.get("content-type")).toMatch(/^application\/json/);
    expect(Object.keys(json).sort()).toEqual(Object.keys(golden("config").closed).sort());
    expect(
      (await platform.call("GET", "/api/v1/config", { user: "", headers: { authorization: "Bearer x" } }))
        .json.authorized,
    ).toBe(false);
  });

  test("to /config with a token have every key that the official client reads", async () => {
    const { json } = await platform.call("GET", "/api/v1/config");
    for (const cluster of json.clusters) {
      const urls = ["registry", "storage", "users", "monitoring", "secrets", "disks", "buckets"];
      for (const name of urls) expect(cluster[`${name}_url`]).toMatch(/^https?:\/\/[^/]+/);
      expect(cluster.orgs.length).toBeGreaterThan(0);
      expect(cluster.apps).toEqual({
        apps_hostname_templates: [],
        app_proxy_url: expect.stringMatching(/^http/),
        launchpad_use_subdomain: false,
      });
      for (const pool of cluster.resource_pool_types)
        expect(pool).toMatchObject({
          min_size: expect.any(Number),
          max_size: expect.any(Number),
          disk_size: expect.any(Number),
        });
      for (const preset of cluster.resource_presets)
        expect(preset).toMatchObject({
          credits_per_hour: expect.any(String),
          cpu: expect.any(Number),
          memory: expect.any(Number),
        });
    }
    expect(json.projects[0]).toEqual({
      name: "vision",
      role: "admin",
      cluster_name: "default",
      org_name: "acme",
    });
  });

  test("to a refresh give a token that works", async () => {
    const code = new URL(
      (
        await fetch(`${platform.context.origin}/authorize?redirect_uri=http://127.0.0.1:54540/`, {
          redirect: "manual",
        })
      ).headers.get("location") ?? "",
    ).searchParams.get("code");
    const first = await platform.call("POST", "/oauth/token", {
      user: "",
      body: `grant_type=authorization_code&code=${code}`,
    });
    const body = `grant_type=refresh_token&refresh_token=${first.json.refresh_token}&client_id=x`;
    const { json } = await platform.call("POST", "/oauth/token", { user: "", body });
    expect(json).toEqual({ access_token: expect.any(String), expires_in: 3600, token_type: "Bearer" });
    const headers = { authorization: `Bearer ${json.access_token}` };
    expect((await platform.call("GET", "/api/v1/jobs", { user: "", headers })).status).toBe(200);
  });
});
