import { describe, onTestFinished, vi } from "vitest";
import type { Platform } from "../../../src/client/index.ts";
import { fakeTimeouts } from "../../support/fake-clock.ts";
import { expect, type PlatformStub, reply, replyLines, test, wireJob } from "../../support/platform-stub.ts";

const OPTIONS = { image: "ubuntu:latest" };
const MADE = { tags: ["mcp:r", "mcp-as:none"] };

describe("a start whose answer was lost", () => {
  test("is looked for again and again before it is sent again", async ({ stub, platform }) => {
    stub.on("POST", (response) => void response.socket?.resetAndDestroy());
    stub.on("GET /api/v1/jobs?", (response) => replyLines(response, []));
    await expect(platform.jobs.startOnce(OPTIONS, { requestId: "r", lookupMs: 100 })).rejects.toThrow(
      /whether the job was started is unknown.*request_id "r" is safe/,
    );
    let lookups = 0;
    stub.on("GET /api/v1/jobs?", (response) => {
      lookups += 1;
      replyLines(response, lookups < 3 ? [] : [wireJob(MADE)]);
    });

    const { repeated } = await platform.jobs.startOnce(OPTIONS, { requestId: "r", lookupMs: 60_000 });

    expect([repeated, lookups]).toEqual([true, 3]);
    expect(stub.seen.filter((name) => name.startsWith("POST"))).toHaveLength(1);
  });

  describe.for([
    ["an hour ahead", 3_600_000],
    ["an hour back", -3_600_000],
  ] as const)("while the clock is set %s", ([, shiftMs]) => {
    const once = { requestId: "r", lookupMs: 500 };
    const lost = async (stub: PlatformStub, platform: Platform) => {
      stub.on("POST", (response) => void response.socket?.resetAndDestroy());
      stub.on("GET /api/v1/jobs?", (response) => replyLines(response, []));
      await expect(platform.jobs.startOnce(OPTIONS, once)).rejects.toThrow(/is unknown/);
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + shiftMs });
      onTestFinished(() => void vi.useRealTimers());
    };
    const sent = ({ seen }: PlatformStub) => seen.filter((name) => name.startsWith("POST")).length;

    test("is looked for as long as ever", async ({ stub, platform }) => {
      await lost(stub, platform);
      let lookups = 0;
      stub.on("GET /api/v1/jobs?", (response) => {
        lookups += 1;
        replyLines(response, lookups < 3 ? [] : [wireJob(MADE)]);
      });
      const { repeated } = await platform.jobs.startOnce(OPTIONS, { ...once, lookupMs: 60_000 });
      expect([repeated, sent(stub)]).toEqual([true, 1]);
    });

    test("is sent again once nothing has come of it", async ({ stub, platform }) => {
      await lost(stub, platform);
      await expect(platform.jobs.startOnce(OPTIONS, once)).rejects.toThrow(/is unknown/);
      expect(sent(stub)).toBe(2);
    });
  });

  test("was never sent by a call that had been given up", async ({ stub, platform }) => {
    await platform.context();
    const call = { signal: AbortSignal.abort() };
    await expect(platform.jobs.startOnce(OPTIONS, { requestId: "r", isNew: true }, call)).rejects.toThrow();
    await expect(platform.jobs.startOnce(OPTIONS, { requestId: "r" }, call)).rejects.toThrow();
    expect(stub.seen.filter((name) => name.startsWith("POST"))).toEqual([]);
  });

  test("is no start that was refused: the next one with its id is sent", async ({ stub, platform }) => {
    stub.on("GET /api/v1/jobs?", (response) => replyLines(response, []));
    stub.on("POST", (response) => reply(response, { error: "no" }, 400));
    await expect(platform.jobs.startOnce(OPTIONS, { requestId: "r" })).rejects.toMatchObject({
      code: "invalid_request",
    });
    stub.on("POST", (response) => reply(response, wireJob(MADE), 202));

    expect((await platform.jobs.startOnce(OPTIONS, { requestId: "r" })).repeated).toBe(false);
  });

  test("is looked for again when a lookup fails", async ({ stub, platform }) => {
    stub.on("POST", (response) => void response.socket?.resetAndDestroy());
    let lookups = 0;
    stub.on("GET /api/v1/jobs?", (response) => {
      lookups += 1;
      if (lookups === 1) reply(response, { error: "no" }, 500);
      else replyLines(response, [wireJob({ tags: ["mcp:r"] })]);
    });

    const { job } = await platform.jobs.startOnce(OPTIONS, { requestId: "r", isNew: true });

    expect([job.tags, lookups]).toEqual([["mcp:r"], 2]);
  });

  test("is looked for no longer than its caller waits", async ({ stub, platform }) => {
    const caller = new AbortController();
    stub.on("POST", (response) => void response.socket?.resetAndDestroy());
    stub.on("GET /api/v1/jobs?", (response) => {
      replyLines(response, []);
      setImmediate(() => caller.abort());
    });

    const start = platform.jobs.startOnce(
      OPTIONS,
      { requestId: "r", isNew: true, lookupMs: 10 * 60_000 },
      { signal: caller.signal },
    );

    await expect(start).rejects.toThrow();
    expect(stub.seen.filter((name) => name.startsWith("GET /api/v1/jobs"))).toHaveLength(1);
  });

  test("is told as unknown with what was lost", async ({ stub, platform }) => {
    stub.on("POST", (response) => void response.socket?.resetAndDestroy());
    stub.on("GET /api/v1/jobs?", (response) => replyLines(response, []));

    await expect(platform.jobs.startOnce(OPTIONS, { requestId: "r", lookupMs: 50 })).rejects.toMatchObject({
      code: "unknown_outcome",
      cause: { code: "unavailable" },
      request: { method: "POST" },
    });
  });

  test("is unknown, too, when nothing came in time", async ({ stub, platform }) => {
    const timeoutMs = 2000;
    await fakeTimeouts(platform);
    stub.on("POST", () => void vi.advanceTimersByTime(timeoutMs));
    stub.on("GET /api/v1/jobs?", (response) => replyLines(response, []));
    const once = { requestId: "r", lookupMs: 50 };

    const error = await platform.jobs.startOnce(OPTIONS, once, { timeoutMs }).catch((thrown) => thrown);

    expect([error.code, error.cause, error.request]).toEqual(["unknown_outcome", undefined, undefined]);
  });

  test("is looked for no longer than asked where the platform does not answer", async ({
    stub,
    platform,
  }) => {
    stub.on("POST", (response) => void response.socket?.resetAndDestroy());
    stub.on("GET /api/v1/jobs?", () => {});

    await expect(
      platform.jobs.startOnce(OPTIONS, { requestId: "r", isNew: true, lookupMs: 50 }),
    ).rejects.toMatchObject({ code: "unknown_outcome" });
  });

  describe("by a fault that the platform had answered", () => {
    const once = { requestId: "r", lookupMs: 5000 };

    test("is looked for once, then sent again", async ({ stub, platform }) => {
      // A search that is not answered in time is made once more.
      await fakeTimeouts(platform);
      stub.on("POST", (response) => reply(response, { error: "no" }, 503));
      stub.on("GET /api/v1/jobs?", (response) => replyLines(response, []));
      await expect(platform.jobs.startOnce(OPTIONS, { ...once, lookupMs: 0 })).rejects.toMatchObject({
        code: "unknown_outcome",
      });
      stub.on("POST", (response) => reply(response, wireJob(MADE), 202));
      stub.seen.length = 0;

      const { repeated } = await platform.jobs.startOnce(OPTIONS, once);

      expect([repeated, stub.seen.map((name) => name.replace(/ .*/, ""))]).toEqual([
        false,
        ["GET", "POST", "GET"],
      ]);
    });

    test("is not sent again when it has made a job after all", async ({ stub, platform }) => {
      stub.on("POST", (response) => reply(response, { error: "no" }, 503));
      stub.on("GET /api/v1/jobs?", (response) => replyLines(response, []));
      await expect(platform.jobs.startOnce(OPTIONS, { ...once, lookupMs: 0 })).rejects.toMatchObject({
        code: "unknown_outcome",
      });
      stub.on("GET /api/v1/jobs?", (response) => replyLines(response, [wireJob(MADE)]));

      expect((await platform.jobs.startOnce(OPTIONS, once)).repeated).toBe(true);
      expect(stub.seen.filter((name) => name.startsWith("POST"))).toHaveLength(1);
    });
  });
});

