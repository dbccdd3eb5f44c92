import { describe, expect, test, vi } from "vitest";
import type { JobDescription, TailOptions } from "../../../src/client/index.ts";
import { tailLog } from "../../../src/client/logs/tail.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { archived, live, NOW, type Play, playedLog } from "../../support/played-log.ts";

const ago = (ms: number) => new Date(Date.parse(NOW) - ms).toISOString();

/** All that a reading of a log looks at of its job; by default it was made a second ago. */
const jobOf = (status: string, history: Partial<JobDescription["history"]> = { created_at: ago(1000) }) =>
  ({ id: "job-1", cluster_name: "default", status, history }) as JobDescription;

async function tail(job: JobDescription, plays: Play[], options: TailOptions = {}) {
  fakeClock(NOW);
  const { at, asked, done } = playedLog(plays);
  const reading = tailLog(at, { id: job.id, options: { ...options, job } });
  await vi.runAllTimersAsync();
  const end = await reading;
  return {
    end,
    texts: end.lines.map(({ text }) => text),
    since: asked.map((query) => query.get("since")),
    done,
  };
}

describe("the end of a log", () => {
  const started = { created_at: ago(1000), started_at: ago(500) };

  test.for<[string, JobDescription, TailOptions, number]>([
    ["three seconds while its job runs", jobOf("running"), {}, 3000],
    ["as long where the job ran before", jobOf("pending", started), {}, 3000],
    ["hardly before it has begun", jobOf("pending"), {}, 300],
    ["hardly before it has begun, whatever is wanted", jobOf("pending"), { silenceMs: 9000 }, 300],
    ["as long as is wanted", jobOf("running"), { silenceMs: 500 }, 500],
    ["not at all where that is wanted", jobOf("running"), { silenceMs: 0 }, 0],
  ])("is waited for %s", async ([, job, options, tookMs]) => {
    const { end, since } = await tail(job, [{}], options);

    expect(end).toMatchObject({ ending: "quiet", tookMs, lines: [], reachedStart: true });
    expect(since).toEqual([null]);
  });

  test("is waited for until it is closed where its job has ended, for twenty seconds", async () => {
    const frames: [number, string][] = [[19_000, archived("late", -500)]];

    const closed = await tail(jobOf("failed"), [{ frames, closesAtMs: 19_500 }]);
    const open = await tail(jobOf("failed"), [{ frames }]);

    expect([closed.texts, closed.end.ending, closed.end.live]).toEqual([["late"], "closed", false]);
    expect(open.end).toMatchObject({ ending: "time", tookMs: 20_000, live: true });
  });

  test("is looked for back to the beginning of time where nobody knows when its job was made", async () => {
    const play: Play = { frames: [[0, archived("one")]], closesAtMs: 0 };
    const { texts, end, since } = await tail(jobOf("succeeded", {}), Array<Play>(20).fill(play));

    expect([texts, end.reachedStart, since.at(-1)]).toEqual([["one"], true, null]);
  });
});

test.for<[string, number, (string | null)[]]>([
  ["that time where the job is older", 900, [ago(900)]],
  ["its beginning where the job is younger", 5000, [ago(5000)]],
])("a log since a time is read back to %s, at once", async ([, sinceMs, asked]) => {
  const play: Play = { frames: [[0, archived("one", -800)]], closesAtMs: 0 };
  const { texts, since } = await tail(jobOf("succeeded"), [play], { since: new Date(ago(sinceMs)) });

  expect([texts, since]).toEqual([["one"], asked]);
});

