import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { describe, expect, onTestFinished, test } from "vitest";
import { Agent } from "../support/agent.ts";
import { SOON_MS } from "../support/busy.ts";

/** The bin, collecting garbage at every turn: what nothing holds is gone at once. */
async function connect(): Promise<Agent> {
  const client = new Client({ name: "test", version: "0" });
  const args = ["--stress-compaction", "dist/main.js", "--emulator"];
  await client.connect(new StdioClientTransport({ command: process.execPath, args, stderr: "ignore" }));
  onTestFinished(() => client.close());
  return new Agent(client);
}

describe("waits while garbage is collected all the time", () => {
  test("end when their time is over", async () => {
    const mcp = await connect();
    const quiet = { image: "ubuntu", name: "quiet", command: "sleep 300", wait_seconds: 0 };
    const { data } = await mcp.ok("job_start", quiet);
    const jobs = [data.jobs[0].id];
    await mcp.ok("job_wait", { jobs, until: "running", wait_seconds: 20 });
    const started = performance.now();
    const answers = await Promise.all([
      // On a busy machine nothing may have come within a second, and that is an answer, too.
      mcp.call("job_wait", { jobs, wait_seconds: 1 }),
      mcp.call("job_wait", { jobs, until: "log", pattern: "nothing", wait_seconds: 1 }),
      mcp.call("job_logs", { jobs, until_pattern: "nothing", wait_seconds: 1 }),
      mcp.ok("job_exec", { job: jobs[0], command: "sleep 60", timeout_seconds: 1 }),
      mcp.call("job_telemetry", { job: jobs[0], seconds: 1 }),
    ]);
    expect(performance.now() - started).toBeLessThan(SOON_MS);
    expect(answers[0]?.data?.finished).not.toBe(true);
    expect(answers[1]?.data?.finished).not.toBe(true);
    expect(answers[3]?.data).toMatchObject({ timed_out: true });
  });
});
