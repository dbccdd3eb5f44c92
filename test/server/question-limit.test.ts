import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { describe, vi } from "vitest";
import { openCaller } from "../../src/operations/caller.ts";
import { createServer } from "../../src/server/index.ts";
import { Agent } from "../support/agent.ts";
import { WITHIN } from "../support/busy.ts";
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

  test("is withdrawn with its call", { tags: "leaks" }, async ({ platform }) => {
    const job = await startJob(platform, { name: "kept", script: SLEEP });
    const client = new Client({ name: "test", version: "0" }, { capabilities: { elicitation: {} } });
    client.setRequestHandler(ElicitRequestSchema, () => new Promise<never>(() => undefined));
    const [near, far] = InMemoryTransport.createLinkedPair();
    const sent = vi.spyOn(far, "send");
    const sentOf = (method: string) =>
      sent.mock.calls.flatMap(([message]) =>
        "method" in message && message.method === method ? message : [],
      );
    await Promise.all([createServer(openCaller(platform, openPolicy)).connect(far), client.connect(near)]);
    const caller = new AbortController();
    const params = { name: "job_kill", arguments: { jobs: [job.id] } };
    const call = client.callTool(params, undefined, { signal: caller.signal });
    await vi.waitFor(() => expect(sentOf("elicitation/create")).toHaveLength(1), WITHIN);
    caller.abort();
    await expect(call).rejects.toThrow();
    const [question] = sentOf("elicitation/create");
    // The client's SDK does not hear of it: it takes the id 0 for none.
    await vi.waitFor(
      () =>
        expect(sentOf("notifications/cancelled")).toMatchObject([
          { params: { requestId: question && "id" in question ? question.id : undefined } },
        ]),
      WITHIN,
    );
    await client.close();
    expect((await platform.jobs.status(job.id)).status).not.toBe("cancelled");
  });
});
