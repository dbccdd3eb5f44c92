import { describe, onTestFinished, vi } from "vitest";
import { type JobDescription, PlatformError } from "../../../src/client/index.ts";
import { type Call, openCaller } from "../../../src/operations/caller.ts";
import { killAll, type Unread } from "../../../src/operations/kill/run.ts";
import { sampleJob } from "../../jobs/sample-job.ts";
import { idOf } from "../../support/jobs.ts";
import { test as base, expect, type PlatformStub, reply, wireJob } from "../../support/platform-stub.ts";
import { POLICY } from "../../support/policy.ts";

const ID = idOf(1);
const job = (more: Partial<JobDescription> = {}) => sampleJob({ id: ID, name: "box", ...more });

interface Killing {
  kill(jobs: JobDescription[], unread?: Unread[]): ReturnType<typeof killAll>;
  progress: [string, number | undefined][];
  changing: unknown[];
  controller: AbortController;
}

const test = base.extend<{ killing: Killing }>({
  killing: async ({ platform }, use) => {
    const caller = openCaller(platform, POLICY);
    const controller = new AbortController();
    const killing: Killing = {
      ...{ progress: [], changing: [], controller },
      kill(jobs, unread = []) {
        const call: Call = {
          ...{ caller, signal: controller.signal },
          progress: (message, part) => killing.progress.push([message, part]),
          changing: (changed) => killing.changing.push(changed),
        };
        return killAll({ jobs, unread }, "alice", call);
      },
    };
    await use(killing);
    await caller.close();
  },
});

type Answer = number | "lost";

/** Answers kills with one status and readings of the job with another, or with what it is by then. */
function answer(stub: PlatformStub, kill: Answer, read: Answer | JobDescription["status"]): void {
  stub.on("DELETE", (response) => {
    if (kill === "lost") response.socket?.resetAndDestroy();
    else response.writeHead(kill).end(kill === 204 ? "" : JSON.stringify({ error: "boom" }));
  });
  stub.on(`GET /api/v1/jobs/${ID}`, (response) => {
    if (read === "lost") response.socket?.resetAndDestroy();
    else if (typeof read === "number") reply(response, { error: "boom" }, read);
    else reply(response, wireJob({ status: read, history: { status: read, restarts: 0 } }));
  });
}

describe("the fate of a job that is killed", () => {
  test.for<[string, Answer, Answer | JobDescription["status"], Record<string, unknown>]>([
    ["killed, as its state shows", 204, "cancelled", { fate: "killed", after: "cancelled" }],
    ["ended by itself before", 204, "succeeded", { fate: "ended_by_itself", after: "succeeded" }],
    ["accepted, its state unread", 204, 500, { fate: "state_unread", after: "cancelled" }],
    ["killed, the answer lost", "lost", "cancelled", { fate: "answer_lost", after: "cancelled" }],
    ["ended by itself, the answer lost", "lost", "failed", { fate: "ended_by_itself", after: "failed" }],
    ["killed, and a fault after it", 500, "cancelled", { fate: "answer_lost", after: "cancelled" }],
    ["gone", 404, "running", { fate: "gone", after: "gone" }],
  ])("is told without a failure: %s", async ([, kill, read, fate], { stub, killing }) => {
    answer(stub, kill, read);

    const [outcome, ...others] = await killing.kill([job()]);

    expect(outcome).toEqual({
      ...{ job: "box", id: ID, owner: "alice", project: "default/acme/vision", isMine: true },
      ...{ before: "running", ...fate },
    });
    expect(others).toEqual([]);
  });

  test.for<[string, Answer, Answer | JobDescription["status"], Record<string, unknown>, string]>([
    ["accepted, still there", 204, "running", { fate: "accepted", after: "running" }, "unknown_outcome"],
    ["refused", 403, "running", { fate: "not_killed", after: "running" }, "not_permitted"],
    ["failed by the platform", 500, "pending", { fate: "not_killed", after: "pending" }, "platform_error"],
    ["not answered", "lost", "running", { fate: "not_seen", after: "running" }, "unavailable"],
    ["not answered, nor its state", "lost", "lost", { fate: "unknown", after: "unknown" }, "unavailable"],
    ["refused, its state unread", 403, 500, { fate: "unknown", after: "unknown" }, "not_permitted"],
  ])("is told with why it may still run: %s", async ([, kill, read, fate, code], { stub, killing }) => {
    answer(stub, kill, read);

    expect(await killing.kill([job()])).toEqual([
      expect.objectContaining({ before: "running", ...fate, failure: expect.objectContaining({ code }) }),
    ]);
  });

  test.for(["succeeded", "cancelled"] as const)(
    "is an end without this kill where that was refused: %s",
    async (after, { stub, killing }) => {
      answer(stub, 403, after);

      expect(await killing.kill([job()])).toEqual([
        expect.objectContaining({
          ...{ before: "running", after, fate: "ended_without" },
          refusal: expect.objectContaining({ code: "not_permitted" }),
        }),
      ]);
    },
  );

  test("says what the job still is where the kill was accepted", async ({ stub, killing }) => {
    answer(stub, 204, "running");

    const [outcome] = await killing.kill([job()]);

    expect(outcome?.failure?.message).toBe(`${ID} is still running.`);
  });

  test("is over already for one that had ended, which nobody is asked about", async ({ stub, killing }) => {
    expect(await killing.kill([job({ status: "failed" })])).toMatchObject([
      { before: "failed", after: "failed", fate: "already_over" },
    ]);
    expect([stub.seen, killing.changing]).toEqual([[], []]);
  });
});

