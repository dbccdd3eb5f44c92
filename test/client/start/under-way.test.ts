import { describe, expect, onTestFinished, test, vi } from "vitest";
import { PlatformError } from "../../../src/client/errors.ts";
import { parseJob } from "../../../src/client/records/to-job.ts";
import { type StartAnswer, Starts, startKey } from "../../../src/client/start/under-way.ts";
import { wireJob } from "../../support/jobs.ts";

const AT = { base: { cluster: "default", org: "acme", project: "vision" }, clusters: [], images: new Map() };
const job = parseJob(wireJob(), AT);
const lost = new PlatformError("unavailable", "The answer was lost.");

function keep(starts: Starts, key: string, pricePerHour = "0.5") {
  let resolve: (came: StartAnswer) => void = () => {};
  const answer = new Promise<StartAnswer>((settle) => {
    resolve = settle;
  });
  const sent = starts.keep(key, { body: {}, pricePerHour, answer });
  const come = async (came: StartAnswer) => {
    resolve(came);
    await answer;
  };
  return { sent, come };
}

describe("startKey", () => {
  test("differs by place and by tag", () => {
    const place = { cluster: "a", org: "b", project: "c" };
    expect(startKey(place, "mcp:r")).toBe("a/b/c mcp:r");
  });
});

describe("Starts", () => {
  test("counts a start as unseen until its job is known", async () => {
    const starts = new Starts();
    const { sent, come } = keep(starts, "a", "45.5");
    expect(starts.unseen()).toEqual(new Map([["a", "45.5"]]));

    await come({ job, isElsewhere: true });

    expect(starts.unseen()).toEqual(new Map());
    expect(sent).toMatchObject({ state: "found", isElsewhere: true, isUnchecked: false });
    expect(await sent.found).toBe(job);
    expect(starts.sent("a")).toBe(sent);
  });

  test("counts one whose answer was lost as unseen for a minute more", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    onTestFinished(() => void vi.useRealTimers());
    const starts = new Starts();
    const { sent, come } = keep(starts, "a");
    await come({ lost });
    expect(sent).toMatchObject({ state: "lost", lostAtMs: performance.now() });

    vi.advanceTimersByTime(59_999);
    expect([...starts.unseen().keys()]).toEqual(["a"]);
    vi.advanceTimersByTime(1);
    expect([...starts.unseen().keys()]).toEqual([]);
    expect(starts.sent("a")).toBe(sent);
  });

  test("forgets one that was refused, but not the one sent after it with the same key", async () => {
    const starts = new Starts();
    const first = keep(starts, "a");
    const second = keep(starts, "a");

    await first.come({ refused: lost });
    expect([first.sent.state, starts.sent("a")]).toEqual(["refused", second.sent]);
    await second.come({ refused: lost });

    expect(starts.sent("a")).toBeUndefined();
    expect(starts.unseen().size).toBe(0);
  });

  test("leaves a job that was found meanwhile, although the answer was lost", async () => {
    const { sent, come } = keep(new Starts(), "a");
    sent.settle(job);

    await come({ lost });

    expect(sent).toMatchObject({ state: "found" });
    expect(sent.lostAtMs).toBeUndefined();
  });

  test("counts one whose answer was lost no more once its job is found", async () => {
    const starts = new Starts();
    const { sent, come } = keep(starts, "a");
    await come({ lost });

    sent.settle(job);

    expect(starts.unseen()).toEqual(new Map());
  });

  test("counts places that are held until they are given back", () => {
    const starts = new Starts();
    const release = starts.hold(new Map([["b", "1"]]));
    starts.hold(new Map([["c", "2"]]));
    expect(Object.fromEntries(starts.unseen())).toEqual({ b: "1", c: "2" });

    release();

    expect(Object.fromEntries(starts.unseen())).toEqual({ c: "2" });
  });

  test("keeps a thousand, and those that are still open", async () => {
    const starts = new Starts();
    const open = keep(starts, "open");
    for (let index = 0; index < 999; index += 1)
      await keep(starts, `${index}`).come({ job, isUnchecked: true });
    expect(starts.sent("0")).toMatchObject({ state: "found", isUnchecked: true });

    await keep(starts, "last").come({ job });

    expect(starts.sent("0")).toBeUndefined();
    expect(starts.sent("1")).toBeDefined();
    expect(starts.sent("open")).toBe(open.sent);
    starts.forget("1");
    expect(starts.sent("1")).toBeUndefined();
  });
});
