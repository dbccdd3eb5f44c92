import { describe, onTestFinished } from "vitest";
import { connectPlatform, loginFromPassedConfig, type Platform } from "../../src/client/index.ts";
import { type Call, type Consent, openCaller } from "../../src/operations/caller.ts";
import { killJobs } from "../../src/operations/kill/index.ts";
import { signalJob } from "../../src/operations/signal/index.ts";
import { test as base, expect, openPolicy } from "../support/fixtures.ts";
import { startJob, untilStatus } from "../support/run-job.ts";
import { SLEEP } from "../support/sleepers.ts";

const test = base.extend("running", ({ platform }) => async (name: string) => {
  return untilStatus(platform, await startJob(platform, { name, script: SLEEP }), "running");
});

function callOn(platform: Platform, consent?: Consent): Call {
  const caller = openCaller(platform, openPolicy);
  onTestFinished(() => caller.close());
  return {
    caller,
    signal: new AbortController().signal,
    progress: () => undefined,
    changing: () => undefined,
    consent,
  };
}

const KILL = { signal: "KILL", waitMs: 5000 } as const;

const named = (...refs: string[]) => ({ refs, where: {}, others: false });

describe("a call that asks first", { tags: "kills" }, () => {
  test("kills exactly what was confirmed when it is resumed on another server", async ({
    emulator,
    platform,
    running,
  }) => {
    const job = await running("box");
    const first = await killJobs(named("box"), callOn(platform));
    if (!("unconfirmed" in first)) throw new Error("nobody was asked");
    expect(first.unconfirmed.jobs.map(({ id }) => id)).toEqual([job.id]);
    expect((await platform.jobs.status(job.id)).status).toBe("running");
    const replica = connectPlatform(loginFromPassedConfig(emulator.passedConfig));
    const call = callOn(replica, { answer: "yes", token: first.token });
    // Another job is named meanwhile: the person has not seen it.
    const other = await running("other");
    const second = await killJobs(named("other"), call);
    expect(second).toMatchObject({ outcomes: [{ id: job.id, after: "cancelled" }] });
    expect((await platform.jobs.status(other.id)).status).toBe("running");
    await expect(killJobs(named("box"), call)).rejects.toThrow(/was used already/);
    await replica.close();
  });

  test("kills no job that was not in the question, whatever its token stands for", async ({
    platform,
    running,
  }) => {
    const jobs = [await running("box"), await running("other")];
    const first = await killJobs(named("box", "other"), callOn(platform));
    if (!("unconfirmed" in first)) throw new Error("nobody was asked");
    const [box, other] = jobs.map(({ id }) => id);
    const consent = { answer: "yes", token: first.token, about: [box ?? ""] } as const;
    expect(await killJobs({ token: first.token }, callOn(platform, consent))).toMatchObject({
      outcomes: [
        { id: box, after: "cancelled" },
        { id: other, before: "running", fate: "unread", failure: { code: "conflict" } },
      ],
    });
    expect((await platform.jobs.status(other ?? "")).status).toBe("running");
  });

  test.for(["no", "unanswered", "moving"] as const)(
    "kills nothing after %s",
    async (answer, { platform, running }) => {
      const job = await running("box");
      const first = await killJobs(named("box"), callOn(platform));
      if (!("unconfirmed" in first)) throw new Error("nobody was asked");
      const second = await killJobs(named("box"), callOn(platform, { answer, token: first.token }));
      expect(second).toMatchObject({ declined: answer, jobs: [{ id: job.id }] });
      expect((await platform.jobs.status(job.id)).status).toBe("running");
    },
  );

  test("sends no signal to a process that was started after the question", async ({ platform }) => {
    const job = await startJob(platform, { name: "box", script: SLEEP, restartPolicy: "always" });
    await untilStatus(platform, job, "running");
    const wanted = { ref: "box", project: undefined, signal: "KILL", waitMs: 30_000 } as const;
    const first = await signalJob(wanted, callOn(platform));
    if (first.outcome !== "unconfirmed") throw new Error("nobody was asked");
    const consent = { answer: "yes", token: first.token } as const;
    const sent = await signalJob(wanted, callOn(platform, consent));
    expect(sent).toMatchObject({ outcome: "sent", after: { history: { restarts: 1 } } });
    await untilStatus(platform, job, "running");
    // Each caller here stands for a replica of its own, which does not know what others have used.
    expect(await signalJob(wanted, callOn(platform, consent))).toMatchObject({
      ...{ outcome: "declined", why: "other" },
    });
    expect((await platform.jobs.status(job.id)).history.restarts).toBe(1);
  });

  test("sends no signal to another job than the confirmed one", async ({ platform, running }) => {
    await running("box");
    const other = await running("other");
    const first = await signalJob({ ref: "box", project: undefined, ...KILL }, callOn(platform));
    if (first.outcome !== "unconfirmed") throw new Error("nobody was asked");
    const consent = { answer: "yes", token: first.token } as const;
    const second = await signalJob({ ref: "other", project: undefined, ...KILL }, callOn(platform, consent));
    expect(second).toMatchObject({ outcome: "declined", why: "other" });
    const gentle = { ref: "box", project: undefined, signal: "TERM", waitMs: 0 } as const;
    const asked = await signalJob(gentle, callOn(platform));
    if (asked.outcome !== "unconfirmed") throw new Error("nobody was asked");
    const agreed = callOn(platform, { answer: "yes", token: asked.token });
    expect(await signalJob({ ...gentle, ...KILL }, agreed)).toMatchObject({
      outcome: "declined",
      why: "other",
    });
    expect((await platform.jobs.status(other.id)).status).toBe("running");
  });
});
