import { describe } from "vitest";
import type { WebSocket } from "ws";
import type { FollowOptions, LogLine, Platform } from "../../../src/client/index.ts";
import { expect, JOB_ID, type PlatformStub, test } from "../../support/platform-stub.ts";

const timeOf = (second: number) => `2026-08-01T12:00:0${second}.000000Z`;
const said = (second: number, text: string) => `${timeOf(second)} ${text}\n`;

/** Plays one connection after the other, the last again and again; what each was asked for. */
function play(stub: PlatformStub, ...plays: ((socket: WebSocket, query: URLSearchParams) => void)[]) {
  const asked: URLSearchParams[] = [];
  stub.play("/log_ws", (socket, { url = "" }) => {
    const query = new URL(url, "http://x").searchParams;
    plays[Math.min(asked.push(query), plays.length) - 1]?.(socket, query);
  });
  return asked;
}

/** Sends this and is lost, or ends the log. */
const sends =
  (text: string, how: "is lost" | "ends" = "ends") =>
  (socket: WebSocket) =>
    socket.send(Buffer.from(text), () => (how === "ends" ? socket.close(1000) : socket.terminate()));

async function followed(platform: Platform, options?: FollowOptions): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for await (const line of platform.jobs.follow(JOB_ID, options)) lines.push(line);
  return lines;
}

const textsOf = (lines: LogLine[]) => lines.map(({ text }) => text);

describe("following a log", () => {
  test("gives each line once until the log ends, an unfinished one last", async ({ stub, platform }) => {
    const asked = play(stub, (socket, query) => {
      socket.send(Buffer.from(said(1, "one")));
      socket.send(Buffer.from(`${query.get("separator")}\n${said(2, "two")}${timeOf(3)} thr`));
      socket.send(Buffer.alloc(0));
      socket.send(Buffer.from("ee"), () => socket.close(1000));
    });

    expect(await followed(platform)).toEqual([
      { time: timeOf(1), text: "one" },
      { time: timeOf(2), text: "two" },
      { time: timeOf(3), text: "three", open: true },
    ]);
    expect(asked.map((query) => [query.get("timestamps"), query.get("since")])).toEqual([["true", null]]);
  });

  test("gives an unfinished line each time it has grown, if asked to", async ({ stub, platform }) => {
    play(stub, (socket) => {
      socket.send(Buffer.from(`${timeOf(1)} on`));
      socket.send(Buffer.from("e\n"), () => socket.close(1000));
    });

    const lines = await followed(platform, { parts: true });

    expect(lines.at(-1)).toEqual({ time: timeOf(1), text: "one" });
    expect(lines.slice(0, -1).every(({ open, text }) => open === true && "one".startsWith(text))).toBe(true);
  });

  test("takes what only looks like a time for text", async ({ stub, platform }) => {
    const text = "2026-08-01T12:00:00+99:00 is no time";
    play(stub, sends(`${said(1, "one")}${text}\n${said(2, "two")}`));

    expect(textsOf(await followed(platform))).toEqual(["one", text, "two"]);
  });

  test("begins at a time, or after a place", async ({ stub, platform }) => {
    const log = said(1, "one") + said(1, "two") + said(2, "three");
    const asked = play(stub, sends(log));

    expect(textsOf(await followed(platform, { since: new Date(timeOf(1)) }))).toHaveLength(3);
    const after = { time: timeOf(1), count: 1 };
    expect(textsOf(await followed(platform, { after, since: new Date(timeOf(0)) }))).toEqual([
      "two",
      "three",
    ]);
    const since = "2026-08-01T12:00:01.000Z";
    expect(asked.map((query) => query.get("since"))).toEqual([since, since]);
  });

  test("goes on without gap or overlap when the connection is lost", async ({ stub, platform }) => {
    const asked = play(
      stub,
      sends(said(1, "one") + said(1, "two"), "is lost"),
      sends(said(1, "one") + said(1, "two") + said(1, "three")),
    );

    expect(textsOf(await followed(platform))).toEqual(["one", "two", "three"]);
    expect(asked.map((query) => query.get("since"))).toEqual([null, "2026-08-01T12:00:01.000Z"]);
  });

  test("leaves a loss before the first line to the reader", async ({ stub, platform }) => {
    const asked = play(stub, (socket) => socket.terminate());

    await expect(followed(platform)).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(`^Reading the log of ${JOB_ID} `),
    });
    expect(asked).toHaveLength(1);
  });

  test("is refused a log of text, and a bad id", async ({ stub, platform }) => {
    play(stub, (socket) => socket.send(said(1, "one")));

    await expect(followed(platform)).rejects.toMatchObject({
      code: "protocol_error",
      message: "The platform sent a text frame in a log; logs are binary.",
    });
    await expect(async () => {
      for await (const line of platform.jobs.follow("../jobs")) throw new Error(line.text);
    }).rejects.toMatchObject({ code: "invalid_argument" });
  });
});

describe("the bytes of a log", () => {
  test("come as they are asked for", async ({ stub, platform }) => {
    const asked = play(stub, sends("bytes"));
    const read = async (options = {}) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of platform.jobs.monitor(JOB_ID, options)) chunks.push(chunk);
      return Buffer.concat(chunks).toString();
    };

    expect(await read()).toBe("bytes");
    const all = { since: "2026-08-01T12:00:00Z", timestamps: true, separator: "", debug: true };
    expect(await read({ ...all, where: { cluster: "west" } })).toBe("bytes");

    expect(asked.map((query) => Object.fromEntries(query))).toEqual([
      {},
      { since: "2026-08-01T12:00:00Z", timestamps: "true", separator: "", debug: "true" },
    ]);
    expect(stub.seen.map((name) => name.replace(/\?.*/, ""))).toEqual([
      `GET /default/jobs/${JOB_ID}/log_ws`,
      `GET /west/jobs/${JOB_ID}/log_ws`,
    ]);
  });
});
