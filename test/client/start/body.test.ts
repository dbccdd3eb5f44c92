import { describe, expect, test } from "vitest";
import { startBody, toMinutes } from "../../../src/client/start/body.ts";

const AT = { base: { cluster: "default", org: "acme", project: "vision" }, clusters: [], images: new Map() };

describe("startBody", () => {
  test("turns a value that refers to a secret into a secret variable", () => {
    const env = { A: "1", T: "secret:/nlp/tok", EMPTY: "" };
    const secretEnv = { U: "secret:u" };

    expect(startBody({ image: "ubuntu", env, secretEnv }, "cpu", AT)).toMatchObject({
      env: { A: "1", EMPTY: "" },
      secret_env: { T: "secret://default/acme/nlp/tok", U: "secret://default/acme/vision/u" },
    });
  });

  test("leaves out what is empty, unset or the default", () => {
    const least = { image: "ubuntu", env: {}, secretEnv: {}, volumes: [], tags: [], name: "", tty: false };
    expect(startBody({ ...least, restartPolicy: "never", shm: false }, "cpu", AT)).toEqual({
      ...{ cluster_name: "default", org_name: "acme", project_name: "vision", preset_name: "cpu" },
      ...{ pass_config: false, image: "ubuntu:latest" },
    });
  });

  test("has each option in its place", () => {
    const options = {
      ...{ image: "ubuntu", entrypoint: "sh", command: "ls", workingDir: "/w", tty: true, shm: true },
      ...{ name: "n", tags: ["t"], description: "d", scheduleTimeoutSeconds: 60, lifeSpanSeconds: 61 },
      ...{ waitForJobsQuota: true, privileged: true, passConfig: true, energyScheduleName: "night" },
      http: { port: 80, requiresAuth: false },
    };
    expect(startBody({ ...options, restartPolicy: "always", priority: "high" }, "cpu", AT)).toMatchObject({
      ...{ entrypoint: "sh", command: "ls", working_dir: "/w", tty: true, resources: { shm: true } },
      ...{ name: "n", tags: ["t"], description: "d", schedule_timeout: 60, max_run_time_minutes: 2 },
      ...{ wait_for_jobs_quota: true, privileged: true, pass_config: true, energy_schedule_name: "night" },
      ...{ restart_policy: "always", priority: "high", http: { port: 80, requires_auth: false } },
    });
  });
});

describe("a life span under a minute", () => {
  test("is refused by its name", () => {
    expect(() => startBody({ image: "ubuntu", lifeSpanSeconds: 59 }, "cpu", AT)).toThrow(
      /^A life span of 59 s is too short/,
    );
  });
});

describe("toMinutes", () => {
  test("rounds up to whole minutes", () => {
    expect([60, 61, 3600, 3661.5].map((seconds) => toMinutes(seconds, "It"))).toEqual([1, 2, 60, 62]);
  });

  test.each([0, 59.9, -1, Number.NaN])("refuses %d seconds", (seconds) => {
    expect(() => toMinutes(seconds, "It")).toThrow(
      expect.objectContaining({
        about: "life_span",
        message: `It of ${seconds} s is too short: the platform counts whole minutes, the least is 60 s.`,
      }),
    );
  });
});
