import { describe, vi } from "vitest";
import { connectPlatform, type SaveStep } from "../../src/client/index.ts";
import { WITHIN } from "../support/busy.ts";
import { expect, JOB_ID, reply, replyLines, test, wireJob } from "../support/platform-stub.ts";

describe("a job", () => {
  test("is killed, signalled and given more time", async ({ stub, platform }) => {
    const bodies: string[] = [];
    for (const start of ["DELETE", "POST", "PUT"])
      stub.on(start, (response, _request, body) => {
        bodies.push(body);
        response.writeHead(204).end();
      });

    await platform.jobs.kill(JOB_ID);
    await platform.jobs.sendSignal(JOB_ID, { cluster: "west" });
    await platform.jobs.bumpLifeSpan(JOB_ID, 3601);

    expect(stub.seen).toEqual([
      `DELETE /api/v1/jobs/${JOB_ID}`,
      `POST /west/jobs/${JOB_ID}/kill`,
      `PUT /api/v1/jobs/${JOB_ID}/max_run_time_minutes`,
    ]);
    expect(bodies).toEqual(["", "", '{"additional_max_run_time_minutes":61}']);
  });

  test("that does not run cannot be signalled", async ({ stub, platform }) => {
    stub.on("POST", (response) => reply(response, { error: "not running" }, 404));

    await expect(platform.jobs.sendSignal(JOB_ID)).rejects.toMatchObject({ code: "not_running" });
  });

  test("is killed again when the answer was lost, signalled never", async ({ stub }) => {
    const { jobs } = stub.connect({ retries: 3 });
    let failures = 1;
    stub.on("DELETE", (response) => {
      if (failures-- > 0) response.socket?.resetAndDestroy();
      else response.writeHead(204).end();
    });
    stub.on("POST", (response) => response.socket?.resetAndDestroy());

    await jobs.kill(JOB_ID);
    await expect(jobs.sendSignal(JOB_ID)).rejects.toMatchObject({ code: "unavailable" });

    expect(stub.seen.map((line) => line.split(" ")[0])).toEqual(["DELETE", "DELETE", "POST"]);
  });

  test("keeps what the server sends, absent for null", async ({ stub, platform }) => {
    const resources = { cpu: 1, memory: 1, nvidia_migs: { "1g.5gb": { count: 2, model: null } } };
    const container = { image: "ubuntu@sha256:00", resources };
    stub.on("GET", (response) => reply(response, wireJob({ privileged: true, container, org_name: null })));

    const job = await platform.jobs.get(JOB_ID);

    expect(job).toMatchObject({
      privileged: true,
      container: {
        image: { name: "ubuntu@sha256:00" },
        resources: { nvidia_migs: { "1g.5gb": { count: 2 } } },
      },
    });
    expect(JSON.stringify(job)).not.toContain("null");
  });
});

describe("capacity", () => {
  test("is that of the call's cluster", async ({ stub, platform }) => {
    stub.on("GET /west/jobs/capacity", (response) => reply(response, { "cpu-small": 3 }));

    expect(await platform.jobs.getCapacity({ cluster: "west" })).toEqual({ "cpu-small": 3 });
    await expect(platform.jobs.getCapacity({ cluster: "nowhere" })).rejects.toThrow("default, west");
  });
});

