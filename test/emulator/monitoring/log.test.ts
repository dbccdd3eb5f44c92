import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { WITHIN } from "../../support/busy.ts";
import { type Platform, startPlatform } from "./platform.ts";

let platform: Platform;

beforeAll(async () => {
  platform = await startPlatform({ timing: { archiveDelayMs: 200 } });
});

afterAll(async () => platform.close());

const follow = (id: string, query = "separator=") => platform.open(`${id}/log_ws?${query}`);
const MICRO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z /;
const NANO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z /;

/** A job that prints a line, and a second one when the file `go` appears in its folder. */
async function twoLines(): Promise<{ id: string; go(): Promise<unknown> }> {
  const id = await platform.run("echo old; until [ -e go ]; do sleep 0.02; done; echo new");
  await expect.poll(() => platform.logs.range(id, {}).end, WITHIN).toBe(4);
  return { id, go: async () => platform.open(`${id}/exec?cmd=touch+go`).end };
}

/** Lets the beginning of a line wait for its end, not 200 ms, as no other timer does. */
function holdBegunLines(): void {
  const { setTimeout: wait } = globalThis;
  const timers = vi.spyOn(globalThis, "setTimeout");
  timers.mockImplementation((run, ms, ...given) => wait(run, ms === 200 ? WITHIN.timeout : ms, ...given));
  onTestFinished(() => void timers.mockRestore());
}

describe("log_ws", () => {
  test("follows a running job to its end and closes with 1000", async () => {
    const { id, go } = await twoLines();
    const line = await follow(id).opened();
    await expect.poll(() => line.text, WITHIN).toBe("old\n");
    await go();
    expect(await line.end).toEqual({ code: 1000, reason: "" });
    expect(line.text).toBe("old\nnew\n");
    expect(line.texts).toEqual([]);
  });

  test("puts the separator between the archive and the first live line", async () => {
    const { id, go } = await twoLines();
    await expect.poll(async () => archived(id), WITHIN).toBe("old\n");
    const line = await follow(id, "separator=-----").opened();
    await expect.poll(() => line.text, WITHIN).toBe("old\n");
    await go();
    await line.end;
    expect(line.text).toBe("old\n-----\nnew\n");
  });

  test("has no separator when everything is live", async () => {
    const { id, go } = await twoLines();
    const line = await follow(id, "separator=-----&archive_delay=3600").opened();
    await go();
    await line.end;
    expect(line.text).toBe("old\nnew\n");
  });

  test.each(["", "&archive_delay=3600", "&archive_delay=0"])(
    "has the archive of a job that ended reach to the second of its end: %j",
    async (delay) => {
      const id = await platform.create("true");
      await platform.reach(id, "succeeded");
      const endMs = Math.floor((platform.context.table.get(id)?.statuses.at(-1)?.atMs ?? 0) / 1000) * 1000;
      const times = [endMs - 60_000, endMs, endMs + 1, endMs + 900];
      platform.logs.fill(
        id,
        times.map((atMs, index) => ({ atMs, text: `line ${index}` })),
      );
      const line = follow(id, `separator=-----${delay}`);
      await line.end;
      expect(line.text).toBe("line 0\nline 1\n-----\nline 2\nline 3\n");
    },
  );

  test("stamps archived lines in microseconds and live ones in nanoseconds", async () => {
    const { id, go } = await twoLines();
    await expect.poll(async () => archived(id), WITHIN).toBe("old\n");
    const line = await follow(id, "separator=&timestamps=true").opened();
    await go();
    await line.end;
    const [old = "", fresh = ""] = line.text.split("\n");
    expect(old).toMatch(MICRO);
    expect(fresh).toMatch(NANO);
  });

  test("leaves out what is older than since", async () => {
    const { id, go } = await twoLines();
    platform.clock.advance(1000);
    const since = encodeURIComponent(new Date(platform.clock.nowMs()).toISOString().replace("Z", "+00:00"));
    await go();
    await platform.reach(id, "succeeded");
    const line = follow(id, `separator=&since=${since}`);
    await line.end;
    expect(line.text).toBe("new\n");
  });

  test("shows a line that is still being written", async () => {
    const id = await platform.run("printf 'half a line'; read go");
    const line = await follow(id).opened();
    await expect.poll(() => line.text, WITHIN).toBe("half a line");
    await platform.request("DELETE", `/jobs/${id}`);
    await line.end;
    expect(line.text.trimEnd()).toBe("half a line");
  });

  test("glues no line of one stream to another's", async () => {
    holdBegunLines();
    const id = await platform.create("printf a; echo err >&2; sleep 0.01; echo b; printf c >&2; echo d");
    await platform.reach(id, "succeeded");
    const line = follow(id);
    await line.end;
    expect(line.text.trimEnd().split("\n").sort()).toEqual(["ab", "c", "d", "err"]);
  });

  test("mixes stdout and stderr, and ends the last line of a job", async () => {
    const id = await platform.create("echo out; sleep 0.05; printf err >&2");
    await platform.reach(id, "succeeded");
    const line = follow(id);
    await line.end;
    expect(line.text).toBe("out\nerr\n");
  });

  test("waits for a job that is still getting ready", async () => {
    const slow = await startPlatform({ timing: { pullMs: 300 } });
    const id = await slow.create("echo ready");
    await expect.poll(() => slow.context.table.get(id)?.materialized, WITHIN).toBe(true);
    const line = await slow.open(`${id}/log_ws?separator=`).opened();
    expect(await line.end).toEqual({ code: 1000, reason: "" });
    expect(line.text).toBe("ready\n");
    await slow.close();
  });

  test("goes on over a restart of the job", async () => {
    const script = "echo start; until [ -s go ]; do sleep 0.01; done; exit $(cat go)";
    const id = await platform.run(script, { job: { restart_policy: "on-failure" } });
    const line = await follow(id).opened();
    const goes = async (code: number) =>
      platform.open(`${id}/exec?cmd=${encodeURIComponent(`sh -c 'echo ${code} > go'`)}`).end;
    await goes(1);
    await expect.poll(() => line.text, WITHIN).toBe("start\nstart\n");
    await goes(0);
    await line.end;
    expect(line.text).toBe("start\nstart\n");
  });

  test("gives nothing for a job whose logs were removed", async () => {
    const id = await platform.create("echo gone");
    await platform.reach(id, "succeeded");
    const record = platform.context.table.get(id);
    if (record === undefined) throw new Error("no record");
    record.logsRemoved = true;
    const line = follow(id);
    expect(await line.end).toEqual({ code: 1000, reason: "" });
    expect(line.messages).toEqual([]);
  });

  test("says what it does when asked to", async () => {
    const id = await platform.create("echo text");
    await platform.reach(id, "succeeded");
    const line = follow(id, "separator=&debug=true");
    await line.end;
    expect(line.text).toMatch(/^~~~ /);
    expect(line.text).toContain("text\n");
  });

  test("keeps up with a reader that stops for a while, in bounded memory", async () => {
    const id = await platform.create("seq 1 2000000");
    const line = await follow(id).opened();
    line.socket.pause();
    await platform.reach(id, "succeeded");
    const before = process.memoryUsage().rss;
    await platform.request("GET", `/jobs/${id}`);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 << 20);
    line.socket.resume();
    await line.end;
    expect(line.text.length).toBe(14_888_896);
  });

  test.each([
    ["timestamps=2", '"timestamps" request parameter can be "true"/"1" or "false"/"0"'],
    ["archive_delay=soon", "could not convert string to float: 'soon'"],
  ])("refuses %s before the job is looked up", async (query, error) => {
    const { status, error: text } = await follow("job-unknown", query).end;
    expect(status).toBe(400);
    expect(JSON.parse(text ?? "")).toEqual({ error });
  });
});

