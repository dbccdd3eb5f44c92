import { describe, vi } from "vitest";
import { UnknownOutcomeError } from "../../../src/client/errors.ts";
import { fakeTimeouts } from "../../support/fake-clock.ts";
import { expect, type PlatformStub, reply, replyLines, test, wireJob } from "../../support/platform-stub.ts";

interface Started {
  bodies: Record<string, unknown>[];
  jobs: ReturnType<typeof wireJob>[];
}

/** Keeps what is started, lists it by tag, and answers a start as `answer` says, or does that instead. */
function keep(
  stub: PlatformStub,
  answer: "job" | "reset" | (() => void) | number = "job",
  isKept = true,
): Started {
  const started: Started = { bodies: [], jobs: [] };
  stub.on("POST /api/v1/jobs", (response, _request, text) => {
    const { image, command, env = {}, preset_name, tags, name } = JSON.parse(text);
    const container = { image, command, env, resources: { cpu: 1, memory: 1 } };
    const job = wireJob({ container, preset_name, tags, name });
    started.bodies.push(JSON.parse(text));
    if (isKept) started.jobs.push(job);
    if (answer === "job") reply(response, job, 202);
    else if (answer === "reset") response.socket?.resetAndDestroy();
    else if (typeof answer === "function") answer();
    else reply(response, { error: "no" }, answer);
  });
  stub.on("GET /api/v1/jobs?", (response, { url = "" }) => {
    const tag = new URL(url, "http://x").searchParams.get("tag");
    replyLines(
      response,
      started.jobs.filter(({ tags }) => Array.isArray(tags) && tags.includes(tag)),
    );
  });
  return started;
}

const OPTIONS = { image: "ubuntu", command: "sleep 1", env: { A: "1" }, tags: ["mine"] };

