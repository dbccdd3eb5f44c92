import { afterEach, describe, vi } from "vitest";
import {
  type Call,
  type Caller,
  type Consent,
  openCaller,
  type Policy,
} from "../../../src/operations/caller.ts";
import { markOf } from "../../../src/operations/find/owned.ts";
import { type KillRequest, killJobs, showJobs } from "../../../src/operations/kill/index.ts";
import { sampleJob } from "../../jobs/sample-job.ts";
import { idOf } from "../../support/jobs.ts";
import {
  test as base,
  expect,
  type PlatformStub,
  reply,
  replyLines,
  wireJob,
} from "../../support/platform-stub.ts";
import { POLICY } from "../../support/policy.ts";

const [FIRST, SECOND, OVER] = [idOf(1), idOf(2), idOf(3)];
const named = (refs: string[], others = false): KillRequest => ({ refs, where: {}, others });

interface Killing {
  kill(request: KillRequest, more?: Partial<Call>): ReturnType<typeof killJobs>;
  /** A token for what is asked about. */
  ask(request: KillRequest): Promise<string>;
  openWith(policy: Partial<Policy>): Caller;
  caller: Caller;
}

const test = base.extend<{ killing: Killing }>({
  killing: async ({ platform, stub }, use) => {
    const callers: Caller[] = [];
    const openWith = (policy: Partial<Policy>) => {
      const caller = openCaller(platform, { ...POLICY, ...policy });
      callers.push(caller);
      return caller;
    };
    const caller = openWith({});
    const kill: Killing["kill"] = (request, more) => killJobs(request, callOf(caller, more));
    const ask: Killing["ask"] = async (request) => {
      const result = await kill(request);
      if (!("unconfirmed" in result)) throw new Error("nobody was asked");
      return result.token;
    };
    serve(stub, { id: FIRST, status: "pending" });
    serve(stub, { id: SECOND, status: "pending" });
    serve(stub, { id: OVER, status: "succeeded" });
    await use({ kill, ask, openWith, caller });
    for (const each of callers) await each.close();
  },
});

function callOf(caller: Caller, more: Partial<Call> = {}): Call {
  const signal = new AbortController().signal;
  return { caller, signal, progress: () => undefined, changing: () => undefined, ...more };
}

const agreed = (token?: string): { consent: Consent } => ({
  consent: { answer: "yes", ...(token !== undefined && { token }) },
});

/** A job that a kill ends; one that is pending has no log to read. */
function serve(stub: PlatformStub, job: { id: string; status: string; [more: string]: unknown }): void {
  const { id } = job;
  let { status } = job;
  const now = () => wireJob({ ...job, status, statuses: [], history: { status, restarts: 0 } });
  stub.on(`GET /api/v1/jobs/${id}`, (response) => reply(response, now()));
  stub.on(`DELETE /api/v1/jobs/${id}`, (response) => {
    status = "cancelled";
    response.writeHead(204).end();
  });
}

const killed = ({ seen }: PlatformStub) =>
  seen.filter((request) => request.startsWith("DELETE")).map((request) => request.split("/").at(-1));

afterEach(() => {
  vi.useRealTimers();
});

