import { describe } from "vitest";
import { connectPlatform, loginFromPassedConfig } from "../../src/client/index.ts";
import { faultProxy } from "../support/fault-proxy.ts";
import { connectAgent, expect, openPolicy, test } from "../support/fixtures.ts";
import { startJob, untilStatus } from "../support/run-job.ts";
import { SLEEP } from "../support/sleepers.ts";

// Neither has the look of a secret: nothing but its value tells that it is one.
const FROM_ENVIRONMENT = "correct-horse-battery";
const REFRESH_TOKEN = "plain-refresh-of-alice";

describe.for([
  ["a secret of the server's environment", FROM_ENVIRONMENT],
  ["the login's refresh token", REFRESH_TOKEN],
] as const)("%s in an error of the platform", ([, secret]) => {
  test("is hidden in text, in data and in what a call fails with", async ({ emulator }) => {
    const login = { ...loginFromPassedConfig(emulator.passedConfig), refreshToken: REFRESH_TOKEN };
    const platform = connectPlatform(login);
    const mcp = await connectAgent(platform, { ...openPolicy, secrets: [FROM_ENVIRONMENT] });
    const jobs = ["stays", "goes"];
    for (const name of jobs)
      await untilStatus(platform, await startJob(platform, { name, script: SLEEP }), "running");
    const { id } = await platform.jobs.status("stays");
    emulator.chaos.add({
      on: { method: "DELETE", path: `/api/v1/jobs/${id}` },
      do: { kind: "answer", status: 400, body: { error: `refused by ${secret}` } },
    });
    const { text, data } = await mcp.ok("job_kill", { jobs });
    const failed = await mcp.refusal("job_kill", { jobs: ["stays"] });
    const error: string = data.outcomes[0].error;
    for (const shown of [text, error, failed]) {
      expect(shown).toContain("refused by ");
      expect(shown).not.toContain(secret);
    }
    await mcp.client.close();
    await platform.close();
  });
});

test("a token that is no JWT is hidden where the platform quotes it", async ({ emulator }) => {
  const token = "opaque-token-of-alice";
  const proxy = await faultProxy(emulator);
  const body = JSON.stringify({ error: `refused ${token} of nobody` });
  proxy.add({ instead: { status: 400, headers: { "content-type": "application/json" }, body } });
  const platform = connectPlatform({ source: "token", url: `${proxy.origin}/api/v1`, token });
  const mcp = await connectAgent(platform);
  const failed = await mcp.refusal("apolo_context", {});
  expect(failed).toMatch(/refused .+ of nobody/);
  expect(failed).not.toContain(token);
  await mcp.client.close();
  await platform.close();
});
