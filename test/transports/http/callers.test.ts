import { describe, expect, onTestFinished, test, vi } from "vitest";
import { connectPlatform, type Platform, PlatformError } from "../../../src/client/index.ts";
import { identityOf } from "../../../src/jobs/identity.ts";
import type { Caller } from "../../../src/operations/caller.ts";
import { Callers, type CallersOptions, NoRoomError } from "../../../src/transports/http/callers.ts";
import { sampleJob } from "../../jobs/sample-job.ts";
import { openPolicy } from "../../support/fixtures.ts";

function open(options: Partial<CallersOptions> = {}) {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const callers = new Callers({ policy: openPolicy, ...options });
  const closed: string[] = [];
  const connect = (id: string): Platform => ({
    ...connectPlatform(undefined),
    close: async () => void closed.push(id),
  });
  return { callers, closed, lease: (id: string) => callers.lease(id, () => connect(id)) };
}

type State = "running" | "succeeded" | "unreachable";

/** Opens a port of a caller; the platform is asked for its job once for each of the `states`. */
function forwardOf({ platform, forwards }: Caller) {
  const states: (State | Promise<State>)[] = [];
  vi.spyOn(platform.jobs, "statusMany").mockImplementation(async ([ref = ""]) => {
    const state = await states.shift();
    if (state === undefined || state === "unreachable") throw new PlatformError("unavailable", "No answer.");
    return [{ ref, job: sampleJob({ status: state }) }];
  });
  const close = vi.fn(async () => {});
  forwards.set("8080", { job: identityOf(sampleJob()), port: 80, localPort: 8080, failures: 0, close });
  return { close, states };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("a caller", () => {
  test("is shared while it is open", () => {
    const { callers, lease } = open();
    expect(lease("a").caller).toBe(lease("a").caller);
    expect(lease("a").caller).not.toBe(lease("b").caller);
    expect(callers.known("c")).toBeUndefined();
    expect(callers.size).toBe(2);
  });

  test("is closed with its platform once nobody has used it for a while", async () => {
    const { callers, closed, lease } = open({ idleMs: 1000 });
    const [first, second] = [lease("a"), lease("a")];
    first.done();
    first.done();
    vi.advanceTimersByTime(5000);
    expect(callers.size).toBe(1);
    second.done();
    vi.advanceTimersByTime(999);
    lease("a").done();
    vi.advanceTimersByTime(999);
    expect(callers.size).toBe(1);
    vi.advanceTimersByTime(1);
    await settled();
    expect({ size: callers.size, closed }).toEqual({ size: 0, closed: ["a"] });
  });

  test("stays open while a save goes on for it", async () => {
    const { callers, lease } = open({ idleMs: 1000, most: 1 });
    const { caller, done } = lease("a");
    let end = () => {};
    const over = new Promise<void>((resolve) => {
      end = resolve;
    });
    const step = { step: "", pushedBytes: 0, totalBytes: 0, isOver: false };
    caller.saves.add("job image", { ...step, stop() {}, changed: async () => {}, over }, over);
    done();
    await vi.advanceTimersByTimeAsync(3000);
    expect(() => lease("b")).toThrow(NoRoomError);
    expect(callers.size).toBe(1);
    end();
    await over;
    await vi.advanceTimersByTimeAsync(1000);
    expect(callers.size).toBe(0);
  });

  test("stays open while a port leads into a job, and no longer than that job", async () => {
    const { callers, lease } = open({ idleMs: 1000 });
    const { caller, done } = lease("a");
    const { close, states } = forwardOf(caller);
    done();
    for (const state of ["running", "unreachable", "running"] as const) {
      states.push(state);
      await vi.advanceTimersByTimeAsync(1000);
    }
    expect({ size: callers.size, closes: close.mock.calls.length }).toEqual({ size: 1, closes: 0 });
    states.push("succeeded");
    await vi.advanceTimersByTimeAsync(1000);
    expect({ size: callers.size, closes: close.mock.calls.length }).toEqual({ size: 0, closes: 1 });
  });

  test.for(["while", "and left again while"])(
    "that is used %s its jobs are looked at rests anew",
    async (when) => {
      const { callers, lease } = open({ idleMs: 1000 });
      const { caller, done } = lease("a");
      const { states } = forwardOf(caller);
      done();
      let look = () => {};
      states.push(
        new Promise((resolve) => {
          look = () => resolve("succeeded");
        }),
      );
      await vi.advanceTimersByTimeAsync(1000);
      const next = lease("a");
      if (when !== "while") next.done();
      look();
      await settled();
      expect(next.closed.aborted).toBe(false);
      next.done();
      await vi.advanceTimersByTimeAsync(1000);
      expect(callers.size).toBe(0);
    },
  );

  test("that was idle longest makes room for another, one in use never", async () => {
    const { callers, closed, lease } = open({ most: 3 });
    const [a, b, c] = [lease("a"), lease("b"), lease("c")];
    expect(() => lease("d")).toThrow(NoRoomError);
    b.done();
    a.done();
    lease("b").done();
    lease("d");
    await settled();
    expect(closed).toEqual(["a"]);
    expect(c.closed.aborted).toBe(false);
    lease("e");
    await settled();
    expect(closed).toEqual(["a", "b"]);
    expect(() => lease("f")).toThrow("in use");
    expect(callers.size).toBe(3);
  });

  test("that is dropped is closed in use, and opened anew by the next", async () => {
    const { callers, closed, lease } = open({ idleMs: 1000 });
    const held = lease("a");
    await callers.drop("a");
    expect({ aborted: held.closed.aborted, closed }).toEqual({ aborted: true, closed: ["a"] });
    const next = lease("a");
    held.done();
    vi.advanceTimersByTime(5000);
    expect(next.closed.aborted).toBe(false);
    expect(callers.size).toBe(1);
  });

  test("is closed with the process, and none is opened after it", async () => {
    const { callers, closed, lease } = open();
    const held = lease("a");
    lease("b").done();
    await callers.close();
    expect(closed.sort()).toEqual(["a", "b"]);
    expect(held.closed.aborted).toBe(true);
    expect(() => lease("c")).toThrow("The server is ending.");
  });
});