describe("save", () => {
  const LINES = [
    { status: "CommitStarted", details: { container: "c", image: "i" } },
    { status: "CommitFinished" },
    { id: "layer1", status: "Pushing", progressDetail: { current: 1, total: 4 } },
    { aux: { Tag: "v1" } },
  ];

  test("reports each step and ends with the image", async ({ stub, platform }) => {
    let sent: unknown;
    stub.on(`POST /default/jobs/${JOB_ID}/save`, (response, _request, body) => {
      sent = JSON.parse(body);
      response.writeHead(200, { "content-type": "application/x-ndjson" });
      response.end(LINES.map((line) => `${JSON.stringify(line)}\r\n`).join(""));
    });
    const steps: SaveStep[] = [];

    for await (const step of platform.jobs.save(JOB_ID, "image:snap:v1")) steps.push(step);

    const image = "registry.default.example.org/acme/vision/snap:v1";
    expect(sent).toEqual({ container: { image } });
    expect(steps.map(({ kind }) => kind)).toEqual([
      "commit-started",
      "commit-finished",
      "progress",
      "progress",
      "saved",
    ]);
    expect(steps[2]).toEqual({
      kind: "progress",
      status: "Pushing",
      layer: "layer1",
      currentBytes: 1,
      totalBytes: 4,
    });
    expect(steps.at(-1)?.image).toBe(image);
  });

  test.for([
    [
      "an error line",
      [LINES[0], { error: "x", errorDetail: { message: "no space" } }],
      "platform_error",
      "no space",
    ],
    ["steps out of order", [LINES[1], LINES[0]], "protocol_error", "CommitStarted"],
    ["an early end", [LINES[0]], "protocol_error", "committed"],
  ] as const)("fails on %s", async ([, lines, code, text], { stub, platform }) => {
    stub.on("POST", (response) => replyLines(response, [...lines]));
    const saving = (async () => {
      for await (const { kind } of platform.jobs.save(JOB_ID, "image:x")) expect(kind).not.toBe("saved");
    })();

    await expect(saving).rejects.toMatchObject({ code, message: expect.stringContaining(text) });
  });

  test("is waited for while the platform works without a word", async ({ stub }) => {
    const { jobs, context } = stub.connect({ idleMs: 2000 });
    // On a busy machine the configuration may be silent for as long.
    await vi.waitFor(() => context(), WITHIN);
    stub.on("POST", (response) => {
      response.writeHead(200, { "content-type": "application/x-ndjson" });
      setTimeout(() => response.end(LINES.map((line) => `${JSON.stringify(line)}\n`).join("")), 2500);
    });
    let last = "";
    for await (const { kind } of jobs.save(JOB_ID, "image:x")) last = kind;

    expect(last).toBe("saved");
  });

  test("refuses an image elsewhere before sending", async ({ stub, platform }) => {
    const saving = platform.jobs.save(JOB_ID, "ubuntu")[Symbol.asyncIterator]().next();

    await expect(saving).rejects.toMatchObject({ code: "invalid_argument" });
    expect(stub.seen).toEqual([]);
  });
});

describe("top", () => {
  const SAMPLE = { cpu: 0.5, memory: 1, memory_bytes: 2 ** 20, timestamp: 1.5, gpu_duty_cycle: 93 };

  test("gives measurements until the job ends", async ({ stub, platform }) => {
    stub.play("/top", (socket) => socket.send(JSON.stringify(SAMPLE), () => socket.close(1000)));
    const samples: unknown[] = [];

    for await (const sample of platform.jobs.top(JOB_ID)) samples.push(sample);

    expect(samples).toEqual([{ cpu: 0.5, memory_bytes: 2 ** 20, timestamp: 1.5, gpu_duty_cycle: 93 }]);
  });

  test.for([
    ["nothing", undefined, "not_running"],
    ["no JSON", "{", "protocol_error"],
    ["a binary frame", Buffer.from(JSON.stringify(SAMPLE)), "protocol_error"],
  ] as const)("fails on %s", async ([, data, code], { stub, platform }) => {
    stub.play("/top", (socket) => {
      if (data !== undefined) socket.send(data);
      socket.close(1000);
    });
    const measuring = platform.jobs.top(JOB_ID)[Symbol.asyncIterator]().next();

    await expect(measuring).rejects.toMatchObject({ code });
  });
});

describe("a platform", () => {
  test("says who is logged in, what is selected and what there is", async ({ stub }) => {
    const login = { ...stub.login(), cluster: undefined, org: undefined, project: undefined };
    const platform = stub.connect({ login });

    expect(await platform.context()).toMatchObject({
      user: "alice",
      source: "token",
      selection: { cluster: "default", org: "acme", project: "nlp" },
      clusters: [
        {
          name: "default",
          registry: "registry.default.example.org",
          presets: [{ name: "cpu-small" }, { name: "a100" }],
        },
        { name: "west" },
      ],
      projects: [{ name: "vision", role: "admin" }, { name: "nlp" }, { name: "lab", org_name: "research" }],
    });
  });

  test("without a login says on every call what to do", async () => {
    const platform = connectPlatform(undefined);
    const expected = {
      code: "no_login",
      message: expect.stringMatching(/^(?=.*apolo login).*APOLO_PASSED_CONFIG.*--emulator/),
    };

    await expect(platform.context()).rejects.toMatchObject(expected);
    await expect(platform.jobs.get(JOB_ID)).rejects.toMatchObject(expected);
    await expect(platform.jobs.kill(JOB_ID)).rejects.toMatchObject(expected);
    await expect(platform.jobs.exec(JOB_ID, { command: "x" })).rejects.toMatchObject(expected);
    await platform.close();
  });

  test("that does not accept the login says so", async ({ stub }) => {
    const login = stub.login({ token: "no.token.here" });

    await expect(stub.connect({ login }).context()).rejects.toMatchObject({ code: "no_login" });
  });
});
