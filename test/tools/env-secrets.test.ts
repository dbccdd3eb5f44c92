import { describe, onTestFinished } from "vitest";
import { faultProxy } from "../support/fault-proxy.ts";
import { test as base, connectAgent, expect, openPolicy } from "../support/fixtures.ts";
import { gate } from "../support/gate.ts";
import { untilEnded } from "../support/run-job.ts";

const test = base.extend({ policy: { ...openPolicy, allowPlainSecrets: true } });

const LOOK = { method: "GET", path: /\/api\/v1\/jobs\/job-/ };
const VALUE = "zq81hsk2hf9a0d8";
const LEAKY = {
  image: "python:3.12",
  name: "leaky",
  env: { SERVICE_API_KEY: VALUE, LR: "0.001" },
};

describe("values of a job's own environment that are secret by name", () => {
  test("are hidden in whatever a finished job printed, and in its record", async ({
    emulator,
    platform,
    policy,
  }) => {
    const proxy = await faultProxy(emulator);
    const mcp = await connectAgent(proxy.platform(), policy);
    onTestFinished(() => mcp.client.close());
    // A program that runs has two seconds for its first output.
    const ended = gate();
    proxy.add({ ...LOOK, before: ended.opened });
    const command = `echo "$SERVICE_API_KEY" with lr $LR; exit 1`;
    const starting = mcp.ok("job_start", { ...LEAKY, command, wait_seconds: 40 });
    await proxy.sees(LOOK);
    await untilEnded(platform, await platform.jobs.status("leaky"));
    ended.open();
    const started = await starting;
    const answers = [
      started,
      await mcp.ok("job_logs", { jobs: ["leaky"] }),
      await mcp.ok("job_logs", { jobs: ["leaky"], grep: "lr" }),
      await mcp.ok("job_status", { jobs: ["leaky"] }),
      await mcp.ok("job_wait", { jobs: ["leaky"], until: "log", pattern: "with lr" }),
    ];
    for (const { text, data } of answers) {
      expect(text).toContain("with lr 0.001");
      expect(text + JSON.stringify(data)).not.toContain(VALUE);
    }
    const uri = `job://default/acme/vision/${started.data.jobs[0].id}`;
    for (const read of [uri, `${uri}/logs`]) {
      const { contents } = await mcp.client.readResource({ uri: read });
      expect(JSON.stringify(contents)).not.toContain(VALUE);
    }
  });

  test("are hidden in what a command prints in it, and counted", async ({ mcp }) => {
    await mcp.ok("job_start", { ...LEAKY, command: "sleep 60", wait_seconds: 20 });
    const { text } = await mcp.ok("job_exec", { job: "leaky", command: `echo "$SERVICE_API_KEY" $LR` });
    expect(text).toContain("[redacted] 0.001");
    expect(text).toContain("1 secret value hidden");
  });
});