describe("a call that waits for an earlier one with its id", () => {
  test("is sent by itself when that one was refused", async ({ stub, platform }) => {
    stub.on("GET /api/v1/jobs?", (response) => replyLines(response, []));
    stub.on("POST", (response) => reply(response, { error: "no" }, 400));

    const calls = await Promise.allSettled(
      [1, 2].map(() => platform.jobs.startOnce(OPTIONS, { requestId: "r" })),
    );

    const codes = calls.map((call) => call.status === "rejected" && call.reason.code);
    expect(codes).toEqual(["invalid_request", "invalid_request"]);
    expect(stub.seen.filter((name) => name.startsWith("POST"))).toHaveLength(2);
  });

  test("is told what it wanted when its time is over", async ({ stub, platform }) => {
    const asked = new Promise<void>((resolve) => stub.on("GET /api/v1/jobs?", () => resolve()));
    const first = platform.jobs.startOnce(OPTIONS, { requestId: "r" }, { timeoutMs: 60_000 });
    first.catch(() => {});
    await asked;
    const controller = new AbortController();

    const second = platform.jobs.startOnce(OPTIONS, { requestId: "r" }, { signal: controller.signal });
    controller.abort(new DOMException("no result within 1 s", "TimeoutError"));

    await expect(second).rejects.toMatchObject({
      code: "timed_out",
      message: "Starting a job timed out: no result within 1 s",
    });
  });
});
