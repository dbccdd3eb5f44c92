import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { expect, onTestFinished, test } from "vitest";
import { Agent } from "../support/agent.ts";

async function connect(): Promise<Agent> {
  const client = new Client({ name: "test", version: "0" });
  const args = ["dist/main.js", "--emulator", "--scene", "epochs"];
  await client.connect(new StdioClientTransport({ command: process.execPath, args }));
  onTestFinished(() => client.close());
  return new Agent(client);
}

test("two emulators with the same scene on one machine leave each other's jobs alone", async () => {
  const [one, other] = await Promise.all([connect(), connect()]);
  for (const agent of [one, other]) {
    const { data } = await agent.ok("job_wait", { jobs: ["train-epochs"], until: "running" });
    expect(data.finished).toBe(true);
  }
  await one.client.close();
  const { data } = await other.ok("job_wait", { jobs: ["train-epochs"], wait_seconds: 10 });
  expect(data.jobs).toEqual([expect.objectContaining({ status: "running" })]);
});
