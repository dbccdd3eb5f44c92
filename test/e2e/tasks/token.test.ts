import { describe } from "vitest";
import { connectPlatform, loginFromPassedConfig } from "../../../src/client/index.ts";
import { unhurried } from "../../support/fake-clock.ts";
import { connectAgent, expect, test } from "../../support/fixtures.ts";
import { countRequests } from "../../support/requests.ts";
import { conversation } from "./conversation.ts";

const expired = { on: { path: "/api/v1/jobs**", times: 1 }, do: { kind: "answer", status: 401 } } as const;

describe("Anything, after the token expired", () => {
  test("refreshes once, silently", async ({ emulator }) => {
    const login = {
      ...loginFromPassedConfig(emulator.passedConfig),
      refreshToken: emulator.tokenFor("alice"),
      tokenUrl: new URL("/oauth/token", emulator.url).href,
      clientId: "test",
    };
    const platform = connectPlatform(login);
    const mcp = await connectAgent(platform);
    const ask = conversation(mcp, 1);
    emulator.chaos.add(expired);
    const { text } = await ask("job_list");
    expect(text).toContain("No job matches");
    await mcp.client.close();
    await platform.close();
  });

  test("gives one clear instruction where it cannot, and does not loop", async ({
    emulator,
    mcp,
    platform,
  }) => {
    await platform.context();
    emulator.chaos.add({ ...expired, on: { path: "/api/v1/jobs**" } });
    const requests = countRequests();
    // Nor is a request that takes long sent again.
    const text = await unhurried(platform, () => mcp.refusal("job_list"));
    requests.stop();
    expect(text).toMatch(/^not_authenticated: /);
    expect(text).toContain("set APOLO_PASSED_CONFIG to a new one");
    expect(text).not.toContain(emulator.token);
    expect(requests.http()).toBeLessThanOrEqual(2);
  });
});
