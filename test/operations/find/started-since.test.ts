import { describe } from "vitest";
import { unhurried } from "../../support/fake-clock.ts";
import { faultProxy } from "../../support/fault-proxy.ts";
import { connectAgent, expect, test } from "../../support/fixtures.ts";
import { startJob, untilStatus } from "../../support/run-job.ts";
import { SLEEP } from "../../support/sleepers.ts";

describe("a job that is started while it is looked for", () => {
  test.for([
    ["job_exec", { job: "alone", command: "echo found" }, "found"],
    ["job_status", { jobs: ["alone"] }, "running"],
  ] as const)("is found by %s, not suggested", async ([tool, args, shown], { emulator, platform }) => {
    const job = await startJob(platform, { name: "alone", script: SLEEP });
    await untilStatus(platform, job, "running");
    const proxy = await faultProxy(emulator);
    // As if it had been started once it is known that no job has the name: then the newest jobs are asked for.
    let isStarted = false;
    let misses = 0;
    proxy.choose(({ path }) => {
      if (!path.includes("/jobs?")) return undefined;
      isStarted ||= !/[?&]name=/.test(path);
      if (isStarted) return undefined;
      misses += 1;
      return { body: () => "\n" };
    });
    const through = proxy.platform();
    const mcp = await connectAgent(through);

    // Looking for what was meant has three seconds.
    const answer = await unhurried(through, () => mcp.call(tool, args));

    expect(answer).toMatchObject({ isError: false, text: expect.stringContaining(shown) });
    expect(misses).toBeGreaterThan(0);
    await mcp.client.close();
  });
});
