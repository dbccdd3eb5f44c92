import { describe } from "vitest";
import { connectPlatform, loginFromPassedConfig } from "../../../src/client/index.ts";
import { test as base, connectAgent, expect, openPolicy } from "../../support/fixtures.ts";
import { nextCalls } from "../../support/next-calls.ts";
import { startJob, untilEnded, untilStatus } from "../../support/run-job.ts";
import { SLEEP } from "../../support/sleepers.ts";

const test = base.extend("running", ({ platform }) => {
  const { jobs } = platform;
  const status = jobs.status.bind(jobs);
  // After a kill a job is looked at for five seconds, which may be too few on a busy machine.
  jobs.status = (ref, where) => status(ref, where);
  return async (name: string, tags: string[] = []) => {
    const job = await startJob(platform, { name, tags, script: SLEEP });
    return untilStatus(platform, job, "running");
  };
});

describe("job_kill, jobs by name", () => {
  test("ends them and says what they were", async ({ mcp, running }) => {
    const one = await running("one");
    const two = await running("two");
    const { data, text } = await mcp.ok("job_kill", { jobs: ["one", two.id, `job:one`] });
    expect(data.outcomes).toEqual([
      {
        job: "one",
        id: one.id,
        owner: "alice",
        project: "default/acme/vision",
        before: "running",
        after: "cancelled",
      },
      {
        job: "two",
        id: two.id,
        owner: "alice",
        project: "default/acme/vision",
        before: "running",
        after: "cancelled",
      },
    ]);
    expect(text).toContain("Killed 2 of 2.");
    expect(nextCalls(text)).toEqual([]);
  });

  test("leaves a finished job as it is and says so", { tags: "kills" }, async ({ mcp, platform }) => {
    const job = await untilEnded(platform, await startJob(platform, { name: "done" }));
    const { data, text } = await mcp.ok("job_kill", { jobs: ["done"] });
    expect(data.outcomes[0]).toMatchObject({ before: "succeeded", after: "succeeded" });
    expect(text).toContain("already succeeded, nothing changed");
    expect((await platform.jobs.status(job.id)).history.transitions).toEqual(job.history.transitions);
  });

  test("kills nothing when one name is wrong", { tags: "kills" }, async ({ mcp, platform, running }) => {
    const job = await running("train-7b");
    const text = await mcp.refusal("job_kill", { jobs: ["train-7b", "train-8b"] });
    expect(text).toMatch(/^not_found: .*train-8b.*train-7b.*Nothing was killed/s);
    expect((await platform.jobs.status(job.id)).status).toBe("running");
  });

  test("reads the state when the answer is lost", { tags: "kills" }, async ({ mcp, emulator, running }) => {
    const job = await running("lost");
    emulator.chaos.add({ on: { method: "DELETE" }, do: { kind: "lose_answer" } });
    const { data, text } = await mcp.ok("job_kill", { jobs: ["lost"] });
    expect(data.outcomes[0]).toMatchObject({ id: job.id, before: "running", after: "cancelled" });
    expect(text).toContain("its state shows it");
  });

  test("says which may still run when the platform fails, and kills the others", { tags: "kills" }, async ({
    mcp,
    emulator,
    running,
  }) => {
    const job = await running("stays");
    await running("goes");
    emulator.chaos.add({
      on: { method: "DELETE", path: `/api/v1/jobs/${job.id}` },
      do: { kind: "answer", status: 500, body: { error: "boom" } },
    });
    const { data, text } = await mcp.ok("job_kill", { jobs: ["stays", "goes"] });
    expect(data.outcomes[0]).toMatchObject({ after: "running", error: expect.stringContaining("boom") });
    expect(data.outcomes[1]).toMatchObject({ after: "cancelled" });
    expect(text).toContain("1 may still run");
    expect(text).toContain(`Next: job_kill {"jobs":["${job.id}"]}.`);
  });

  test("is an error when nothing was killed, with each cause once and the next call", {
    tags: "kills",
  }, async ({ mcp, emulator, running }) => {
    const jobs = [await running("one"), await running("two"), await running("three")];
    emulator.chaos.add({ on: { method: "DELETE" }, do: { kind: "answer", status: 503 } });
    const text = await mcp.refusal("job_kill", { jobs: ["one", "two", "three"] });
    expect(text).toMatch(
      /^unavailable: Nothing was killed\.\n3 jobs not killed, still running \(unavailable: .*\): one, two, three$/m,
    );
    expect(text.match(/\b503\b/g)).toHaveLength(1);
    expect(text).toContain(`Next: job_kill {"jobs":${JSON.stringify(jobs.map(({ id }) => id))}}.`);
  });

  test.for([
    [
      "accepted it",
      { kind: "answer", status: 204 },
      "the platform accepted the kill, but it is still running",
    ],
    ["never answered", { kind: "reset" }, "not seen to be killed, still running (unavailable: "],
  ] as const)(
    "does not say that nothing was killed where the platform %s and the job still runs",
    async ([, fault, words], { mcp, emulator, running }) => {
      await running("box");
      emulator.chaos.add({ on: { method: "DELETE" }, do: fault });
      const text = await mcp.refusal("job_kill", { jobs: ["box"] });
      expect(text).toMatch(/^unknown_outcome: Nothing is known to have been killed\./);
      expect(text).toContain(words);
    },
  );

  test("asks the person where the client can, and does nothing without a yes", { tags: "kills" }, async ({
    platform,
    running,
  }) => {
    const job = await running("asked");
    const questions: string[] = [];
    const agent = await connectAgent(platform, openPolicy, (question) => {
      questions.push(question);
      return "decline";
    });
    const text = await agent.refusal("job_kill", { jobs: ["asked"] });
    expect(text).toMatch(/^declined: .*nothing was killed/s);
    expect(questions).toEqual([expect.stringContaining(job.id)]);
    expect((await platform.jobs.status(job.id)).status).toBe("running");
    await agent.client.close();
  });
});

