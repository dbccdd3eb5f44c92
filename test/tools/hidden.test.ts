import { describe } from "vitest";
import { test as base, expect, openPolicy } from "../support/fixtures.ts";

const SECRET = "xylophone-river-42";

/** A running job that has printed one of its own secrets. */
const test = base.extend({ policy: { ...openPolicy, allowPlainSecrets: true } }).extend<{ job: string }>({
  job: async ({ mcp }, use) => {
    const env = { DB_PASSWORD: SECRET };
    await mcp.ok("job_start", {
      ...{ image: "ubuntu", name: "printer", env },
      command: "echo before; echo it is $DB_PASSWORD indeed; sleep 600",
    });
    await mcp.ok("job_wait", { jobs: ["printer"], until: "log", pattern: "indeed", wait_seconds: 20 });
    await use("printer");
  },
});

describe("what is hidden in a log", () => {
  test("is found by no pattern, whole or in part, and what is shown is", async ({ mcp, job }) => {
    const look = async (part: string) => {
      const waited = mcp.ok("job_wait", { jobs: [job], until: "log", pattern: part, wait_seconds: 5 });
      const until = mcp.ok("job_logs", { jobs: [job], until_pattern: part, wait_seconds: 5 });
      const grep = mcp.ok("job_logs", { jobs: [job], grep: part });
      expect((await waited).data.finished, part).toBe(false);
      expect((await until).data.logs[0].matched, part).toBe(false);
      expect((await grep).data.logs[0].matches, part).toBe(0);
    };
    await Promise.all([SECRET, "xylo", "is x", "42 in"].map(look));
    expect((await mcp.ok("job_logs", { jobs: [job], grep: "it is .* indeed" })).data.logs[0].matches).toBe(1);
  });

  test("is hidden on a page that begins behind what tells that it is one", async ({ mcp }) => {
    const command = "printf 'password: |\\n  %s\\nend: 1\\n' orchid-meadow-lamp";
    await mcp.ok("job_start", { image: "ubuntu", name: "page", command });
    await mcp.ok("job_wait", { jobs: ["page"], wait_seconds: 30 });
    const { text, data } = await mcp.ok("job_logs", { jobs: ["page"], lines: 2 });
    expect(data.logs[0].log).toContain("end: 1");
    expect(data.logs[0].log).not.toContain("password");
    expect(text + JSON.stringify(data)).not.toContain("orchid");
  });

  test("is not shown where a command's output is cut, before or behind the gap", async ({ mcp, job }) => {
    // 19 bytes a word: no cut at a power of two falls between two of them.
    const command = "yes \"$DB_PASSWORD\" | head -c 380000 | tr '\\n' ' '";
    const { data, text } = await mcp.ok("job_exec", { job, command });
    expect(data.stdout).toContain("left out here");
    for (const shown of [data.stdout, text]) expect(shown).not.toMatch(/xylo|phone|river/);
  });
});
