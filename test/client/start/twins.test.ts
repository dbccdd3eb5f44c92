import { describe } from "vitest";
import { expect, type PlatformStub, reply, replyLines, test, wireJob } from "../../support/platform-stub.ts";

const OPTIONS = { image: "ubuntu:latest" };
const ids = [1, 2, 3, 4].map((digit) => `job-00000000-0000-4000-8000-00000000000${digit}`);
const [MADE = "", OLDER = "", OTHER = ""] = ids;

/** A job of the request `r`, created at that minute. */
function twin(id: string, minute: number, more: Record<string, unknown> = {}) {
  const history = { status: "running", created_at: `2026-08-01T10:0${minute}:00+00:00`, restarts: 0 };
  return wireJob({ id, tags: ["mcp:r", "mcp-as:none"], history, ...more });
}

/** Jobs; or a status, or what is no list, or no answer. */
type Listed = readonly ReturnType<typeof wireJob>[] | number | "<html>" | "";

/** Makes `MADE` by every start; answers one list after the other, the last one again and again. */
function play(stub: PlatformStub, ...lists: Listed[]): void {
  let asked = 0;
  stub.on("POST", (response) => reply(response, twin(MADE, 5), 202));
  stub.on("DELETE", (response) => void response.writeHead(204).end());
  stub.on("GET /api/v1/jobs?", (response) => {
    const list = lists[Math.min(asked, lists.length - 1)] ?? [];
    asked += 1;
    if (typeof list === "number") reply(response, { error: "no" }, list);
    else if (typeof list !== "string") replyLines(response, [...list]);
    else if (list !== "") response.end(list);
  });
}