describe("a part of a log that holds too much", () => {
  /** Half a kilobyte a line, one a millisecond, up to now. */
  const dense = (count: number, text = "x".repeat(512)) =>
    Array.from({ length: count }, (_, index) => live(`${index} ${text}`, index - count));
  /** Sparse at first, so that nothing foretells how dense the rest is. */
  const sparse = Array.from({ length: 140 }, (_, index) => live(`x`.repeat(512), index * 200 - 29_000));
  const last = dense(200);

  test.for<[string, string, string[]]>([
    ["a running job", "running", dense(900)],
    ["one that has ended", "succeeded", [...sparse, ...dense(1000)]],
  ])("is left for a shorter one: of %s", async ([, status, lines]) => {
    const first: Play = { frames: [[0, lines.join("")]], closesAtMs: 0 };
    const second: Play = { frames: [[0, last.join("")]], closesAtMs: 0 };
    const job = jobOf(status, { created_at: ago(3_600_000) });

    const { texts, since, done, end } = await tail(job, [first, second], { lines: 100 });

    expect(texts).toEqual(last.slice(-100).map((line) => line.trimEnd().replace(/^\S+ /, "")));
    expect(done).toEqual(["drop", "close"]);
    expect([since[0], (since[1] ?? "") > (since[0] ?? "")]).toEqual([ago(30_000), true]);
    expect(end.reachedStart).toBe(false);
  });

  test("is not shown for the end where the time ends in the shorter one", async () => {
    const dropped: Play = { frames: [[0, [...sparse, ...dense(1000)].join("")]], closesAtMs: 0 };
    const slow: Play = { frames: [[0, live("last but one", -2) + live("last", -1)]] };
    const job = jobOf("succeeded", { created_at: ago(3_600_000) });

    const { texts, end } = await tail(job, [dropped, slow], { lines: 100 });

    expect(texts).toEqual(["last but one", "last"]);
    expect(end).toMatchObject({ ending: "time", tookMs: 20_000, reachedStart: false });
  });
});

test("a log is read up to a place past a line without a time", async () => {
  const text = `${archived("one", -700)}bare\n${archived("two", -600)}${archived("three", -500)}`;
  const before = { time: archived("", -500).trim(), count: 0 };

  const { texts } = await tail(jobOf("succeeded"), [{ frames: [[0, text]], closesAtMs: 0 }], { before });

  expect(texts).toEqual(["one", "bare", "two"]);
});

test("the time that is over in one part of a log is not asked of the next ones", async () => {
  const short: Play = { frames: [[0, live("old", -20_000)]], closesAtMs: 0 };
  const slow: Play = { frames: [[0, live("older", -90_000) + live("old", -20_000)]] };
  const job = jobOf("succeeded", { created_at: ago(3_600_000) });

  const { texts, since, end } = await tail(job, [short, slow]);

  expect([texts, since.length]).toEqual([["older", "old"], 2]);
  expect(end).toMatchObject({ ending: "time", reachedStart: false, linesRead: 3 });
});

describe("the beginning of a log", () => {
  test("has no more behind it where nothing was printed", async () => {
    const { end } = await tail(jobOf("succeeded"), [{ closesAtMs: 0 }], { first: true });

    expect(end).toMatchObject({ lines: [], more: false, live: false, reachedStart: true });
    expect(end.cursor).toBeUndefined();
  });

  test("is asked for from a time on", async () => {
    const since = new Date(ago(500));
    const play: Play = { frames: [[0, live("old", -501) + live("one", -500)]], closesAtMs: 0 };

    const { texts, since: asked } = await tail(jobOf("succeeded"), [play], { first: true, since });

    expect([texts, asked]).toEqual([["one"], [since.toISOString()]]);
  });

  test("is asked for behind a place, whatever time is given", async () => {
    const after = { time: archived("", -700).trim(), count: 1 };
    const play: Play = { frames: [[0, archived("one", -700) + archived("two", -600)]], closesAtMs: 0 };

    const { texts, since } = await tail(jobOf("succeeded"), [play], { after, since: new Date(ago(500)) });

    expect([texts, since]).toEqual([["two"], [ago(700)]]);
  });

  test("ends before a time, but not at a line without one", async () => {
    const text = `${archived("one", -700)}bare\n${archived("two", -600)}`;
    const until = new Date(ago(650));

    const { texts, end } = await tail(jobOf("succeeded"), [{ frames: [[0, text]], closesAtMs: 0 }], {
      first: true,
      until,
    });

    expect([texts, end.more]).toEqual([["one", "bare"], false]);
  });
});
