import { describe } from "vitest";
import type { JobDescription, Platform } from "../../../src/client/index.ts";
import { faultProxy } from "../../support/fault-proxy.ts";
import { test as base, connectAgent, expect } from "../../support/fixtures.ts";
import { gate } from "../../support/gate.ts";
import { startJob, untilEnded, untilStatus } from "../../support/run-job.ts";
import { SLEEP } from "../../support/sleepers.ts";

const test = base.extend("running", ({ platform }) => async (script = SLEEP) => {
  const job = await startJob(platform, { name: "box", tags: ["tmp"], script });
  return untilStatus(platform, job, "running");
});

const UNTIL_TOLD = "read told";

/** No process has to be started for it: a kill is under way for ten seconds at most. */
async function endByItself(platform: Platform, job: JobDescription): Promise<void> {
  const attached = await platform.jobs.attach(job.id, { stdin: true });
  await attached.writeIn(Buffer.from("now\n"));
  await untilEnded(platform, job);
  attached.disconnect();
}

describe("between what was shown and the kill", { tags: "kills" }, () => {
  test("a name that went to another job does not lead to that one", async ({ mcp, platform, running }) => {
    const first = await running();
    const { token } = (await mcp.ok("job_kill", { tag: "tmp" })).data;
    await platform.jobs.kill(first.id);
    await untilEnded(platform, first);
    const second = await running();
    const { data } = await mcp.ok("job_kill", { token });
    expect(data.outcomes).toMatchObject([{ id: first.id, before: "cancelled", after: "cancelled" }]);
    expect((await platform.jobs.status(second.id)).status).toBe("running");
  });

  test("a job that ends by itself keeps its end", async ({ mcp, platform, running }) => {
    const job = await running(UNTIL_TOLD);
    const { token } = (await mcp.ok("job_kill", { tag: "tmp" })).data;
    await endByItself(platform, job);
    const { data, text } = await mcp.ok("job_kill", { token });
    expect(data.outcomes).toMatchObject([{ id: job.id, before: "succeeded", after: "succeeded" }]);
    expect(text).toContain("already succeeded, nothing changed");
  });
});

test("a job that ends by itself while its kill is refused was not killed: the refusal is told, and no answer was lost", {
  tags: "kills",
}, async ({ emulator, platform, running }) => {
  const proxy = await faultProxy(emulator);
  const mcp = await connectAgent(proxy.platform());
  const job = await running(UNTIL_TOLD);
  const other = await untilStatus(
    platform,
    await startJob(platform, { name: "other", script: SLEEP }),
    "running",
  );
  const { open, opened } = gate();
  const refused = { status: 403, body: '{"error": "not yours"}' };
  proxy.add({ method: "DELETE", path: new RegExp(job.id), before: opened, instead: refused });
  const killing = mcp.ok("job_kill", { jobs: ["box", "other"] });
  await proxy.sees({ method: "DELETE", path: new RegExp(job.id) });
  await endByItself(platform, job);
  open();
  const { data, text } = await killing;
  await mcp.client.close();
  expect(text).toMatch(/^Killed 1 of 2\.\n/);
  expect(text).toMatch(
    /^box .*: running → succeeded \(it ended by itself; the kill was refused: not_permitted: .*not yours/m,
  );
  expect(text).not.toContain("answer was lost");
  expect(data.outcomes).toMatchObject([
    { id: job.id, after: "succeeded", error: expect.stringContaining("the kill was refused") },
    { id: other.id, after: "cancelled" },
  ]);
});

test("a job that ends by itself while its kill is under way is told as it ended, and one that took its name goes on", {
  tags: "kills",
}, async ({ emulator, platform, running }) => {
  const proxy = await faultProxy(emulator);
  const mcp = await connectAgent(proxy.platform());
  const job = await running(UNTIL_TOLD);
  const { open, opened } = gate();
  proxy.add({ method: "DELETE", before: opened });
  const killing = mcp.ok("job_kill", { jobs: ["box"] });
  await proxy.sees({ method: "DELETE" });
  await endByItself(platform, job);
  const second = await running();
  open();
  const { data, text } = await killing;
  await mcp.client.close();
  expect(data.outcomes).toMatchObject([{ id: job.id, before: "running", after: "succeeded" }]);
  expect(text).not.toContain("Killed 1 of 1");
  expect((await platform.jobs.status(second.id)).status).toBe("running");
});
