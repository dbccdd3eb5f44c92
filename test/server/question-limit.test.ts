import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { describe } from "vitest";
import { openCaller } from "../../src/operations/caller.ts";
import { createServer } from "../../src/server/index.ts";
import { Agent } from "../support/agent.ts";
import { expect, openPolicy, test } from "../support/fixtures.ts";
import { startJob } from "../support/run-job.ts";
import { SLEEP } from "../support/sleepers.ts";

describe("a question that nobody answers", () => {
  test("leaves time to do what it asks about within the call", async ({ platform, emulator }) => {
    // One that runs and prints nothing would take three seconds of the call to ask for its last words.
    emulator.chaos.add({ job: { name: "kept" }, do: { kind: "hold", reason: "ClusterScalingUp" } });
    const job = await startJob(platform, { name: "kept", script: SLEEP });
    const client = new Client({ name: "test", version: "0" }, { capabilities: { elicitation: {} } });
    client.setRequestHandler(ElicitRequestSchema, () => new Promise<never>(() => undefined));
    const [near, far] = InMemoryTransport.createLinkedPair();
    // Ten seconds of a call are for what is done after the answer.
    const server = createServer(openCaller(platform, openPolicy), { callMs: 10_700 });
    await Promise.all([server.connect(far), client.connect(near)]);
    const startedAt = performance.now();
    await new Agent(client).refusal("job_kill", { jobs: [job.id] });
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    await client.close();
    expect((await platform.jobs.status(job.id)).status).not.toBe("cancelled");
  });
});
