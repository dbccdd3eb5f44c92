import { setTimeout as pause } from "node:timers/promises";
import { describe, onTestFinished, vi } from "vitest";
import type { JobDescription } from "../../../src/client/index.ts";
import { SOON_MS, WITHIN } from "../../support/busy.ts";
import { gate } from "../../support/gate.ts";
import { answerJob, type LogServer, playLog, printed, stamp, texts } from "../../support/log-stub.ts";
import { expect, JOB_ID, test } from "../../support/platform-stub.ts";

const HOUR_MS = 3_600_000;

describe("tail", () => {
  test("gives the last lines of a finished job after one short read", async ({ stub, platform }) => {
    const endMs = Date.parse("2026-08-01T12:00:00Z");
    answerJob(stub, { startMs: endMs - HOUR_MS, endMs });
    const archived = printed(3600, { fromMs: endMs - HOUR_MS, stepMs: 1000 });
    const { opened } = playLog(stub, { archived, live: [], isRunning: false });

    const tail = await platform.jobs.tail(JOB_ID, { lines: 5 });

    expect(texts(tail)).toEqual(archived.slice(-5).map(({ text }) => text));
    expect(tail).toMatchObject({ reachedStart: false, live: false });
    expect(opened.map((query) => query.get("timestamps"))).toEqual(["true"]);
    expect(tail.linesRead).toBeLessThan(100);
  });

  test("widens the window until there are enough lines, or the start is reached", async ({
    stub,
    platform,
  }) => {
    const endMs = Date.parse("2026-08-01T12:00:00Z");
    answerJob(stub, { startMs: endMs - HOUR_MS, endMs });
    const archived = printed(6, { fromMs: endMs - HOUR_MS, stepMs: 600_000 });
    const { opened } = playLog(stub, { archived, live: [], isRunning: false });

    const few = await platform.jobs.tail(JOB_ID, { lines: 2 });
    const reads = opened.length;
    const all = await platform.jobs.tail(JOB_ID, { lines: 100 });

    expect(texts(few)).toEqual(["line 5", "line 6"]);
    expect(reads).toBeLessThanOrEqual(4);
    expect(texts(all)).toEqual(archived.map(({ text }) => text));
    expect(all.reachedStart).toBe(true);
  });

  test("answers on a running job that prints nothing more, well before any time limit", async ({
    stub,
    platform,
  }) => {
    const now = Date.now();
    answerJob(stub, { startMs: now - 20_000 });
    playLog(stub, {
      archived: printed(3, { fromMs: now - 19_000, stepMs: 1000 }),
      live: [{ at: now - 5000, text: "naïve 🚀" }],
      isRunning: true,
    });
    const startedAt = performance.now();

    const tail = await platform.jobs.tail(JOB_ID, {}, { timeoutMs: 60_000 });

    expect(texts(tail)).toEqual(["line 1", "line 2", "line 3", "naïve 🚀"]);
    expect(tail).toMatchObject({ reachedStart: true, live: true });
    expect(performance.now() - startedAt).toBeLessThan(SOON_MS);
  });

  test("answers on a job that prints without pause", async ({ stub, platform }) => {
    answerJob(stub, { startMs: Date.now() - 1000 });
    stub.play("/log_ws", (socket) => {
      let count = 0;
      const print = () => {
        if (socket.readyState !== socket.OPEN) return;
        if (socket.bufferedAmount < 100_000)
          socket.send(Buffer.from(`${stamp(Date.now(), 9)} tick ${++count}\n`));
        setImmediate(print);
      };
      print();
    });

    const tail = await platform.jobs.tail(JOB_ID, { lines: 3 });

    expect(tail.lines).toHaveLength(3);
    expect(tail).toMatchObject({ live: true, ending: "caught_up" });
  });

  test("reads the burst of a job that has ended to its end, however slowly", { tags: "logs" }, async ({
    stub,
    platform,
  }) => {
    const endMs = Date.now() - 60_000;
    answerJob(stub, { startMs: endMs - 1000, endMs });
    const line = (text: string) => Buffer.from(`${stamp(endMs - 500, 9)} ${text}\n`);
    const taken = [gate(), gate()];
    stub.play("/log_ws", async (socket) => {
      socket.send(line("one"));
      await taken[0]?.opened;
      socket.send(line("two"));
      await taken[1]?.opened;
      // Whoever takes it for the end has asked by then.
      await pause(50);
      socket.send(line("three"));
      socket.close(1000);
    });
    let laterMs = 0;
    const now = performance.now.bind(performance);
    const clock = vi.spyOn(performance, "now").mockImplementation(() => now() + laterMs);
    onTestFinished(() => clock.mockRestore());
    const isEnough = ({ text }: { text: string }) => {
      laterMs += 2000;
      taken[text === "one" ? 0 : 1]?.open();
      return false;
    };

    const tail = await platform.jobs.tail(JOB_ID, { first: true, isEnough });

    expect(texts(tail)).toEqual(["one", "two", "three"]);
    expect(tail).toMatchObject({ ending: "closed", more: false, reachedStart: true });
  });

  test("gives nothing for a job that printed nothing", async ({ stub, platform }) => {
    answerJob(stub, { startMs: Date.now() - 1000 });
    playLog(stub, { archived: [], live: [], isRunning: true });

    expect(await platform.jobs.tail(JOB_ID, { silenceMs: 100 })).toMatchObject({
      lines: [],
      reachedStart: true,
      ending: "quiet",
    });
  });

  test("closes the stream it opened", async ({ stub, platform }) => {
    answerJob(stub, { startMs: Date.now() - 1000 });
    const { sockets } = playLog(stub, { archived: [], live: [], isRunning: true });
    await platform.jobs.tail(JOB_ID, { silenceMs: 100 });
    const [socket] = sockets;

    await expect.poll(() => socket?.readyState, WITHIN).toBe(3);
  });

  test("keeps to since, until and the byte limit", async ({ stub, platform }) => {
    const endMs = Date.parse("2026-08-01T12:00:00Z");
    answerJob(stub, { startMs: endMs - HOUR_MS, endMs });
    playLog(stub, {
      archived: printed(3600, { fromMs: endMs - HOUR_MS, stepMs: 1000 }),
      live: [],
      isRunning: false,
    });
    const since = new Date(endMs - HOUR_MS + 10_000);
    const until = new Date(endMs - HOUR_MS + 12_000);

    const window = await platform.jobs.tail(JOB_ID, { since, until });
    const small = await platform.jobs.tail(JOB_ID, { lines: 100, maxBytes: 30 });

    expect(texts(window)).toEqual(["line 11", "line 12", "line 13"]);
    expect(texts(small)).toEqual(["line 3598", "line 3599", "line 3600"]);
    expect(small.reachedStart).toBe(false);
  });

  test("needs no request for the job where the caller has it", async ({ stub, platform }) => {
    const endMs = Date.parse("2026-08-01T12:00:00Z");
    answerJob(stub, { startMs: endMs - 1000, endMs });
    const job: JobDescription = await platform.jobs.get(JOB_ID);
    playLog(stub, { archived: [{ at: endMs - 500, text: "x" }], live: [], isRunning: false });
    stub.seen.length = 0;

    expect(texts(await platform.jobs.tail(JOB_ID, { job }))).toEqual(["x"]);
    expect(stub.seen.length).toBe(1);
  });
});