describe("startOnce", { tags: "starts" }, () => {
  test("starts a job that carries the request's tag", async ({ stub, platform }) => {
    const { bodies } = keep(stub);

    const { job, repeated } = await platform.jobs.startOnce(OPTIONS, { requestId: "r-1" });

    expect([job.tags, repeated]).toEqual([["mine", "mcp:r-1", "mcp-as:none"], false]);
    expect(bodies.length).toBe(1);
  });

  test("gives the original for a request that was seen before", async ({ stub, platform }) => {
    const { bodies } = keep(stub);
    const first = await platform.jobs.startOnce(OPTIONS, { requestId: "r-1" });

    const second = await platform.jobs.startOnce(OPTIONS, { requestId: "r-1" });

    expect(second).toEqual({ job: first.job, repeated: true });
    expect(bodies.length).toBe(1);
  });

  test("gives the original when the platform has put a login into it", async ({ stub, platform }) => {
    const { jobs } = keep(stub);
    const options = { ...OPTIONS, passConfig: true };
    const { job } = await platform.jobs.startOnce(options, { requestId: "r-1" });
    const { container } = wireJob({
      container: { image: "ubuntu", env: { NEURO_PASSED_CONFIG: "x", A: "1" } },
    });
    Object.assign(jobs[0] ?? {}, {
      pass_config: true,
      container: { ...Object(jobs[0]?.container), ...Object(container) },
    });

    const second = await platform.jobs.startOnce(options, { requestId: "r-1" });

    expect([second.job.id, second.repeated]).toEqual([job.id, true]);
  });

  test("starts one job for calls with the same id at the same time", async ({ stub, platform }) => {
    const { bodies } = keep(stub);

    const started = await Promise.all(
      [1, 2, 3].map(() => platform.jobs.startOnce(OPTIONS, { requestId: "r-1" })),
    );

    expect(started.map(({ repeated }) => repeated)).toEqual([false, true, true]);
    expect(bodies.length).toBe(1);
  });

  test.for([
    ["image", { image: "debian" }],
    ["command", { command: "sleep 2" }],
    ["env", { env: { A: "2" } }],
    ["preset", { preset: "a100" }],
    ["name", { name: "other" }],
  ] as const)(
    "refuses a request that was seen with another %s",
    async ([what, change], { stub, platform }) => {
      const { bodies } = keep(stub);
      await platform.jobs.startOnce(OPTIONS, { requestId: "r-1" });

      const again = platform.jobs.startOnce({ ...OPTIONS, ...change }, { requestId: "r-1" });

      await expect(again).rejects.toMatchObject({
        code: "conflict",
        retryable: false,
        message: expect.stringContaining(what),
      });
      expect(bodies.length).toBe(1);
    },
  );

  test.for(["reset", 408, 499, 502, 503, 504, 507, 520, 522, 524, 530, 598] as const)(
    "finds the job when its answer was lost by %s",
    async (how, { stub, platform }) => {
      const { bodies } = keep(stub, how);

      const { job, repeated } = await platform.jobs.startOnce(OPTIONS, { requestId: "r-1", isNew: true });

      expect([job.tags, repeated, bodies.length]).toEqual([["mine", "mcp:r-1"], false, 1]);
    },
  );

  test("finds the job when its answer did not come in time", async ({ stub, platform }) => {
    await fakeTimeouts(platform);
    const { bodies } = keep(stub, () => vi.advanceTimersByTime(200));

    const { job } = await platform.jobs.startOnce(OPTIONS, { requestId: "r-1" }, { timeoutMs: 200 });

    expect([job.tags, bodies.length]).toEqual([["mine", "mcp:r-1", "mcp-as:none"], 1]);
  });

  test("says that the outcome is unknown when no job shows up, and that the same request is safe", async ({
    stub,
    platform,
  }) => {
    const { bodies } = keep(stub, "reset", false);

    const error = await platform.jobs
      .startOnce(OPTIONS, { requestId: "r-1", lookupMs: 600 })
      .catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(UnknownOutcomeError);
    expect(error).toMatchObject({ code: "unknown_outcome", requestId: "r-1", retryable: false });
    expect(String(error)).toContain('request_id "r-1" is safe');
    expect(bodies.length).toBe(1);
    // Before the start, and after it at once, after 250 ms and at the end.
    expect(stub.seen.filter((name) => name.startsWith("GET /api/v1/jobs")).length).toBeLessThanOrEqual(4);
  });

  test("looks again before it sends again what was lost, and then does not", async ({ stub, platform }) => {
    const { bodies, jobs } = keep(stub, "reset", false);
    const once = { requestId: "r-1", lookupMs: 300 };
    await expect(platform.jobs.startOnce(OPTIONS, once)).rejects.toMatchObject({ code: "unknown_outcome" });

    const again = platform.jobs.startOnce(OPTIONS, once);
    const { tags, preset_name } = Object(bodies[0]);
    const container = {
      image: "ubuntu",
      command: "sleep 1",
      env: { A: "1" },
      resources: { cpu: 1, memory: 1 },
    };
    jobs.push(wireJob({ tags, preset_name, container }));

    expect((await again).repeated).toBe(true);
    expect(bodies.length).toBe(1);
  });

  test.for(["reset", 503] as const)(
    "sends it again once nothing has come of it for long enough (%s)",
    async (how, { stub, platform }) => {
      const { bodies } = keep(stub, how, false);
      const once = { requestId: "r-1", lookupMs: 200 };
      await expect(platform.jobs.startOnce(OPTIONS, once)).rejects.toMatchObject({ code: "unknown_outcome" });
      await expect(platform.jobs.startOnce(OPTIONS, once)).rejects.toMatchObject({ code: "unknown_outcome" });

      expect(bodies.length).toBe(2);
    },
  );

  test("takes the caller's own job, never a colleague's with the same id", async ({ stub, platform }) => {
    const { jobs } = keep(stub);
    jobs.push(wireJob({ id: "job-00000000-0000-4000-8000-00000000000b", owner: "bob", tags: ["mcp:r-1"] }));
    const { job } = await platform.jobs.startOnce(OPTIONS, { requestId: "r-1", isNew: true });

    expect(await platform.jobs.startedBy("r-1")).toEqual(job);
    jobs.pop();
    expect(await platform.jobs.startedBy("r-1")).toBeUndefined();
  });

  test("finds a job whose logs are gone", async ({ stub, platform }) => {
    // A search that is not answered in time is made once more.
    await fakeTimeouts(platform);
    keep(stub);
    await platform.jobs.startOnce(OPTIONS, { requestId: "r-1" });

    const asked = stub.seen.filter((name) => name.startsWith("GET /api/v1/jobs?"));
    expect(asked.join()).not.toMatch(/logs_removed|being_dropped/);
    expect(asked).toHaveLength(2);
  });

  test("gives the original while the platform does not list it yet", async ({ stub, platform }) => {
    const { bodies, jobs } = keep(stub);
    const { job } = await platform.jobs.startOnce(OPTIONS, { requestId: "r-1" });
    const [made] = jobs.splice(0);
    stub.on(`GET /api/v1/jobs/${job.id}`, (response) => reply(response, made));

    const again = await platform.jobs.startOnce(OPTIONS, { requestId: "r-1" });

    expect([again.job.id, again.repeated, bodies.length]).toEqual([job.id, true, 1]);
  });

  test("sends one start for two calls whose answer is lost, and tells both", async ({ stub, platform }) => {
    const { bodies } = keep(stub, "reset", false);
    const once = { requestId: "r-1", lookupMs: 200 };

    const calls = await Promise.allSettled([1, 2].map(() => platform.jobs.startOnce(OPTIONS, once)));

    const codes = calls.map((call) => call.status === "rejected" && call.reason.code);
    expect([codes, bodies.length]).toEqual([["unknown_outcome", "unknown_outcome"], 1]);
  });

  test("asks nothing but the start for an id that is new", async ({ stub, platform }) => {
    keep(stub);
    await platform.jobs.startOnce(OPTIONS, { requestId: "r-1", isNew: true });
    expect(stub.seen).toEqual(["POST /api/v1/jobs?from_preset"]);
  });

  test("passes a refusal on without looking for a job", async ({ stub, platform }) => {
    keep(stub, 400);

    await expect(platform.jobs.startOnce(OPTIONS, { requestId: "r-1", isNew: true })).rejects.toMatchObject({
      code: "invalid_request",
    });
    expect(stub.seen).toEqual(["POST /api/v1/jobs?from_preset"]);
  });

  test("does not look for a job when nothing is listening there", async ({ stub }) => {
    const platform = stub.connect();
    await platform.context();
    await new Promise((resolve) => {
      stub.server.close(resolve);
      stub.server.closeAllConnections();
    });

    await expect(platform.jobs.startOnce(OPTIONS, { requestId: "r-1", isNew: true })).rejects.toMatchObject({
      code: "unavailable",
    });
  });

  test("refuses what cannot be a tag", async ({ stub, platform }) => {
    for (const requestId of ["", "a b", "x".repeat(253), "run-\ud800"])
      await expect(platform.jobs.startOnce(OPTIONS, { requestId })).rejects.toMatchObject({
        code: "invalid_argument",
      });
    expect(stub.seen).toEqual([]);
  });
});