const killed = (stub: PlatformStub) =>
  stub.seen.filter((name) => name.startsWith("DELETE")).map((name) => name.replace(/.*\//, ""));

describe("two servers that start the same request at once", () => {
  test("keep the older job, and end the others that are open", async ({ stub, platform }) => {
    const over = twin(OTHER, 6, { status: "failed" });
    play(stub, [], [twin(MADE, 5), over, twin(OLDER, 4)]);

    const { job, repeated } = await platform.jobs.startOnce(OPTIONS, { requestId: "r" });

    expect([job.id, repeated]).toEqual([OLDER, true]);
    expect(killed(stub)).toEqual([MADE]);
  });

  test("keep the one with the lower id of those made in the same moment", async ({ stub, platform }) => {
    play(stub, [], [twin(OLDER, 5), twin(MADE, 5)]);

    const { job, repeated } = await platform.jobs.startOnce(OPTIONS, { requestId: "r" });

    expect([job.id, repeated]).toEqual([MADE, false]);
    expect(killed(stub)).toEqual([OLDER]);
  });

  const refusal = (holder: string) => ({
    error: `Failed to create job: job with name 'train' and project 'vision' already exists: '${holder}'`,
  });

  test.for<[string, Record<string, unknown>, number]>([
    ["another request's", { tags: ["mcp:other"] }, 200],
    ["a colleague's with the same id", { owner: "bob" }, 200],
    ["not to be seen", {}, 404],
  ])("are refused a name whose job is %s", async ([, more, status], { stub, platform }) => {
    play(stub, []);
    stub.on("POST", (response) => reply(response, refusal(OTHER), 400));
    stub.on(`GET /api/v1/jobs/${OTHER}`, (response) => reply(response, twin(OTHER, 1, more), status));

    const start = platform.jobs.startOnce({ ...OPTIONS, name: "train" }, { requestId: "r" });

    await expect(start).rejects.toMatchObject({ code: "invalid_request", serverText: refusal(OTHER).error });
  });

  test("have the job of the name that one of them is refused", async ({ stub, platform }) => {
    play(stub, []);
    stub.on("POST", (response) => reply(response, refusal(OTHER), 400));
    stub.on(`GET /api/v1/jobs/${OTHER}`, (response) => reply(response, twin(OTHER, 1, { name: "train" })));

    const start = platform.jobs.startOnce({ ...OPTIONS, name: "train" }, { requestId: "r" });

    expect(await start).toMatchObject({ job: { id: OTHER }, repeated: true });
  });

  test.for([
    ["cannot be looked at", 503],
    ["cannot be read", "<html>"],
  ] as const)(
    "do not know of a name's job that %s, and ask again",
    async ([, answer], { stub, platform }) => {
      play(stub, []);
      stub.on("POST", (response) => reply(response, refusal(OTHER), 400));
      stub.on(`GET /api/v1/jobs/${OTHER}`, (response) => {
        if (answer === 503) reply(response, { error: "no" }, answer);
        else response.end(answer);
      });
      const start = () =>
        platform.jobs.startOnce({ ...OPTIONS, name: "train" }, { requestId: "r", lookupMs: 50 });

      await expect(start()).rejects.toMatchObject({ code: "unknown_outcome" });
      stub.on("GET /api/v1/jobs?", (response) => replyLines(response, [twin(OTHER, 1, { name: "train" })]));

      expect(await start()).toMatchObject({ job: { id: OTHER }, repeated: true });
    },
  );

  test("leave a colleague's job alone", async ({ stub, platform }) => {
    play(stub, [], [twin(MADE, 5), twin(OLDER, 4, { owner: "bob" })]);

    const { job, repeated } = await platform.jobs.startOnce(OPTIONS, { requestId: "r" });

    expect([job.id, repeated, killed(stub)]).toEqual([MADE, false, []]);
  });

  test("say so where the later one cannot be ended", async ({ stub, platform }) => {
    play(stub, [], [twin(MADE, 5), twin(OLDER, 4)]);
    stub.on("DELETE", (response) => reply(response, { error: "not today" }, 400));

    await expect(platform.jobs.startOnce(OPTIONS, { requestId: "r/1", partOf: "r" })).rejects.toMatchObject({
      code: "conflict",
      retryable: false,
      message: expect.stringMatching(
        new RegExp(
          `^Two servers have started request_id "r" at the same time, ${OLDER} and ${MADE}, .*Killing ${MADE}.*not today.*: end it with job_kill {"jobs": \\["${MADE}"\\]}\\.$`,
        ),
      ),
    });
  });

  test("give the job that another call has found before that showed", async ({ stub, platform }) => {
    play(stub, [], [twin(MADE, 5)], [twin(MADE, 5), twin(OLDER, 4)]);
    stub.on("DELETE", (response) => reply(response, { error: "not today" }, 400));
    let answer = () => {};
    const sent = new Promise<void>((resolve) =>
      stub.on("POST", (response) => {
        answer = () => reply(response, twin(MADE, 5), 202);
        resolve();
      }),
    );
    const first = platform.jobs.startOnce(OPTIONS, { requestId: "r" });
    await sent;
    const second = await platform.jobs.startOnce(OPTIONS, { requestId: "r" }, { timeoutMs: 50 });

    answer();

    expect([(await first).job.id, second.job.id]).toEqual([MADE, MADE]);
  });

  test("end the later one although the answer to that was lost", async ({ stub }) => {
    const { jobs } = stub.connect({ retries: 1, attemptMs: 60_000 });
    play(stub, [], [twin(MADE, 5), twin(OLDER, 4)]);
    let isLost = true;
    stub.on("DELETE", (response) => {
      if (isLost) response.socket?.resetAndDestroy();
      else response.writeHead(204).end();
      isLost = false;
    });

    const { job } = await jobs.startOnce(OPTIONS, { requestId: "r" });

    expect([job.id, killed(stub)]).toEqual([OLDER, [MADE, MADE]]);
  });

  test("say that it could not be looked up", async ({ stub, platform }) => {
    play(stub, [], 400);

    const started = await platform.jobs.startOnce(OPTIONS, { requestId: "r" });

    expect(started).toMatchObject({ job: { id: MADE }, repeated: false, isUnchecked: true });
    expect(stub.seen.map((name) => name.split("?")[0])).toEqual(
      ["GET", "POST", "GET"].map((how) => `${how} /api/v1/jobs`),
    );
  });

  test.for([
    ["fails for a moment", 503],
    ["answers with a page", "<html>"],
    ["does not answer", ""],
  ] as const)("look it up again when the platform %s", async ([, answer], { stub, platform }) => {
    play(stub, [], answer, [twin(MADE, 5), twin(OLDER, 4)]);

    const { job, isUnchecked } = await platform.jobs.startOnce(OPTIONS, { requestId: "r" });

    expect([job.id, isUnchecked]).toEqual([OLDER, undefined]);
  });

  test("keep the older job where the answer to the start was lost, and tell it as found", async ({
    stub,
    platform,
  }) => {
    play(stub, [], [twin(MADE, 5), twin(OLDER, 4)]);
    stub.on("POST", (response) => void response.socket?.resetAndDestroy());

    const { job, repeated } = await platform.jobs.startOnce(OPTIONS, { requestId: "r" });

    expect([job.id, repeated, killed(stub)]).toEqual([OLDER, true, [MADE]]);
  });

  test("are not looked for twice once the start is answered", async ({ stub, platform }) => {
    play(stub, [], [twin(MADE, 5)]);

    await platform.jobs.startOnce(OPTIONS, { requestId: "r" });

    expect(stub.seen.filter((name) => name.startsWith("GET /api/v1/jobs"))).toHaveLength(2);
  });
});

describe("a request that has several jobs", () => {
  test("has the oldest, and names the others unless they were cancelled", async ({ stub, platform }) => {
    play(stub, [twin(OTHER, 7, { status: "cancelled" }), twin(OLDER, 6), twin(MADE, 5)]);

    const { job, repeated, twins } = await platform.jobs.startOnce(OPTIONS, { requestId: "r" });

    expect([job.id, repeated, twins?.map(({ id }) => id)]).toEqual([MADE, true, [OLDER]]);
    expect(stub.seen.filter((name) => !name.startsWith("GET"))).toEqual([]);
  });

  test("has no twins where it has one", async ({ stub, platform }) => {
    play(stub, [twin(MADE, 5)]);

    expect(await platform.jobs.startOnce(OPTIONS, { requestId: "r" })).toEqual({
      job: expect.objectContaining({ id: MADE }),
      repeated: true,
    });
  });

  test("is looked for in the place it was started in", async ({ stub, platform }) => {
    const where = { org: "research", project: "lab" };
    play(stub, [twin(MADE, 5, { org_name: where.org, project_name: where.project })]);

    await platform.jobs.startedBefore({ ...OPTIONS, where }, "r");

    const [asked = ""] = stub.seen;
    expect(Object.fromEntries(new URL(asked.slice(4), "http://x").searchParams)).toMatchObject({
      ...{ tag: "mcp:r", cluster_name: "default", org_name: "research", project_name: "lab" },
    });
  });

  test("names the request that it is a part of where it differs", async ({ stub, platform }) => {
    play(stub, [twin(MADE, 5)]);
    const once = { requestId: "r/1", partOf: "r" };

    await expect(platform.jobs.startOnce({ image: "debian" }, once)).rejects.toThrow(/^request_id "r" was/);
    await expect(platform.jobs.startedBefore({ image: "debian" }, "r/1")).rejects.toThrow(
      /^request_id "r\/1" was .* \(image\)/,
    );
  });
});

describe("a start with its resources spelled out", () => {
  test("sends those that are set", async ({ stub, platform }) => {
    const bodies: Record<string, unknown>[] = [];
    stub.on("POST", (response, _, body) => {
      bodies.push(JSON.parse(body));
      reply(response, wireJob(), 202);
    });
    const resources = { cpu: 1, memory: 2 ** 30, shm: false, nvidia_gpu: 0, amd_gpu: 2 };

    await platform.jobs.run({ ...OPTIONS, resources });
    await platform.jobs.run({
      ...OPTIONS,
      schedulerEnabled: true,
      resources: { ...resources, tpu_type: "v3" },
    });

    expect(bodies.map(({ scheduler_enabled }) => scheduler_enabled)).toEqual([false, true]);
    const sent = bodies.map(({ container }) => Object(container).resources);
    const base = { cpu: 1, memory: 2 ** 30, shm: false, amd_gpu: 2 };
    expect(sent).toEqual([base, { ...base, tpu: { type: "v3" } }]);
    expect(stub.seen).toEqual(["POST /api/v1/jobs", "POST /api/v1/jobs"]);
  });

  test("keeps a refusal that is not about presets as it is", async ({ stub, platform }) => {
    stub.on("POST", (response) => reply(response, { error: "No such image" }, 400));
    await expect(platform.jobs.start(OPTIONS)).rejects.toMatchObject({
      message: expect.not.stringContaining("there are:"),
    });
  });
});