describe("jobs named to be killed", () => {
  test("are asked about first, those that have ended apart", async ({ stub, killing }) => {
    const result = await killing.kill(named([FIRST, OVER]));

    expect(result).toEqual({
      unconfirmed: { jobs: [expect.objectContaining({ id: FIRST })], words: new Map() },
      ...{ token: expect.any(String), ids: [FIRST, OVER] },
    });
    expect(killed(stub)).toEqual([]);
  });

  test("are all told of once somebody has agreed", async ({ stub, killing }) => {
    const token = await killing.ask(named([FIRST, OVER]));

    expect(await killing.kill(named([SECOND]), agreed(token))).toEqual({
      outcomes: [
        expect.objectContaining({ id: FIRST, before: "pending", after: "cancelled", fate: "killed" }),
        expect.objectContaining({ id: OVER, before: "succeeded", fate: "already_over" }),
      ],
      left: { count: 0, jobs: [] },
    });
    expect(killed(stub)).toEqual([FIRST]);
  });

  test("are asked about by the same token again", async ({ stub, killing }) => {
    const token = await killing.ask(named([FIRST]));

    expect(await killing.ask({ token })).toBe(token);
    expect(killed(stub)).toEqual([]);
  });

  test("are no question when all have ended", async ({ stub, killing }) => {
    const result = await killing.kill(named([OVER]));

    expect(result).toMatchObject({ outcomes: [{ id: OVER, fate: "already_over" }] });
    expect(await killing.kill(named([OVER]), { consent: { answer: "no" } })).toMatchObject({
      outcomes: [{ id: OVER, fate: "already_over" }],
    });
    expect(killed(stub)).toEqual([]);
  });

  test.for(["no", "unanswered", "moving"] as const)("live on after %s", async (answer, { stub, killing }) => {
    const token = await killing.ask(named([FIRST, OVER]));

    expect(await killing.kill(named([FIRST, OVER]), { consent: { answer, token } })).toEqual({
      ...{ declined: answer, jobs: [expect.objectContaining({ id: FIRST })] },
    });
    expect(killed(stub)).toEqual([]);
    // The person may still change their mind.
    await killing.kill(named([FIRST]), agreed(token));
    expect(killed(stub)).toEqual([FIRST]);
  });

  test("end at once where nobody can be asked", async ({ stub, killing }) => {
    const consent = { answer: "unable" } as const;

    expect(await killing.kill(named([FIRST]), { consent })).toMatchObject({ outcomes: [{ fate: "killed" }] });
    expect(killed(stub)).toEqual([FIRST]);
  });

  test("live on when the call is given up while the person thinks, and the token with them", async ({
    stub,
    platform,
    killing,
  }) => {
    const token = await killing.ask(named([FIRST]));
    const controller = new AbortController();
    const givenUp: Caller = {
      ...killing.caller,
      platform: {
        ...platform,
        context: (options) => {
          controller.abort(new Error("given up"));
          return platform.context({ ...options, signal: new AbortController().signal });
        },
      },
    };

    const call = killing.kill(named([FIRST]), {
      ...{ caller: givenUp, signal: controller.signal },
      ...agreed(token),
    });
    await expect(call).rejects.toThrow("given up");
    expect(killed(stub)).toEqual([]);
    await killing.kill(named([FIRST]), agreed(token));
    expect(killed(stub)).toEqual([FIRST]);
  });
});

describe("jobs of others", () => {
  const BOBS = wireJob({ id: SECOND, name: "box", owner: "bob", status: "pending", statuses: [] });

  test("are refused by their name, unless others are meant", async ({ stub, killing }) => {
    stub.on("GET /api/v1/jobs?", (response) => replyLines(response, [BOBS]));

    await expect(killing.kill(named(["box"]))).rejects.toMatchObject({
      refusal: { reason: "doubtful", jobs: [{ id: SECOND }], certain: { mayAddOthers: true } },
    });
    expect(await killing.kill(named(["box"], true))).toMatchObject({
      unconfirmed: { jobs: [{ id: SECOND }] },
    });
  });

  test("are no obstacle when they have ended", async ({ stub, killing }) => {
    stub.on("GET /api/v1/jobs?", (response) => replyLines(response, [{ ...BOBS, status: "failed" }]));

    expect(await killing.kill(named(["box"]))).toMatchObject({ outcomes: [{ fate: "already_over" }] });
  });

  test("are refused with --owned-only, as is all that was not started here", async ({ stub, killing }) => {
    const caller = killing.openWith({ ownedOnly: true });
    serve(stub, { id: SECOND, status: "pending", tags: [markOf("alice")] });

    for (const consent of [undefined, { answer: "yes" } as const])
      await expect(killing.kill(named([FIRST, SECOND]), { caller, consent })).rejects.toMatchObject({
        refusal: { reason: "not_started_here", jobs: [{ id: FIRST }] },
      });
    expect(killed(stub)).toEqual([]);
    await killing.kill(named([SECOND, OVER]), { caller, ...agreed() });
    expect(killed(stub)).toEqual([SECOND]);
  });
});