describe("a cursor", { tags: "logs" }, () => {
  test("goes on without gap or overlap, also when lines move into the archive", async ({
    stub,
    platform,
  }) => {
    const startMs = Math.floor(Date.now() / 1000) * 1000 - 60_000;
    answerJob(stub, { startMs });
    // Several lines share a time, as a program that prints in bursts has it.
    const lines = Array.from({ length: 40 }, (_, index) => ({
      at: startMs + 1000 + Math.floor(index / 4) * 250,
      text: `line ${index + 1}`,
    }));
    const log: LogServer = { archived: [], live: lines.slice(0, 10), isRunning: true };
    playLog(stub, log);
    const first = await platform.jobs.tail(JOB_ID, { lines: 100 });
    log.archived = lines.slice(0, 9);
    log.live = lines.slice(9, 30);
    const second = await platform.jobs.tail(JOB_ID, { lines: 7, after: first.cursor });
    const third = await platform.jobs.tail(JOB_ID, { lines: 100, after: second.cursor });
    log.archived = lines;
    log.live = [];
    log.isRunning = false;
    const fourth = await platform.jobs.tail(JOB_ID, { lines: 100, after: third.cursor });
    const fifth = await platform.jobs.tail(JOB_ID, { lines: 100, after: fourth.cursor });

    expect([first, second, third, fourth, fifth].flatMap(texts)).toEqual(lines.map(({ text }) => text));
    expect([second.more, third.more, fourth.more]).toEqual([true, false, false]);
    expect(fifth).toMatchObject({ lines: [], cursor: fourth.cursor });
  });
});

