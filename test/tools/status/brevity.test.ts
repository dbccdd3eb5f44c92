import { describe } from "vitest";
import type { JobDescription } from "../../../src/client/index.ts";
import { test as base, expect } from "../../support/fixtures.ts";

const test = base.extend({ emulatorOptions: [{ scene: "week" }, { injected: false }] });

describe("job_status of one job", () => {
  test("takes 700 bytes of text, whatever became of it, and says nothing twice", async ({
    mcp,
    platform,
  }) => {
    const kinds = new Map<string, JobDescription>();
    for await (const job of platform.jobs.list({ orgs: [null], projects: [] })) {
      const { reason, exit_code } = job.history;
      kinds.set([job.status, reason, exit_code, job.container.command].join(), job);
    }
    expect(kinds.size).toBeGreaterThan(20);
    const long: string[] = [];
    for (const { id, owner, tags } of kinds.values()) {
      const { text, data } = await mcp.ok("job_status", { jobs: [id] });
      if (Buffer.byteLength(text) > 700) long.push(text);
      expect(text.split(id).length - 1).toBeLessThan(3);
      expect(text).not.toMatch(/\b0 so far|owner alice|so far: 0|mcp:/);
      expect(data.jobs[0]).not.toHaveProperty("facts");
      expect(data.jobs[0].tags ?? []).toEqual(tags);
      expect(data.jobs[0].owner).toBe(owner === "alice" ? undefined : owner);
    }
    expect(long).toEqual([]);
  });

  test("leaves out the server's own tags, and steps that took no time", async ({ mcp }) => {
    const args = { image: "ubuntu:22.04", command: "true", name: "quick", tags: ["mine"], wait_seconds: 40 };
    await mcp.ok("job_start", args);
    await mcp.ok("job_wait", { jobs: ["quick"], wait_seconds: 50 });
    const { text, data } = await mcp.ok("job_status", { jobs: ["quick"] });
    expect(text).toContain("Tags: mine");
    expect(text).not.toMatch(/mcp|History|Why:|Project:/);
    expect(data.jobs[0]).toMatchObject({ tags: ["mine"], image: "ubuntu:22.04" });
  });
});