describe("the time of a log", () => {
  test.each(["2020", "2020-01", "2020-1-1", ""])("may be %j", async (since) => {
    const id = await platform.create("echo there");
    await platform.reach(id, "succeeded");
    const line = follow(id, `since=${since}`);
    await line.end;
    expect(line.text).toContain("there");
  });

  test("is looked at after token and job", async () => {
    const unknown = await follow("job-unknown", "since=yesterday").end;
    expect(JSON.parse(unknown.error ?? "")).toEqual({
      error: JSON.stringify({ error: "no such job job-unknown" }).replace('":', '": '),
    });
    const id = await platform.run("sleep 600");
    const known = await follow(id, "since=yesterday").end;
    expect(JSON.parse(known.error ?? "")).toEqual({ error: "Unable to parse date string 'yesterday'" });
  });
});

describe("log over HTTP", () => {
  test("gives the same lines, and names the separator", async () => {
    const id = await platform.create("echo one; echo two");
    await platform.reach(id, "succeeded");
    const answer = await platform.request("GET", `/jobs/${id}/log`);
    expect(answer.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(answer.headers.get("x-separator")).toMatch(/^=== Live logs ===[0-9a-f]{60}$/);
    expect(await answer.text()).toContain("two\n");
  });

  test("stays open while the job runs", async () => {
    const { id, go } = await twoLines();
    const answer = await platform.request("GET", `/jobs/${id}/log?separator=`);
    await go();
    expect(await answer.text()).toBe("old\nnew\n");
  });

  test("can be deleted without effect", async () => {
    const id = await platform.create("echo kept");
    await platform.reach(id, "succeeded");
    expect((await platform.request("DELETE", `/jobs/${id}/log`)).status).toBe(204);
    expect(await (await platform.request("GET", `/jobs/${id}/log?separator=`)).text()).toBe("kept\n");
  });
});

async function archived(id: string): Promise<string> {
  const { end } = platform.logs.range(id, { untilMs: platform.clock.nowMs() - 200 });
  return end === 0 ? "" : "old\n";
}
