import { describe } from "vitest";
import { answerJob, playLog, printed, stamp, texts } from "../../support/log-stub.ts";
import { expect, JOB_ID, test } from "../../support/platform-stub.ts";

describe("tail: where a log is long or far away", { tags: "logs" }, () => {
  const fromMs = Date.parse("2026-08-01T12:00:00Z");

  test("reads on over lost connections without gap or overlap", async ({ stub, platform }) => {
    const log = printed(9, { fromMs, stepMs: 400 });
    answerJob(stub, { startMs: fromMs, endMs: fromMs + 5000 });
    let times = 0;
    stub.play("/log_ws", (socket) => {
      times += 1;
      const isLast = times === 4;
      const part = log.slice(0, times * 2 + (isLast ? 9 : 0));
      const text = part.map(({ at, text: line }) => `${stamp(at, 6)} ${line}\n`).join("");
      socket.send(Buffer.from(text), () => (isLast ? socket.close(1000) : socket.terminate()));
    });
    const tail = await platform.jobs.tail(JOB_ID, { lines: 8 });
    expect(texts(tail)).toEqual(log.slice(1).map(({ text }) => text));
    expect(times).toBe(4);
  });

  test("shows lines without a time once over lost connections", async ({ stub, platform }) => {
    const [one = "", two = "", three = ""] = printed(3, { fromMs, stepMs: 400 }).map(
      ({ at, text }) => `${stamp(at, 6)} ${text}`,
    );
    const log = ["bare 1", one, "bare 2", two, "bare 3", "bare 4", three, "bare 5"];
    answerJob(stub, { startMs: fromMs, endMs: fromMs + 5000 });
    const ends = [1, 3, 5, 6, 8];
    stub.play("/log_ws", (socket) => {
      const part = log.slice(0, ends.shift()).map((line) => `${line}\n`);
      socket.send(Buffer.from(part.join("")), () =>
        ends.length === 0 ? socket.close(1000) : socket.terminate(),
      );
    });
    const tail = await platform.jobs.tail(JOB_ID, { lines: 20 });
    expect(texts(tail)).toEqual(log.map((line) => line.replace(/^2\S+ /, "")));
    expect(ends).toEqual([]);
  });

  test("gives up a connection that is lost before it brings anything", async ({ stub, platform }) => {
    answerJob(stub, { startMs: fromMs, endMs: fromMs + 5000 });
    let times = 0;
    stub.play("/log_ws", (socket) => {
      times += 1;
      socket.terminate();
    });
    await expect(platform.jobs.tail(JOB_ID)).rejects.toMatchObject({ code: "unavailable" });
    expect(times).toBe(3);
  });

  test("gives the lines before a place, also among lines of one time", async ({ stub, platform }) => {
    const log = printed(9, { fromMs, stepMs: 0 });
    answerJob(stub, { startMs: fromMs - 60_000, endMs: fromMs + 5000 });
    playLog(stub, { archived: log, live: [], isRunning: false });
    const last = await platform.jobs.tail(JOB_ID, { lines: 4 });
    expect(texts(last)).toEqual(["line 6", "line 7", "line 8", "line 9"]);
    expect(last.start).toMatchObject({ count: 5 });
    const older = await platform.jobs.tail(JOB_ID, { lines: 4, before: last.start });
    expect(texts(older)).toEqual(["line 2", "line 3", "line 4", "line 5"]);
    const oldest = await platform.jobs.tail(JOB_ID, { lines: 4, before: older.start });
    expect(texts(oldest)).toEqual(["line 1"]);
    expect(oldest.reachedStart).toBe(true);
  });
});
