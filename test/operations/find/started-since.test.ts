import { describe } from "vitest";
import { faultProxy } from "../../support/fault-proxy.ts";
import { connectAgent, expect, test } from "../../support/fixtures.ts";
import { gate } from "../../support/gate.ts";
import { startJob, untilStatus } from "../../support/run-job.ts";
import { SLEEP } from "../../support/sleepers.ts";

describe("a job that is started while it is looked for", () => {
  test.for([
    ["job_exec", { job: "alone", command: "echo found" }, "found"],
    ["job_status", { jobs: ["alone"] }, "running"],
  ] as const)("is found by %s, not suggested", async ([tool, args, shown], { emulator, platform }) => {
    const proxy = await faultProxy(emulator);
    const start = gate();
    // Asked once it is known that no job has the name.
    const newest = { method: "GET", path: /\/jobs(?!.*[?&]name=)\?/ };
    proxy.add({ ...newest, before: start.opened });
    const mcp = await connectAgent(proxy.platform());

    const answer = mcp.call(tool, args);
    await proxy.sees(newest);
    const job = await startJob(platform, { name: "alone", script: SLEEP });
    await untilStatus(platform, job, "running");
    start.open();

    expect(await answer).toMatchObject({ isError: false, text: expect.stringContaining(shown) });
    await mcp.client.close();
  });
});
