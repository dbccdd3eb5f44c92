import { McpError } from "@modelcontextprotocol/sdk/types.js";
import { afterEach, describe, vi } from "vitest";
import { connectPlatform, loginFromPassedConfig } from "../../../src/client/index.ts";
import { faultProxy } from "../../support/fault-proxy.ts";
import { test as base, connectAgent, expect, openPolicy } from "../../support/fixtures.ts";
import { startJob, untilStatus } from "../../support/run-job.ts";
import { SLEEP } from "../../support/sleepers.ts";

const test = base.extend("running", ({ platform }) => async (name: string) => {
  const job = await startJob(platform, { name, tags: ["tmp"], script: SLEEP });
  return untilStatus(platform, job, "running");
});

afterEach(() => {
  vi.useRealTimers();
});

const GONE = { kind: "answer", status: 400, body: { error: "no such job" } } as const;

describe("the token of a kill", { tags: "kills" }, () => {
  test("outlives a platform that fails while the selection is read", async ({ mcp, emulator, running }) => {
    const job = await running("tmp-1");
    const { token } = (await mcp.ok("job_kill", { tag: "tmp" })).data;
    const down = {
      on: { method: "GET", path: `/api/v1/jobs/${job.id}` },
      do: { kind: "answer", status: 500 },
    } as const;
    emulator.chaos.add({ ...down, on: { ...down.on, times: 1 } });
    await mcp.refusal("job_kill", { token });
    const { data } = await mcp.ok("job_kill", { token });
    expect(data.outcomes[0]).toMatchObject({ id: job.id, after: "cancelled" });
    expect(await mcp.refusal("job_kill", { token })).toMatch(/used already/);
  });

  test("is not given where no project is selected: a selection would be of them all", async ({
    emulator,
    running,
  }) => {
    const proxy = await faultProxy(emulator);
    const body = (text: string) => JSON.stringify({ ...JSON.parse(text), projects: [] });
    proxy.add({ path: /\/config/, body });
    const login = { source: "token", url: `${proxy.origin}/api/v1`, token: emulator.token } as const;
    const platform = connectPlatform(login);
    const mcp = await connectAgent(platform, openPolicy);
    const { id, project_name: project } = await running("tmp-1");
    expect(await mcp.refusal("job_kill", { tags: ["tmp"] })).toMatch(
      /^invalid_argument: .*No project is selected in cluster "default".*: name one. Nothing was killed\./s,
    );
    const { data } = await mcp.ok("job_kill", { tags: ["tmp"], project });
    expect(data.jobs.map((job: { id: string }) => job.id)).toEqual([id]);
    await mcp.client.close();
    await platform.close();
  });

  test("is good once when it comes twice at the same time", async ({ mcp, running }) => {
    await running("tmp-1");
    const { token } = (await mcp.ok("job_kill", { tag: "tmp" })).data;
    const answers = await Promise.all([mcp.call("job_kill", { token }), mcp.call("job_kill", { token })]);
    expect(answers.filter(({ isError }) => isError)).toHaveLength(1);
  });

  test("has expired after ten minutes", async ({ mcp, platform, running }) => {
    const job = await running("tmp-1");
    const { token } = (await mcp.ok("job_kill", { tag: "tmp" })).data;
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 10 * 60_000 + 1 });
    expect(await mcp.refusal("job_kill", { token })).toMatch(/has expired: nothing was killed/);
    vi.useRealTimers();
    expect((await platform.jobs.status(job.id)).status).toBe("running");
  });

  test("is taken by another server of the same login, which never showed it", async ({
    mcp,
    emulator,
    running,
  }) => {
    const jobs = [await running("tmp-1"), await running("tmp-2")];
    const { token } = (await mcp.ok("job_kill", { tag: "tmp" })).data;
    const platform = connectPlatform(loginFromPassedConfig(emulator.passedConfig));
    const replica = await connectAgent(platform);
    emulator.chaos.add({ on: { path: `/api/v1/jobs/${jobs[0]?.id}` }, do: GONE });
    emulator.chaos.add({
      on: { method: "GET", path: "/api/v1/jobs" },
      do: { kind: "answer", status: 200, body: { jobs: [] } },
    });
    const { data, text } = await replica.ok("job_kill", { token });
    expect(data.outcomes).toEqual([
      expect.objectContaining({ id: jobs[1]?.id, before: "running", after: "cancelled" }),
      expect.objectContaining({ id: jobs[0]?.id, before: "unknown", after: "gone" }),
    ]);
    expect(text).toContain("Killed 1 of 2.");
    await replica.client.close();
    await platform.close();
  });

  test("kills what is left of the jobs that a person agreed to, without asking again", async ({
    platform,
  }) => {
    const start = (name: string) => startJob(platform, { name, tags: ["tmp"], script: SLEEP });
    const [ended, ...others] = [await start("tmp-1"), await start("tmp-2"), await start("tmp-3")];
    const questions: string[] = [];
    const agent = await connectAgent(platform, openPolicy, async (question) => {
      const job = [ended, ...others][questions.push(question) - 1];
      await platform.jobs.kill(job?.id ?? "");
      return "accept" as const;
    });
    const { token } = (await agent.ok("job_kill", { tag: "tmp" })).data;

    const { text } = await agent.ok("job_kill", { token });

    expect(questions).toHaveLength(1);
    expect(text).toMatch(/^Killed 2 of 3\.\n.*already cancelled, nothing changed/s);
    for (const { id } of others) expect((await platform.jobs.status(id)).status).toBe("cancelled");
    await agent.client.close();
  });

  test.for(["another first letter", "a letter more", "an end cut off"])(
    "kills nothing with %s",
    async (change, { mcp, platform, running }) => {
      const job = await running("tmp-1");
      const { token } = (await mcp.ok("job_kill", { tag: "tmp" })).data;
      const changed = {
        "another first letter": `${token.startsWith("A") ? "B" : "A"}${token.slice(1)}`,
        "a letter more": `${token}AA`,
        "an end cut off": token.slice(0, -2),
      }[change];
      expect(await mcp.refusal("job_kill", { token: changed })).toMatch(
        /not known here .*: nothing was killed/,
      );
      expect((await platform.jobs.status(job.id)).status).toBe("running");
    },
  );

  test.for([
    ["read", "GET"],
    ["killed", "DELETE"],
  ] as const)(
    "ends the others when a job has vanished before it is %s",
    async ([, method], { mcp, emulator, running }) => {
      const vanished = await running("tmp-1");
      const other = await running("tmp-2");
      const { token } = (await mcp.ok("job_kill", { tag: "tmp" })).data;
      emulator.chaos.add({ on: { method, path: `/api/v1/jobs/${vanished.id}` }, do: GONE });
      emulator.chaos.add({
        on: { method: "GET", path: "/api/v1/jobs" },
        do: { kind: "answer", status: 200, body: { jobs: [] } },
      });
      const { data, text } = await mcp.ok("job_kill", { token });
      expect(data.outcomes).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ id: vanished.id, before: "running", after: "gone" }),
          expect.objectContaining({ id: other.id, after: "cancelled" }),
        ]),
      );
      expect(text).toContain("Killed 1 of 2.");
      expect(text).toContain("already gone");
    },
  );

  test("says so when all have vanished", async ({ mcp, emulator, running }) => {
    const { id } = await running("tmp-1");
    const { token } = (await mcp.ok("job_kill", { tag: "tmp" })).data;
    emulator.chaos.add({ on: { path: `/api/v1/jobs/${id}` }, do: GONE });
    emulator.chaos.add({
      on: { method: "GET", path: "/api/v1/jobs" },
      do: { kind: "answer", status: 200, body: { jobs: [] } },
    });
    expect((await mcp.ok("job_kill", { token })).text).toMatch(/^tmp-1 .*already gone/);
  });
});

describe("a question that nobody was asked", { tags: "kills" }, () => {
  test.for(["job_kill", "job_signal"])(
    "is no decline of %s: the client knows URLs only",
    async (tool, { platform, running }) => {
      await running("box");
      const agent = await connectAgent(platform, openPolicy, "opens URLs only");
      const { text } = await agent.ok(tool, tool === "job_kill" ? { jobs: ["box"] } : { job: "box" });
      expect(text).not.toContain("declined");
      await agent.client.close();
    },
  );

  test("is no decline: the client fails to put it", async ({ platform, running }) => {
    await running("box");
    const agent = await connectAgent(platform, openPolicy, () => {
      throw new McpError(-32603, "no window");
    });
    const { data } = await agent.ok("job_kill", { jobs: ["box"] });
    expect(data.outcomes[0].after).toBe("cancelled");
    await agent.client.close();
  });
});