describe("follow", () => {
  test("gives line by line, without the separator, until the log ends", async ({ stub, platform }) => {
    const fromMs = Date.parse("2026-08-01T12:00:00Z");
    const archived = printed(3, { fromMs, stepMs: 10 });
    playLog(stub, { archived, live: [{ at: fromMs + 1000, text: "live" }], isRunning: false });
    const got: string[] = [];

    for await (const { text } of platform.jobs.follow(JOB_ID)) got.push(text);

    expect(got).toEqual(["line 1", "line 2", "line 3", "live"]);
  });

  test("takes up a lost connection without gap or overlap", { tags: "logs" }, async ({ stub, platform }) => {
    const fromMs = Date.parse("2026-08-01T12:00:00Z");
    const live = printed(6, { fromMs, stepMs: 10 });
    let times = 0;
    stub.play("/log_ws", (socket) => {
      times += 1;
      const lines = times === 1 ? live.slice(0, 3) : live;
      const text = lines.map((line) => `${stamp(line.at, 9)} ${line.text}\n`).join("");
      socket.send(Buffer.from(text), () => (times === 1 ? socket.terminate() : socket.close(1000)));
    });
    const got: string[] = [];

    for await (const { text } of platform.jobs.follow(JOB_ID)) got.push(text);

    expect(got).toEqual(live.map(({ text }) => text));
    expect(times).toBe(2);
  });

  test("gives lines without a time once over a lost connection", { tags: "logs" }, async ({
    stub,
    platform,
  }) => {
    const time = stamp(Date.parse("2026-08-01T12:00:00Z"), 9);
    const log = ["bare 1", `${time} one`, "bare 2", "bare 3", `${time} two`, "bare 4"];
    const ends = [2, 4, 6];
    stub.play("/log_ws", (socket) => {
      const part = log.slice(0, ends.shift()).map((line) => `${line}\n`);
      socket.send(Buffer.from(part.join("")), () =>
        ends.length === 0 ? socket.close(1000) : socket.terminate(),
      );
    });
    const got: string[] = [];

    for await (const { text } of platform.jobs.follow(JOB_ID)) got.push(text);

    expect(got).toEqual(["bare 1", "one", "bare 2", "bare 3", "two", "bare 4"]);
  });

  test("ends with the caller's signal", async ({ stub, platform }) => {
    playLog(stub, { archived: [], live: [{ at: Date.now(), text: "x" }], isRunning: true });
    const controller = new AbortController();
    const following = (async () => {
      for await (const _ of platform.jobs.follow(JOB_ID, {}, { signal: controller.signal }))
        controller.abort(new Error("enough"));
    })();

    await expect(following).rejects.toThrow("enough");
  });
});