describe("killing several", () => {
  test("goes on with the others where one fails, in the order given", async ({ stub, killing }) => {
    answer(stub, 403, "running");
    stub.on(`DELETE /api/v1/jobs/${idOf(2)}`, (response) => void response.writeHead(204).end());
    stub.on(`GET /api/v1/jobs/${idOf(2)}`, (response) => reply(response, wireJob({ status: "cancelled" })));
    const jobs = [job(), job({ id: idOf(2), name: "theirs", owner: "bob" }), job({ status: "succeeded" })];

    const outcomes = await killing.kill(jobs);

    expect(outcomes.map(({ fate, isMine }) => [fate, isMine])).toEqual([
      ["not_killed", true],
      ["killed", false],
      ["already_over", true],
    ]);
    expect(killing.progress).toEqual([
      ["1 of 3 done", 1 / 3],
      ["2 of 3 done", 2 / 3],
      ["3 of 3 done", 1],
    ]);
    expect(killing.changing).toEqual(jobs.slice(0, 2));
  });

  test("ends with what the caller gave up for", async ({ stub, killing }) => {
    const sent = new Promise<void>((resolve) => stub.on("DELETE", () => resolve()));
    const killed = killing.kill([job()]);
    await sent;

    killing.controller.abort(new Error("no more"));

    await expect(killed).rejects.toThrow("no more");
  });

  test.for(["kill", "status"] as const)(
    "hides no bug in what asks the platform (%s)",
    async (method, { stub, platform, killing }) => {
      answer(stub, 204, "cancelled");
      const bug = new TypeError("bug");
      const spy = vi.spyOn(platform.jobs, method).mockRejectedValue(bug);
      onTestFinished(() => spy.mockRestore());

      await expect(killing.kill([job()])).rejects.toBe(bug);
    },
  );

  test("ends so also while a state is read", async ({ stub, killing }) => {
    answer(stub, 204, "cancelled");
    const asked = new Promise<void>((resolve) => stub.on("GET", () => resolve()));
    const killed = killing.kill([job()]);
    await asked;

    killing.controller.abort(new Error("no more"));

    await expect(killed).rejects.toThrow("no more");
  });
});

describe("a job that was shown and could not be read", () => {
  const gone = new PlatformError("not_found", "There is no such job.");
  const away = new PlatformError("unavailable", "Nothing is listening there.");

  test("is gone where the platform does not know it", async ({ killing }) => {
    expect(await killing.kill([], [{ id: ID, before: job({ owner: "bob" }), error: gone }])).toEqual([
      {
        ...{ job: "box", id: ID, owner: "bob", project: "default/acme/vision", isMine: false },
        ...{ before: "running", after: "gone", fate: "gone" },
      },
    ]);
  });

  test("is left as it is otherwise, by its id where no more is known", async ({ stub, killing }) => {
    expect(
      await killing.kill(
        [],
        [
          { id: ID, before: undefined, error: away },
          { id: ID, before: job(), error: away },
        ],
      ),
    ).toEqual([
      {
        ...{ job: ID, id: ID, owner: "unknown", project: "unknown", isMine: true },
        ...{ before: "unknown", after: "unknown", fate: "unread", failure: away },
      },
      expect.objectContaining({ job: "box", before: "running", isMine: true, failure: away }),
    ]);
    expect(stub.seen).toEqual([]);
  });
});