describe("what a person is shown", () => {
  test.for([false, true])(
    "tells what jobs print, once (asked before: %j)",
    async (wasAsked, { stub, killing }) => {
      const history = { status: "running", restarts: 0, run_time_seconds: 5 };
      stub.on(`GET /api/v1/jobs/${FIRST}`, (response) => reply(response, wireJob({ id: FIRST, history })));

      await killing.kill(named([FIRST]), { wasAsked });

      expect(stub.seen.some((request) => request.includes("/log"))).toBe(!wasAsked);
    },
  );
});

describe("the token of a selection", () => {
  const GONE = sampleJob({ id: FIRST, name: "gone", status: "pending" });
  const LEFT = sampleJob({ id: idOf(4), owner: "bob" });

  test("tells how jobs stood that are gone, and what is left alone", async ({ stub, killing }) => {
    const note = { jobs: [sampleJob({ id: SECOND }), GONE], left: [LEFT] };
    const token = showJobs(note, callOf(killing.caller), 7);
    stub.on(`GET /api/v1/jobs/${FIRST}`, (response) => reply(response, { error: "no such job" }, 400));
    stub.on("GET /api/v1/jobs?", (response) => replyLines(response, []));

    expect(await killing.kill({ token }, agreed())).toEqual({
      outcomes: [
        expect.objectContaining({ id: SECOND, fate: "killed" }),
        expect.objectContaining({ id: FIRST, job: "gone", before: "pending", fate: "gone" }),
      ],
      left: { count: 7, jobs: [LEFT] },
    });
  });

  test("outlives what is remembered of it", async ({ killing }) => {
    const call = callOf(killing.caller);
    const token = showJobs({ jobs: [sampleJob({ id: OVER })], left: [LEFT] }, call, 7);
    for (let count = 0; count < 20; count += 1) showJobs({ jobs: [GONE], left: [] }, call, count);

    expect(await killing.kill({ token }, agreed())).toMatchObject({
      ...{ outcomes: [{ id: OVER, fate: "already_over" }], left: { count: 7, jobs: [] } },
    });
  });

  test("counts what is left alone by itself", async ({ killing }) => {
    const token = showJobs({ jobs: [GONE], left: [LEFT] }, callOf(killing.caller));

    expect(await killing.kill({ token }, agreed())).toMatchObject({ left: { count: 1, jobs: [LEFT] } });
  });

  test.for([
    ["unknown", "was given to somebody else"],
    ["expired", "The token has expired"],
    ["used", "The token was used already"],
  ])("is refused when it is %s, before anything is read", async ([why, text], { stub, killing }) => {
    const token = await killing.ask(named([FIRST]));
    if (why === "used") await killing.kill({ token }, agreed());
    if (why === "expired") vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 10 * 60_000 + 1 });
    const seen = [...stub.seen];

    const call = killing.kill({ token: why === "unknown" ? `${token}AA` : token }, agreed());

    await expect(call).rejects.toThrow(text);
    await expect(call).rejects.toThrow(
      "nothing was killed. Call job_kill with the selection again for a new list and token.",
    );
    expect(stub.seen).toEqual(seen);
  });

  test("is good for ten minutes", async ({ stub, killing }) => {
    const token = await killing.ask(named([FIRST]));
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 9 * 60_000 });

    await killing.kill({ token }, agreed());

    expect(killed(stub)).toEqual([FIRST]);
  });

  test("is good once when it is used twice at the same time", async ({ stub, killing }) => {
    const token = await killing.ask(named([FIRST]));

    const calls = await Promise.allSettled([1, 2].map(() => killing.kill({ token }, agreed())));

    expect(calls.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(killed(stub)).toEqual([FIRST]);
  });
});
