import { describe, expect, test } from "vitest";
import { parseJob } from "../../../src/client/records/to-job.ts";
import { type StartOptions, startBody, type WireStartBody } from "../../../src/client/start/body.ts";
import { askedTag, isOwnTag, sameRequest } from "../../../src/client/start/same-request.ts";
import { JOB_ID, wireJob } from "../../support/jobs.ts";

const AT = { base: { cluster: "default", org: "acme", project: "vision" }, clusters: [], images: new Map() };
const OPTIONS = { image: "ubuntu", command: "sleep 1", http: { port: 80 } };

const bodyOf = (more: Partial<StartOptions>) => startBody({ ...OPTIONS, ...more }, "cpu-small", AT);

/** What the platform shows of a job started by `body`. */
function made(body: WireStartBody, more: Record<string, unknown> = {}) {
  const { image, command, entrypoint, working_dir, http, env, secret_env, tty, volumes } = body;
  const { secret_volumes, disk_volumes, resources, ...fields } = body;
  const container = {
    ...{ image, command, entrypoint, working_dir, http, env, secret_env, tty, volumes, secret_volumes },
    ...{ disk_volumes, resources: { cpu: 1, memory: 2 ** 32, shm: false, ...Object(resources) } },
  };
  return parseJob(wireJob({ ...fields, container, ...more }), AT);
}

/** The arguments that are named as differing; none where it is the same request. */
function differing(
  then: Partial<StartOptions>,
  now: Partial<StartOptions>,
  { isSent = false, ...more }: { isSent?: boolean } & Record<string, unknown> = {},
): readonly string[] {
  const sent = bodyOf(then);
  const sentBody = isSent ? sent : undefined;
  try {
    sameRequest(made(sent, more), { requestId: "r", body: bodyOf(now), sentBody });
    return [];
  } catch (error) {
    return Object(error).differing;
  }
}

