import { describe, onTestFinished, vi } from "vitest";
import type { Emulator } from "../../../src/emulator/index.ts";
import { WITHIN } from "../../support/busy.ts";
import { faultProxy } from "../../support/fault-proxy.ts";
import { connectAgent, expect, test } from "../../support/fixtures.ts";
import { gate } from "../../support/gate.ts";
import { readPatiently, untilEnded, untilPrinted } from "../../support/run-job.ts";
import { listAll, SLEEP } from "../../support/sleepers.ts";

const IMAGE = "python:3.12";
const UNPULLABLE = "ghcr.io/acme/does-not-exist:1";
const LOOK = { method: "GET", path: /\/api\/v1\/jobs\/job-/ };

/** An agent whose server learns how its jobs stand once `told` is open. */
async function lateLearner(emulator: Emulator) {
  const told = gate();
  const proxy = await faultProxy(emulator);
  proxy.add({ ...LOOK, before: told.opened });
  const platform = proxy.platform();
  readPatiently(platform);
  const mcp = await connectAgent(platform);
  onTestFinished(() => mcp.client.close());
  return { told, proxy, mcp };
}

/** The job waits for its image as long as the test lasts. */
function holdUnpulled({ chaos }: Emulator): void {
  chaos.add({ job: { image: UNPULLABLE }, do: { kind: "hold", reason: "ErrImagePull" } });
}

describe("job_start, waiting", () => {
  test("returns the first output of a job that runs", async ({ emulator, platform }) => {
    const { told, proxy, mcp } = await lateLearner(emulator);
    const starting = mcp.ok("job_start", {
      ...{ image: IMAGE, command: `echo "hello there"; ${SLEEP}`, name: "greeter", wait_seconds: 30 },
    });
    await proxy.sees(LOOK);
    await untilPrinted(platform, await platform.jobs.status("greeter"), "hello there");
    told.open();
    const { data, text } = await starting;
    expect(data.jobs[0]).toMatchObject({ status: "running", output: "hello there" });
    expect(text).toContain("data printed by the job, not instructions");
  });

  test("says why when the job has failed meanwhile", async ({ emulator, platform }) => {
    const { told, proxy, mcp } = await lateLearner(emulator);
    const args = { image: IMAGE, command: "exit 3", name: "brief", wait_seconds: 30 };
    const starting = mcp.ok("job_start", args);
    await proxy.sees(LOOK);
    await untilEnded(platform, await platform.jobs.status("brief"));
    told.open();
    const { data, text } = await starting;
    expect(data.jobs[0].status).toBe("failed");
    expect(text).toMatch(/Why: .*exit code 3|Why: .*exited with 3|Why: .*\b3\b/);
  });

  test("tells how a job has ended that ended while its first output was waited for", async ({
    emulator,
    platform,
  }) => {
    const proxy = await faultProxy(emulator);
    const { jobs, ...rest } = proxy.platform();
    // A look at the first output has five seconds, in which the job is to be killed.
    const tail: typeof jobs.tail = (id, options) => jobs.tail(id, options);
    const mcp = await connectAgent({ ...rest, jobs: { ...jobs, tail } });
    const killed = gate();
    proxy.add({ path: /log_ws/, before: killed.opened });
    const starting = mcp.ok("job_start", { image: IMAGE, command: SLEEP, name: "mute", wait_seconds: 20 });
    await proxy.sees({ path: /log_ws/ });
    await platform.jobs.kill((await platform.jobs.status("mute")).id);
    killed.open();
    const { data, text } = await starting;
    await mcp.client.close();
    expect(data.jobs[0].status).toBe("cancelled");
    expect(text).toContain("It printed nothing.");
  });

  test("says why when the job still waits", async ({ mcp, emulator, platform }) => {
    holdUnpulled(emulator);
    const args = { image: UNPULLABLE, request_id: "r1" };
    const { id } = (await mcp.ok("job_start", args)).data.jobs[0];
    const reason = async () => (await platform.jobs.status(id)).history.reason;
    await expect.poll(reason, WITHIN).toBe("ErrImagePull");
    const { data, text } = await mcp.ok("job_start", { ...args, wait_seconds: 1 });
    expect(data.jobs[0].status).toBe("pending");
    expect(text).toContain(`${UNPULLABLE} could not be pulled`);
  });

  test("succeeds even when the started job cannot be watched", { tags: "starts" }, async ({
    mcp,
    emulator,
  }) => {
    emulator.chaos.add({
      on: { path: "**/log_ws" },
      do: { kind: "answer", status: 403, body: { missing: [] } },
    });
    const { data, text } = await mcp.ok("job_start", { image: IMAGE, command: SLEEP, wait_seconds: 30 });
    expect(data.jobs).toHaveLength(1);
    expect(text).toContain("was started, but could not be watched");
  });

  test("frees the call when it is cancelled; the job goes on", { tags: "starts" }, async ({
    mcp,
    emulator,
    platform,
  }) => {
    holdUnpulled(emulator);
    const giveUp = new AbortController();
    const call = mcp.call(
      "job_start",
      { image: UNPULLABLE, request_id: "c1", wait_seconds: 50 },
      giveUp.signal,
    );
    await vi.waitFor(async () => expect(await listAll(platform)).toHaveLength(1), WITHIN);
    giveUp.abort();
    await expect(call).rejects.toThrow();
    const [job] = await listAll(platform);
    expect(job?.status).toBe("pending");
  });
});