describe("job_kill, with a person who agrees", () => {
  test("kills after the question, and asks none about finished jobs", { tags: "kills" }, async ({
    platform,
    running,
  }) => {
    const job = await running("asked");
    let questions = 0;
    const agent = await connectAgent(platform, openPolicy, () => {
      questions += 1;
      return "accept";
    });
    const { data } = await agent.ok("job_kill", { jobs: ["asked"] });
    expect(data.outcomes[0]).toMatchObject({ id: job.id, after: "cancelled" });
    await agent.ok("job_kill", { jobs: ["asked"] });
    expect(questions).toBe(1);
    await agent.client.close();
  });
});

describe("job_kill, a selection", () => {
  test("first only lists, then kills exactly what was listed, once", { tags: "kills" }, async ({
    mcp,
    platform,
    running,
  }) => {
    const first = await running("tmp-1", ["tmp"]);
    await running("other", ["keep"]);
    const preview = await mcp.ok("job_kill", { tag: "tmp" });
    expect(preview.text).toContain("Nothing was killed yet");
    expect(preview.data.jobs.map(({ id }: { id: string }) => id)).toEqual([first.id]);
    expect((await platform.jobs.status(first.id)).status).toBe("running");
    const late = await running("tmp-2", ["tmp"]);
    const { data } = await mcp.ok("job_kill", { token: preview.data.token });
    expect(data.outcomes).toEqual([expect.objectContaining({ id: first.id, after: "cancelled" })]);
    expect((await platform.jobs.status(late.id)).status).toBe("running");
    expect(await mcp.refusal("job_kill", { token: preview.data.token })).toMatch(/used already/);
  });

  test("leaves the jobs of others alone unless asked", { tags: "kills" }, async ({
    mcp,
    emulator,
    running,
  }) => {
    await running("tmp-1", ["tmp"]);
    const bob = connectPlatform({
      ...loginFromPassedConfig(emulator.passedConfig),
      token: emulator.tokenFor("bob"),
    });
    const theirs = await startJob(bob, { name: "tmp-2", tags: ["tmp"], script: SLEEP });
    const { data, text } = await mcp.ok("job_kill", { tag: "tmp" });
    expect(data.jobs).toHaveLength(1);
    expect(data.skipped).toEqual([expect.objectContaining({ id: theirs.id, owner: "bob" })]);
    expect(text).toContain("owner bob");
    const done = await mcp.ok("job_kill", { token: data.token });
    expect(done.data.outcomes).toHaveLength(1);
    expect(done.text).toContain("left alone");
    const all = await mcp.ok("job_kill", { tag: "tmp", include_others: true });
    expect(all.data.jobs).toEqual([expect.objectContaining({ owner: "bob" })]);
    await bob.close();
  });

  test("takes a token alone, and keeps it when it is refused for that", async ({ mcp, running }) => {
    await running("tmp-1", ["tmp"]);
    const { token } = (await mcp.ok("job_kill", { tag: "tmp" })).data;
    expect(await mcp.refusal("job_kill", { token, tag: "other" })).toContain("Give the token alone");
    expect((await mcp.ok("job_kill", { token })).data.outcomes).toHaveLength(1);
  });

  test("says why --owned-only leaves my own job alone", async ({ platform, running }) => {
    await running("mine", ["tmp"]);
    const agent = await connectAgent(platform, { ...openPolicy, ownedOnly: true });
    const { text } = await agent.ok("job_kill", { tag: "tmp" });
    expect(text).toMatch(/left alone as not started by this server \(--owned-only\) \(1\):\nmine /);
  });

  test("takes name patterns and status together", async ({ mcp, running }) => {
    await running("lr-1");
    await running("lr-2");
    await running("other");
    const { data, text } = await mcp.ok("job_kill", { name_pattern: "lr-*", status: "running" });
    expect(text).toMatch(
      /^Gentler, .*: job_signal \{"job":"job-.*","signal":"TERM"\} lets it save its work/m,
    );
    expect(data.jobs.map(({ job }: { job: string }) => job).sort()).toEqual(["lr-1", "lr-2"]);
    const none = await mcp.ok("job_kill", { name_pattern: "lr-*", status: "pending" });
    expect(none.data.token).toBeUndefined();
  });

  test("gives tokens to one login only", { tags: "kills" }, async ({ mcp, emulator, running }) => {
    await running("tmp-1", ["tmp"]);
    const { data } = await mcp.ok("job_kill", { tag: "tmp" });
    const bob = connectPlatform({
      ...loginFromPassedConfig(emulator.passedConfig),
      token: emulator.tokenFor("bob"),
    });
    const other = await connectAgent(bob);
    expect(await other.refusal("job_kill", { token: data.token })).toMatch(/not known here/);
    await other.client.close();
    await bob.close();
  });

  test.for([
    [{}, /Say which/],
    [{ jobs: ["a"], tag: "b" }, /not both/],
    [{ jobs: [] }, /jobs/],
    [{ token: "x" }, /not known/],
    [{ include_others: true }, /Say which/],
  ] as const)("refuses %j", async ([args, message], { mcp }) => {
    expect(await mcp.refusal("job_kill", args)).toMatch(message);
  });
});
