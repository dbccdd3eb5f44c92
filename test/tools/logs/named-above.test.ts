import { describe } from "vitest";
import type { JobDescription, Platform } from "../../../src/client/index.ts";
import type { Agent } from "../../support/agent.ts";
import { expect, test } from "../../support/fixtures.ts";
import { startJob, untilEnded } from "../../support/run-job.ts";

/** Lines that name a secret, and those that hold it; the last one is searched for. */
const FORMS = {
  "a Kubernetes variable": [["spec:", "- name: DB_PASSWORD"], ["  value: correcthorse"]],
  "a pair of JSON": [["{", '"name": "DB_PASSWORD",'], ['"value": "correcthorse"']],
  "a block of YAML": [["password: |"], ["  mixed battery", "  correcthorse"]],
  "a .netrc": [["machine example.com", "login me"], ["password correcthorse"]],
  "a variable of several words": [["HOME=/root"], ["DB_PASSWORD=some correcthorse battery"]],
} as const;
const SECRET = "correcthorse";

/** The secret is printed later than what names it. */
async function printed(platform: Platform, form: keyof typeof FORMS): Promise<JobDescription> {
  const [naming, holding] = FORMS[form];
  const script = [
    "seq -f 'line %.0f' 1 4",
    `cat <<'STOP'\n${naming.join("\n")}\nSTOP`,
    "sleep 0.05",
    `cat <<'STOP'\n${holding.join("\n")}\nend\nSTOP`,
    "seq -f 'more %.0f' 1 4",
  ].join("\n");
  return untilEnded(platform, await startJob(platform, { name: "natural", script }));
}

/** Just before the line that holds the secret was printed, and behind those that name it. */
async function timeBetween(platform: Platform, { id }: JobDescription, text: string): Promise<string> {
  const { lines } = await platform.jobs.tail(id);
  const printedMs = Date.parse(lines.find((line) => line.text === text)?.time ?? "");
  return new Date(printedMs - 1).toISOString();
}

/** What a reading shows, to its end, one page after the other. */
async function readOn(mcp: Agent, args: Record<string, unknown>): Promise<string> {
  const pages: string[] = [];
  for (let cursor: string | undefined, isMore = true; isMore && pages.length < 60; ) {
    const place = cursor === undefined ? {} : { cursor, from: undefined, since: undefined };
    const { text, data } = await mcp.ok("job_logs", { ...args, ...place });
    pages.push(text, JSON.stringify(data));
    cursor = data.next_cursor;
    isMore = cursor !== undefined && (data.logs[0].log !== "" || data.logs[0].more === true);
  }
  return pages.join("\n");
}

describe("a secret named on the lines before", { tags: "secrets" }, () => {
  test.for(Object.keys(FORMS) as (keyof typeof FORMS)[])(
    "stays hidden wherever a page begins: %s",
    async (form, { mcp, platform }) => {
      const job = await printed(platform, form);
      const jobs = ["natural"];
      const since = await timeBetween(platform, job, FORMS[form][1][0]);
      const { data } = await mcp.ok("job_logs", { jobs, until_pattern: "line 4" });
      const cursor = data.next_cursor;
      const shown = {
        whole: await readOn(mcp, { jobs }),
        "from the start": await readOn(mcp, { jobs, from: "start", lines: 1 }),
        "in new lines": await readOn(mcp, { jobs, cursor, lines: 1 }),
        "in what is waited for": await readOn(mcp, { jobs, cursor, lines: 1, wait_seconds: 1 }),
        "from a time": await readOn(mcp, { jobs, since }),
        "from a time, first lines": await readOn(mcp, { jobs, since, from: "start", lines: 2 }),
        "from a time, last lines": await readOn(mcp, { jobs, since, lines: 6 }),
        "from a time, found": await readOn(mcp, { jobs, since, grep: "." }),
        "up to a time": await readOn(mcp, { jobs, since, until: new Date().toISOString() }),
      };
      for (const [way, text] of Object.entries(shown)) {
        expect(text, way).toContain("more 4");
        expect(text, way).not.toContain(SECRET);
      }
      const uri = `job://default/${job.org_name ?? "NO_ORG"}/${job.project_name}/natural/logs/${since}`;
      const { contents } = await mcp.client.readResource({ uri });
      expect(JSON.stringify(contents)).toContain("more 4");
      expect(JSON.stringify(contents)).not.toContain(SECRET);
    },
  );

  test.for(Object.keys(FORMS) as (keyof typeof FORMS)[])(
    "is matched by no pattern: %s",
    async (form, { mcp, platform }) => {
      const job = await printed(platform, form);
      const jobs = ["natural"];
      const since = await timeBetween(platform, job, FORMS[form][1][0]);
      const { data: place } = await mcp.ok("job_logs", { jobs, since, from: "start", lines: 1 });
      const cursor = form === "a block of YAML" ? { cursor: place.next_cursor } : { since };
      const grep = await mcp.ok("job_logs", { jobs, since, grep: SECRET });
      const first = await mcp.ok("job_logs", { jobs, since, grep: SECRET, from: "start" });
      const until = await mcp.ok("job_logs", { jobs, ...cursor, until_pattern: SECRET, wait_seconds: 1 });
      const wait = await mcp.ok("job_wait", { jobs, until: "log", pattern: SECRET, wait_seconds: 1 });
      expect(grep.data.logs[0]).toMatchObject({ matches: 0 });
      expect(first.data.logs[0]).toMatchObject({ matches: 0, more: false });
      expect(until.data.logs[0].matched).toBe(false);
      expect(wait.data.finished).toBe(false);
    },
  );

  test("stays hidden in the line that was waited for", async ({ mcp, platform }) => {
    await printed(platform, "a Kubernetes variable");
    const asked = { jobs: ["natural"], until: "log", pattern: "  value: ", wait_seconds: 5 };
    const { text, data } = await mcp.ok("job_wait", asked);
    expect(data.matched.line).toBe("  value: [redacted]");
    expect(text).not.toContain(SECRET);
  });
});
