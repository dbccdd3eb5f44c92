import { describe } from "vitest";
import { connectAgent, expect, openPolicy, test } from "../support/fixtures.ts";

describe("apolo_context", () => {
  test("says who, where, how, and what can be chosen", async ({ mcp, emulator }) => {
    const { text, data } = await mcp.ok("apolo_context");
    expect(data).toMatchObject({
      user: "alice",
      url: emulator.url,
      login: "passed-config",
      selected: "default/acme/vision",
      mode: "full",
    });
    expect(data.clusters.map(({ name }: { name: string }) => name)).toEqual(["default", "west"]);
    expect(data.clusters[0].presets).toContain("cpu-small");
    expect(text).toContain("projects acme/vision, acme/nlp");
    expect(text).not.toContain(emulator.token);
  });

  test("says the mode and the limits of the server", async ({ platform }) => {
    const policy = {
      ...openPolicy,
      mode: "no-destroy",
      maxJobs: 3,
      maxCreditsPerHour: 10,
      ownedOnly: true,
    } as const;
    const agent = await connectAgent(platform, policy);
    const { text, data } = await agent.ok("apolo_context");
    await agent.ok("job_start", { image: "ubuntu", command: "sleep 60" });
    const after = await agent.ok("apolo_context");
    expect(after.data.used).toEqual({ jobs: 1, credits_per_hour: "0.5" });
    expect(after.text).toContain("Active jobs that this server started: 1, 0.5 credits/h together.");
    expect(data.used.jobs).toBe(0);
    expect(data.limits).toMatchObject({ max_jobs: 3, max_credits_per_hour: 10, owned_only: true });
    expect(text).toContain("Mode no-destroy");
    expect(text).toMatch(/max credits per hour 10.*max jobs 3/);
    await agent.client.close();
  });
});
