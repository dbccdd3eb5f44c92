import { syncBuiltinESMExports } from "node:module";
import timers from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { WITHIN } from "../../support/busy.ts";
import { gate } from "../../support/gate.ts";
import { type Platform, startPlatform } from "./platform.ts";

/** How long an attached reader's first frame waits; nothing else waits just as long. */
const BEGIN_MS = 100;

let platform: Platform;

beforeAll(async () => {
  platform = await startPlatform();
});

afterAll(async () => platform.close());

const attach = (id: string, flags = "tty=0&stdin=1&stdout=1&stderr=1") =>
  platform.open(`${id}/attach?${flags}`, ["v2.channels.neu.ro"]);

/** Lets the first frame wait for a gate instead; `waits` once one does. */
function holdFirstFrame() {
  const { open, opened } = gate();
  const { setTimeout: wait } = timers;
  const waiting = vi.spyOn(timers, "setTimeout").mockImplementation(async (ms, value, options) => {
    await (ms === BEGIN_MS ? opened : wait(ms, undefined, options));
    return value;
  });
  syncBuiltinESMExports();
  onTestFinished(() => {
    waiting.mockRestore();
    syncBuiltinESMExports();
  });
  return { open, waits: () => waiting.mock.calls.some(([ms]) => ms === BEGIN_MS) };
}

describe("attach", () => {
  test("joins the job's streams and always ends with 0", async () => {
    const id = await platform.run("read word; echo got $word; echo err >&2; exit 5");
    const line = await attach(id).opened();
    expect(line.socket.protocol).toBe("v2.channels.neu.ro");
    line.input("hello\n");
    expect(await line.end).toEqual({ code: 1000, reason: "" });
    expect(line.messages[0]).toEqual(Buffer.of(1));
    expect(line.channel(1)).toBe("got hello\n");
    expect(line.channel(2)).toBe("err\n");
    expect(line.channel(3)).toBe('{"exit_code": 0}');
    await platform.reach(id, "failed");
  });

  test("finds stdin open even if it was not asked for", async () => {
    const id = await platform.run("read word; echo $word");
    const line = await attach(id, "stdin=0&stdout=1&stderr=1").opened();
    line.input("yes\n");
    await line.end;
    expect(line.channel(1)).toBe("yes\n");
  });

  test("has a terminal exactly if the job has one", async () => {
    const id = await platform.run("read go; stty size; test -t 1 && echo terminal", {
      container: { tty: true },
    });
    const line = await attach(id, "tty=0&stdin=1&stdout=1&stderr=1").opened();
    line.resize('{"height":20,"width":66}');
    line.input("go\r");
    await line.end;
    expect(line.channel(1)).toContain("20 66");
    expect(line.channel(1)).toContain("terminal");
  });

  test("ends when the job is killed", async () => {
    const id = await platform.run("sleep 600");
    const line = await attach(id).opened();
    expect((await platform.request("DELETE", `/jobs/${id}`)).status).toBe(204);
    expect(await line.end).toEqual({ code: 1000, reason: "" });
    expect(line.channel(3)).toBe('{"exit_code": 0}');
  });

  test("is refused right after the end of the attached job", async () => {
    const id = await platform.run("read go");
    const line = await attach(id).opened();
    line.input("go\n");
    await line.end;
    const probe = await attach(id, "tty=0&stdin=1&stdout=0&stderr=0").end;
    expect(probe).toEqual({ status: 404, error: `{"error": "Job '${id}' is not running."}` });
  });

  test("makes the job wait for a reader that does not read", async () => {
    const id = await platform.run("read go; seq 1 3000000; echo done");
    const line = await attach(id).opened();
    line.input("go\n");
    await expect.poll(() => line.messages.length, WITHIN).toBeGreaterThan(3);
    line.socket.pause();
    await expect.poll(() => platform.logs.range(id, {}).end, WITHIN).toBeGreaterThan(1_000_000);
    line.socket.resume();
    await line.end;
    expect(line.channel(1).endsWith("3000000\ndone\n")).toBe(true);
    expect(line.channel(1).length).toBe(22_888_901);
  });

  test("leaves it to the log to show what was there, before its first frame", async () => {
    const id = await platform.run("echo first; sleep 600");
    await expect.poll(() => platform.logs.range(id, {}).end, WITHIN).toBe(6);
    const firstFrame = holdFirstFrame();
    const log = await platform.open(`${id}/log_ws`).opened();
    const line = await attach(id).opened();
    await expect.poll(() => log.text, WITHIN).toBe("first\n");
    await expect.poll(firstFrame.waits, WITHIN).toBe(true);
    expect(line.messages).toEqual([]);
    firstFrame.open();
    await expect.poll(() => line.messages, WITHIN).toEqual([Buffer.of(1)]);
    line.socket.close();
    log.socket.close();
  });

  test("is refused for streams that cannot be", async () => {
    const { status, error } = await attach("job-unknown", "stdin=0&stdout=0&stderr=0").end;
    expect({ status, error }).toEqual({
      status: 400,
      error: '{"error": "Required at least one of stdin, stdout or stderr"}',
    });
  });
});