describe("sameRequest", () => {
  test.for<[string, Partial<StartOptions>, Partial<StartOptions>]>([
    ["env", { env: { A: "1" } }, { env: { B: "1" } }],
    ["secret_env", { secretEnv: { A: "secret:a" } }, { secretEnv: { A: "secret:b" } }],
    ["tags", { tags: ["a"] }, { tags: ["b"] }],
    ["volumes", { volumes: ["storage:a:/a"] }, { volumes: ["storage:a:/a:ro"] }],
    ["volumes", { volumes: ["storage:a:/a"] }, { volumes: ["storage:a:/b"] }],
    ["volumes", { volumes: ["disk:a:/a"] }, { volumes: ["disk:a:/a:ro"] }],
    ["volumes", { volumes: ["secret:a:/a"] }, {}],
    ["http_port", { http: { port: 80 } }, { http: { port: 81 } }],
    ["http_auth", { http: { port: 80 } }, { http: { port: 80, requiresAuth: false } }],
    ["description", { description: "a" }, {}],
    ["entrypoint", { entrypoint: "sh" }, {}],
    ["working_dir", { workingDir: "/a" }, {}],
    ["restart_policy", { restartPolicy: "always" }, {}],
    ["priority", {}, { priority: "high" }],
    ["privileged", { privileged: true }, {}],
    ["pass_config", { passConfig: true }, {}],
    ["schedule_timeout", { scheduleTimeoutSeconds: 60 }, {}],
    ["energy_schedule", { energyScheduleName: "night" }, {}],
    ["tty", { tty: true }, {}],
    ["shm", { shm: true }, {}],
    ["life_span", { lifeSpanSeconds: 120 }, { lifeSpanSeconds: 180 }],
    ["life_span", { lifeSpanSeconds: 120 }, {}],
    ["life_span", {}, { lifeSpanSeconds: 120 }],
  ])("names %s where it differs (%j, %j)", ([name, then, now]) => {
    expect(differing(then, now)).toEqual([name]);
    expect(differing(now, then, { isSent: true })).toEqual([name]);
    expect(differing(then, then)).toEqual([]);
    expect(differing(now, now, { isSent: true })).toEqual([]);
  });

  test.for<[string, Partial<StartOptions>, Partial<StartOptions>]>([
    ["the order of variables", { env: { A: "1", B: "2" } }, { env: { B: "2", A: "1" } }],
    ["the order of tags, and one given twice", { tags: ["a", "b"] }, { tags: ["b", "a", "b"] }],
    ["tags of its own", { tags: ["a", "mcp:r", "mcp-by:alice"] }, { tags: ["a"] }],
    ["no variables", { env: {} }, {}],
    [
      "the order of volumes",
      { volumes: ["storage:a:/a", "storage:b:/b"] },
      { volumes: ["storage:b:/b", "storage:a:/a"] },
    ],
    ["slashes of a path", { volumes: ["storage:a:/a/b"] }, { volumes: ["storage:a:/a//b/"] }],
    ["slashes of an address", { volumes: ["storage:a:/a"] }, { volumes: ["storage:a//:/a"] }],
    ["escapes", { volumes: ["storage:a b:/a"] }, { volumes: ["storage:a%20b:/a"] }],
    ["an escape that is none", { volumes: ["storage:a%zz:/a"] }, { volumes: ["storage:a%zz:/a"] }],
  ])("takes as equal whatever differs by %s", ([, then, now]) => {
    expect(differing(then, now)).toEqual([]);
  });

  test("names all that differs, and the job", () => {
    const job = made(bodyOf({}));
    const asked = { requestId: "r-9", body: bodyOf({ name: "b", command: "ls" }) };

    expect(() => sameRequest(job, asked)).toThrow(
      `request_id "r-9" was already used for job ${JOB_ID} with other arguments (name, command).`,
    );
    expect(sameRequest(job, { requestId: "r-9", body: bodyOf({}) })).toBe(job);
  });

  test("knows a login that the platform has put into a job, and only there", () => {
    const env = { A: "1", NEURO_PASSED_CONFIG: "x", APOLO_PASSED_CONFIG: "y" };
    expect(differing({ env, passConfig: true }, { env: { A: "1" }, passConfig: true })).toEqual([]);
    expect(differing({ env }, { env: { A: "1" } })).toEqual(["env"]);
  });

  describe("with a life span that was changed since", () => {
    const extended = { max_run_time_minutes: 5 };
    const asked = { lifeSpanSeconds: 120 };

    test.for([
      ["as its tag says", { tags: ["mcp-as:2"] }],
      ["as this connection has sent it", { isSent: true }],
      ["where nothing tells what was asked for", {}],
    ] as const)("is the same %s", ([, more]) => {
      expect(differing(asked, asked, { ...extended, ...more })).toEqual([]);
    });

    test("is another than what its tag says", () => {
      expect(differing(asked, { lifeSpanSeconds: 180 }, { ...extended, tags: ["mcp-as:2"] })).toEqual([
        "life_span",
      ]);
      expect(differing(asked, asked, { ...extended, tags: ["mcp-as:none"] })).toEqual(["life_span"]);
      expect(differing(asked, {}, { ...extended, tags: ["mcp-as:none"] })).toEqual([]);
    });

    test("is another where it can only have been asked for longer", () => {
      expect(differing(asked, { lifeSpanSeconds: 360 }, extended)).toEqual(["life_span"]);
      expect(differing(asked, {}, extended)).toEqual(["life_span"]);
    });
  });

  test("compares the wait for quota by what the first call asked for, where that is known", () => {
    const waits = { waitForJobsQuota: true };
    expect(differing(waits, waits, { tags: ["mcp-as:none-wait"] })).toEqual([]);
    expect(differing(waits, {}, { tags: ["mcp-as:none-wait"] })).toEqual(["wait_for_quota"]);
    expect(differing({}, waits, { tags: ["mcp-as:none"] })).toEqual(["wait_for_quota"]);
    expect(differing(waits, {}, { isSent: true })).toEqual(["wait_for_quota"]);
    expect(differing({}, waits)).toEqual([]);
  });

  test("takes shared memory from what was sent: the platform shows it for some presets anyway", () => {
    const container = { image: "ubuntu", resources: { cpu: 1, memory: 1, shm: true } };
    const job = made(bodyOf({}), {
      container: { ...container, command: "sleep 1", http: { port: 80, requires_auth: true } },
    });

    expect(sameRequest(job, { requestId: "r", body: bodyOf({}), sentBody: bodyOf({}) })).toBe(job);
  });
});

describe("the tags of a start", () => {
  test("are told from others", () => {
    expect(["mcp:r", "mcp-by:x", "mcp-as:none"].map(isOwnTag)).toEqual([true, true, true]);
    expect(["mcp", "my-mcp:r", "mcp-at:x", "mcp-by"].map(isOwnTag)).toEqual([false, false, false, false]);
  });

  test("hold the life span in whole minutes, and the wait", () => {
    expect(askedTag({})).toBe("mcp-as:none");
    expect(askedTag({ lifeSpanSeconds: 61, waitForJobsQuota: false })).toBe("mcp-as:2");
    expect(askedTag({ lifeSpanSeconds: 120, waitForJobsQuota: true })).toBe("mcp-as:2-wait");
  });
});
