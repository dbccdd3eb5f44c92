import { describe } from "vitest";
import { openCaller } from "../../../src/operations/caller.ts";
import { start } from "../../../src/tools/start/index.ts";
import {
  test as base,
  expect,
  JOB_ID,
  type PlatformStub,
  reply,
  replyLines,
  wireJob,
} from "../../support/platform-stub.ts";
import { POLICY } from "../../support/policy.ts";

type How = "run" | "begin";

interface Calling {
  /** A call that waits as it is made, or between further calls. */
  call(how: How, args: Record<string, unknown>): ReturnType<NonNullable<typeof start.task>["begin"]>;
}

const as = (status: string) => ({ status, statuses: [], history: { status, restarts: 0 } });

/** Takes up jobs, which are like this at once. */
function takeUp(stub: PlatformStub, status: string): void {
  let count = 0;
  stub.on("POST /api/v1/jobs", (response, _, body) => {
    count += 1;
    const { name, tags } = JSON.parse(body);
    reply(response, wireJob({ ...as(status), id: JOB_ID.replace(/.$/, `${count}`), name, tags }), 202);
  });
}

/** A platform whose jobs wait, and where nothing was started before. */
const test = base.extend<{ calling: Calling }>({
  calling: async ({ stub, platform }, use) => {
    takeUp(stub, "pending");
    stub.on("GET /api/v1/jobs?", (response) => replyLines(response, []));
    stub.on("GET /default/jobs/capacity", (response) => reply(response, {}));
    const caller = openCaller(platform, POLICY);
    const context = { caller, signal: new AbortController().signal, progress() {}, changing() {} };
    await use({
      async call(how, args) {
        const given = start.input.parse({ image: "ubuntu", ...args });
        if (how === "run") return start.run(given, context);
        if (start.task === undefined) throw new Error("it does not wait between calls");
        return start.task.begin(given, context);
      },
    });
    await caller.close();
  },
});

const sent = ({ seen }: PlatformStub) => seen.filter((name) => name.startsWith("POST"));
const listed = ({ seen }: PlatformStub) => seen.filter((name) => name.startsWith("GET /api/v1/jobs?"));

describe("a call of job_start", { tags: "starts" }, () => {
  test.for(["run", "begin"] as const)(
    "only plans where that is asked, also to be waited for (%s)",
    async (how, { stub, calling }) => {
      const plan = await calling.call(how, { dry_run: true, wait_seconds: 1 });
      expect(plan).toMatchObject({ text: expect.stringMatching(/^Dry run: nothing was started/) });
      expect(plan).toMatchObject({ text: expect.stringContaining("To start it, leave out dry_run.") });
      expect(plan).toMatchObject({ data: { jobs: [], plan: { doubts: undefined } } });
      expect([sent(stub), listed(stub)]).toEqual([[], []]);
    },
  );

  test.for(["run", "begin"] as const)("does not wait unless asked (%s)", async (how, { stub, calling }) => {
    const started = await calling.call(how, { name: "train" });
    expect(started).toMatchObject({ text: expect.stringMatching(/^Started: train /) });
    expect(started).not.toMatchObject({ text: expect.stringContaining("Why: ") });
    expect(sent(stub)).toHaveLength(1);
  });

  test("waits between calls for one job, until its time is over", async ({ calling }) => {
    const before = Date.now();
    expect(start.waits?.({ wait_seconds: 30 })).toBe(30);
    const begun = await calling.call("begin", { name: "train", wait_seconds: 30 });
    if (!("wait" in begun)) throw new Error("nothing is waited for");
    const { startedMs, deadlineMs, jobs } = begun.wait;
    expect([jobs.length, deadlineMs - startedMs]).toEqual([1, 30_000]);
    expect(startedMs).toBeGreaterThanOrEqual(before);
    expect(startedMs).toBeLessThanOrEqual(Date.now());
  });

  test("tells how its job stands where it waits", async ({ stub, calling }) => {
    takeUp(stub, "cancelled");
    const seen = await calling.call("run", { name: "train", wait_seconds: 30 });
    expect(seen).toMatchObject({ text: expect.stringMatching(/^Why: /m) });
    expect(stub.seen.at(-1)).toContain("log_ws");
    const unseen = await calling.call("run", { name: "train" });
    expect(unseen).toMatchObject({ text: expect.not.stringMatching(/^Why: /m) });
  });

  test("does not wait between calls for several", async ({ stub, calling }) => {
    takeUp(stub, "cancelled");
    const begun = await calling.call("begin", { name: "n", count: 2, wait_seconds: 1 });
    expect(begun).toMatchObject({ data: { jobs: [{ name: "n-1" }, { name: "n-2" }] } });
    expect(sent(stub)).toHaveLength(2);
  });

  test.for(["run", "begin"] as const)(
    "is refused before anything is sent (%s)",
    async (how, { stub, calling }) => {
      const waits = { wait_seconds: 1 };
      await expect(calling.call(how, { ...waits, preset: "cpu-smal" })).rejects.toThrow(
        "Did you mean cpu-small?",
      );
      await expect(calling.call(how, { ...waits, env: { API_KEY: "hunter2-91-x" } })).rejects.toThrow(
        "secret_env",
      );
      expect(sent(stub)).toEqual([]);
    },
  );

  test.for(["run", "begin"] as const)("fails as its start does (%s)", async (how, { stub, calling }) => {
    stub.on("POST /api/v1/jobs", (response) => reply(response, { error: "No credits left" }, 402));
    await expect(calling.call(how, { wait_seconds: 1 })).rejects.toMatchObject({ code: "no_credits" });
  });
});

describe("a plan of job_start for a request_id", { tags: "starts" }, () => {
  const earlier = (stub: PlatformStub, tag: string) =>
    stub.on("GET /api/v1/jobs?", (response, { url = "" }) => {
      const isAsked = new URL(url, "http://x").searchParams.getAll("tag").includes(tag);
      replyLines(response, isAsked ? [wireJob({ ...as("pending"), tags: [tag] })] : []);
    });

  test("shows the job that it has started", async ({ stub, calling }) => {
    earlier(stub, "mcp:r1");
    const plan = { dry_run: true, preset: "cpu-small", shm: false, life_span: "none" };
    expect(await calling.call("run", { ...plan, request_id: "r1" })).toMatchObject({
      text: expect.stringMatching(/^Dry run: .* earlier call with this request_id started/),
    });
    expect(await calling.call("run", { ...plan, request_id: "r2" })).toMatchObject({
      text: expect.not.stringContaining("earlier call"),
    });
  });

  test("shows none for a sweep, whose jobs have ids of their own", async ({ stub, calling }) => {
    earlier(stub, "mcp:r1");
    expect(await calling.call("run", { dry_run: true, request_id: "r1", count: 2 })).toMatchObject({
      text: expect.not.stringContaining("earlier call"),
    });
  });
});
