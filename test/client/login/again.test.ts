import { describe, onTestFinished, vi } from "vitest";
import { connectPlatform, type Login, PlatformError } from "../../../src/client/index.ts";
import { openCaller } from "../../../src/operations/caller.ts";
import { openPolicy } from "../../support/fixtures.ts";
import {
  expect,
  JOB_ID,
  type PlatformStub,
  reply,
  test,
  token,
  wireJob,
} from "../../support/platform-stub.ts";

/** Takes the last token alone. */
function accepting(stub: PlatformStub): { last: string } {
  const state = { last: token("alice") };
  stub.on(`GET /api/v1/jobs/${JOB_ID}`, (response, { headers }) => {
    if (headers.authorization === `Bearer ${state.last}`) reply(response, wireJob());
    else response.writeHead(401).end("401: Unauthorized");
  });
  return state;
}

describe("a login that comes after the start", () => {
  const locked = new PlatformError("invalid_argument", "It is locked; try again.");

  /** What every further look finds; time stands still but for `later`. */
  function without(stub: PlatformStub, first: PlatformError | undefined) {
    accepting(stub);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    onTestFinished(() => void vi.useRealTimers());
    const find = vi.fn<() => Promise<Login | undefined>>();
    const later = () => void vi.setSystemTime(Date.now() + 1000);
    const platform = connectPlatform(first, { retries: 0, findLogin: find });
    onTestFinished(() => platform.close());
    return { find, later, ...platform };
  }

  test.for([
    ["missing", undefined, "There is no login"],
    ["locked", locked, "It is locked"],
  ] as const)("is taken up where one was %s", async ([_, first, said], { stub }) => {
    const { find, later, jobs, context } = without(stub, first);
    if (first === undefined) find.mockResolvedValueOnce(undefined);
    else find.mockRejectedValueOnce(first);
    await expect(jobs.get(JOB_ID)).rejects.toThrow(said);
    later();
    find.mockResolvedValueOnce(stub.login());
    expect((await jobs.get(JOB_ID)).id).toBe(JOB_ID);
    later();
    expect((await context()).user).toBe("alice");
    expect(find).toHaveBeenCalledTimes(2);
  });

  test("is looked for once by all who wait, and once a second", async ({ stub }) => {
    const { find, later, jobs, context } = without(stub, undefined);
    find.mockResolvedValue(undefined);
    const ask = () => Promise.allSettled([jobs.get(JOB_ID), context(), jobs.status("train")]);
    await ask();
    await ask();
    expect(find).toHaveBeenCalledOnce();
    later();
    await ask();
    expect(find).toHaveBeenCalledTimes(2);
  });

  test("is refused as it stands now, and as before where its files are just replaced", async ({ stub }) => {
    const { find, later, jobs } = without(stub, undefined);
    find.mockRejectedValueOnce(locked);
    await expect(jobs.get(JOB_ID)).rejects.toThrow("It is locked");
    later();
    find.mockRejectedValueOnce(new Error("ENOENT"));
    await expect(jobs.get(JOB_ID)).rejects.toThrow("It is locked");
  });
});

describe("what was sealed before `apolo login`", () => {
  const wait = { startedMs: 0, deadlineMs: Date.now() + 60_000, jobs: [JOB_ID] };

  /** A caller, and the next logins at its platform. */
  function callerOf(stub: PlatformStub) {
    const state = accepting(stub);
    let saved = stub.login({ token: state.last, refreshToken: "first" });
    const reload = async () => saved;
    const platform = stub.connect({ login: { ...saved, reload } });
    const { tasks } = openCaller(platform, openPolicy);
    const logIn = async (user: string, refreshToken: string) => {
      state.last = token(user, refreshToken);
      saved = stub.login({ token: state.last, refreshToken });
      await platform.jobs.get(JOB_ID);
      return saved;
    };
    return { tasks, logIn };
  }

  test("is opened by the same user's next logins", async ({ stub }) => {
    const { tasks, logIn } = callerOf(stub);
    const { id } = tasks.issue("job_wait", wait);
    await logIn("alice", "second");
    const next = tasks.issue("job_wait", wait);
    const login = await logIn("alice", "third");
    const last = tasks.issue("job_wait", wait);
    for (const given of [id, next.id, last.id]) expect(tasks.read(given)).toMatchObject(wait);
    const started = openCaller(stub.connect({ login }), openPolicy);
    expect(started.tasks.read(last.id)).toMatchObject(wait);
    expect(started.tasks.read(id)).toBeUndefined();
  });

  test("is opened by no other user", async ({ stub }) => {
    const { tasks, logIn } = callerOf(stub);
    const { id } = tasks.issue("job_wait", wait);
    await logIn("bob", "second");
    expect(tasks.read(id)).toBeUndefined();
    const his = tasks.issue("job_wait", wait);
    await logIn("alice", "third");
    expect(tasks.read(id)).toMatchObject(wait);
    expect(tasks.read(his.id)).toBeUndefined();
  });
});
