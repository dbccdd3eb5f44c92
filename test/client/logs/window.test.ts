import { describe } from "vitest";
import { answerJob, playLog, stamp, texts } from "../../support/log-stub.ts";
import { expect, JOB_ID, test } from "../../support/platform-stub.ts";

const startMs = Date.parse("2026-08-01T12:00:00Z");
const lineAt = (second: number, text: string) => `${stamp(startMs + second * 1000, 6)} ${text}`;

describe("reading a part of a log", () => {
  test("shows nothing behind what is enough, and counts what came", async ({ stub, platform }) => {
    answerJob(stub, { startMs });
    const chunk = Buffer.from(
      `${lineAt(1, "one")}\n${lineAt(2, "two")}\n${lineAt(3, "three")}\n${lineAt(4, "half of a li")}`,
    );
    stub.play("/log_ws", (socket) => socket.send(chunk));

    const tail = await platform.jobs.tail(JOB_ID, { first: true, lines: 1 });

    expect(texts(tail)).toEqual(["one"]);
    expect(tail).toMatchObject({ ending: "enough", more: true, live: true });
    expect([tail.bytesRead, tail.linesRead]).toEqual([chunk.length, 2]);
  });

  test.for([
    ["has caught up with a job that prints", [], [1, 2], "caught_up"],
    ["has caught up behind the archive", [1], [2], "caught_up"],
    ["cannot know in the archive, which may go on", [1, 2], [], "quiet"],
  ] as const)("%s where the log falls silent", async ([, archived, live, ending], { stub, platform }) => {
    answerJob(stub, { startMs });
    const print = (seconds: readonly number[]) =>
      seconds.map((second) => ({ at: startMs + second * 1000, text: `line ${second}` }));
    playLog(stub, { archived: print(archived), live: print(live), isRunning: true });

    const tail = await platform.jobs.tail(JOB_ID, { first: true });

    expect(texts(tail)).toEqual(["line 1", "line 2"]);
    expect(tail).toMatchObject({ ending, linesRead: 2, live: true });
  });

  test("takes no line with a time for the mark between the parts, whatever it says", async ({
    stub,
    platform,
  }) => {
    answerJob(stub, { startMs });
    stub.play("/log_ws", (socket, { url = "" }) => {
      const separator = new URL(url, "http://x").searchParams.get("separator");
      socket.send(Buffer.from(`${lineAt(1, `${separator}`)}\n${lineAt(2, "two")}\n`));
    });

    const tail = await platform.jobs.tail(JOB_ID, { first: true });

    expect(tail.lines).toHaveLength(2);
    expect(tail.ending).toBe("quiet");
  });
});
