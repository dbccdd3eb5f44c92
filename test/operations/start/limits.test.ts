import { describe, expect, test } from "vitest";
import { PlatformError, requestTag, startKey } from "../../../src/client/index.ts";
import { markOf } from "../../../src/operations/find/owned.ts";
import { jobFor, jobOf, requestFor, run, WHERE, world } from "../../support/starting.ts";

describe("jobs under limits", () => {
  test("are not started where there is no room for all", async () => {
    const at = world({ policy: { maxJobs: 1 } });

    expect(await run(requestFor(2), at)).toEqual({
      outcome: "over_limit",
      problem: { limit: "jobs", most: 1, active: 0, asked: 2, free: 1 },
    });
    expect(at.started).toEqual([]);
  });

  test("need no second place on a repeat", async () => {
    const before = [1, 2].map((n) => ({
      ...jobOf(n),
      tags: ["sweep:r", requestTag(`r-${n}`), markOf("alice")],
    }));
    const at = world({ policy: { maxJobs: 2 }, listed: before });
    at.start = async (id) => ({ job: jobFor(id), repeated: true });

    expect(await run(requestFor(2), at)).toMatchObject({ outcome: "tried" });
    expect(at.filters[0]).toEqual({
      tags: ["sweep:r"],
      cluster: "default",
      orgs: ["acme"],
      projects: ["vision"],
      owners: ["alice"],
    });
  });

  test("are looked for by the request's tag where it is one job", async () => {
    const at = world({ policy: { maxJobs: 1 } });

    await run(requestFor(1), at);

    expect(at.filters[0]).toMatchObject({ tags: [requestTag("r")] });
  });

  test("give way when the platform charges more than it said", async () => {
    const dear = { ...jobOf(1), price_credits_per_hour: "9" };
    const at = world({
      policy: { maxCreditsPerJob: 2 },
      start: async () => ({ job: dear, repeated: false }),
    });
    const request = requestFor(1);

    expect(await run(request, at)).toEqual({
      outcome: "tried",
      outcomes: [
        {
          item: request.items[0],
          exceeded: { job: dear, problem: expect.objectContaining({ limit: "credits_per_job", cost: "9" }) },
        },
      ],
    });
    expect(at.killed).toEqual([dear.id]);
  });

  test("live on when they are those of an earlier call", async () => {
    const dear = { ...jobOf(1), price_credits_per_hour: "9" };
    const at = world({ policy: { maxCreditsPerJob: 2 }, start: async () => ({ job: dear, repeated: true }) });

    expect(await run(requestFor(1), at)).toMatchObject({ outcomes: [{ job: dear, isRepeated: true }] });
    expect(at.killed).toEqual([]);
  });

  test("hold their places until they are started, and no longer", async () => {
    const at = world({ policy: { maxJobs: 5 } });
    let held = 0;
    at.start = async (id) => {
      held = at.starts.unseen().size;
      return { job: jobFor(id), repeated: false };
    };

    await run(requestFor(2), at);

    expect(held).toBe(2);
    expect(at.starts.unseen().size).toBe(0);
  });

  test("free their places when they fail", async () => {
    const at = world({ policy: { maxJobs: 5 }, start: () => Promise.reject(new TypeError("bug")) });

    await expect(run(requestFor(1), at)).rejects.toThrow("bug");

    expect(at.starts.unseen().size).toBe(0);
  });
});

describe("a job whose call ends before it is held against the limits", () => {
  /** Sends a start whose job becomes known after its call has failed. */
  async function foundLate(isSentBefore: boolean) {
    const at = world({ policy: { maxCreditsPerJob: 2 } });
    const keep = () =>
      at.starts.keep(startKey(WHERE, requestTag("r")), {
        ...{ body: {} as never, pricePerHour: "1", answer: new Promise<never>(() => {}) },
      });
    let sent = isSentBefore ? keep() : undefined;
    at.start = async () => {
      sent ??= keep();
      throw new PlatformError("unknown_outcome", "lost");
    };
    await run(requestFor(1), at);
    sent?.settle({ ...jobOf(1), price_credits_per_hour: "9" });
    await new Promise((resolve) => setImmediate(resolve));
    return at.killed;
  }

  test("gives way once it is known", async () => {
    expect(await foundLate(false)).toEqual([jobOf(1).id]);
  });

  test("is left to the call that sent it", async () => {
    expect(await foundLate(true)).toEqual([]);
  });
});
