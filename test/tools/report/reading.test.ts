import { describe } from "vitest";
import { connectAgent, openPolicy } from "../../support/fixtures.ts";
import { expect, replyLines, test } from "../../support/platform-stub.ts";
import { jobThat } from "../../support/report-jobs.ts";

const DAY_MS = 86_400_000;
const END = Date.parse("2026-08-31T00:00:00Z");
const PERIOD = { since: "2026-08-01", until: "2026-08-31" };

/** A job that ran for an hour, so many hundredths of a day before the end. */
function anHour(number: number, more: Record<string, unknown> = {}) {
  const from = END - DAY_MS - (number % 2500) * (DAY_MS / 100);
  const [start = "", end = ""] = [from, from + 3_600_000].map((ms) => new Date(ms).toISOString());
  const ended = { status: "succeeded", at: end, exit_code: 0 };
  return jobThat(number, { created: start, ran: [start, end], end: ended, credits: "1.5", gpus: 1 }, more);
}

function lines(count: number): string[] {
  return Array.from({ length: count }, (_, number) => `${JSON.stringify(anHour(number))}\n`);
}

describe("a long stream of jobs", () => {
  test("is summed up exactly, however many groups there are", async ({ stub, platform }) => {
    const jobs = Array.from({ length: 2500 }, (_, number) =>
      anHour(number, { owner: `user-${number}`, tags: ["all", `run-${number}`, "mcp:request"] }),
    );
    stub.on("GET /api/v1/jobs", (response, { url = "" }) =>
      replyLines(response, url.includes("status=") ? [] : jobs),
    );
    const agent = await connectAgent(platform);
    const { text, data } = await agent.ok("job_report", { ...PERIOD, by: ["owner"] });
    expect(data).toMatchObject({ jobs: 2500, read: 2500, credits: "3750", gpu_hours: "2500" });
    expect(data.groups).toHaveLength(12);
    expect(data.other_groups).toMatchObject({ groups: 1988, or_more: true, jobs: 2488, credits: "3732" });
    expect(data.dearest).toHaveLength(10);
    expect(Buffer.byteLength(text)).toBeLessThan(3000);
    const tagged = await agent.ok("job_report", { ...PERIOD, by: ["tag"] });
    expect(tagged.data.groups[0]).toMatchObject({ tag: "all", jobs: 2500, credits: "3750" });
    expect(tagged.text).toContain("A job with several tags counts for each of them.");
    expect(JSON.stringify(tagged.data)).not.toContain("mcp:");
    await agent.client.close();
  });

  test("that does not end in time is reported as far as it came, with a call that takes less", async ({
    stub,
    platform,
  }) => {
    stub.on("GET /api/v1/jobs", (response, { url = "" }) => {
      if (url.includes("status=")) return replyLines(response, []);
      response.writeHead(200, { "content-type": "application/x-ndjson" });
      return response.write(lines(600).join(""));
    });
    const agent = await connectAgent(platform, openPolicy, undefined, { callMs: 12_000 });
    const progress: string[] = [];
    const { structuredContent, content } = await agent.client.callTool(
      { name: "job_report", arguments: { ...PERIOD, by: ["owner"], projects: ["*"] } },
      undefined,
      { onprogress: ({ message = "" }) => progress.push(message) },
    );
    expect(structuredContent).toMatchObject({
      ...{ jobs: 600, read: 600, credits: "900" },
      stopped_early: { why: "time", back_to: "2026-08-24T00:14:24Z" },
    });
    const text = JSON.stringify(content);
    expect(text).toContain("INCOMPLETE: stopped early, the time was over. 600 jobs read in ");
    expect(text).toContain("ended jobs created before 2026-08-24T00:14:24Z are missing");
    expect(text).toContain(
      'job_report {\\"since\\":\\"2026-08-24T00:14:24Z\\",\\"until\\":\\"2026-08-31T00:00:00Z\\",\\"by\\"',
    );
    expect(progress).toEqual([expect.stringMatching(/^500 jobs read, back to 2026-08-25T/)]);
    await agent.client.close();
  });

  test("that breaks off is reported as far as it came, with the reason", async ({ stub, platform }) => {
    stub.on("GET /api/v1/jobs", (response, { url = "" }) => {
      if (url.includes("status=")) return replyLines(response, []);
      response.writeHead(200, { "content-type": "application/x-ndjson" });
      return response.end(`${lines(3).join("")}{"error":"database is away"}\n`);
    });
    const agent = await connectAgent(platform);
    const { text, data } = await agent.ok("job_report", PERIOD);
    expect(data).toMatchObject({ jobs: 3, stopped_early: { why: "broken" } });
    expect(text).toContain(
      "INCOMPLETE: stopped early, it broke off (Listing jobs broke off: database is away)",
    );
    await agent.client.close();
  });

  test("of which nothing came is an error", async ({ stub, platform }) => {
    stub.on("GET /api/v1/jobs", (response) => response.writeHead(500).end("{}"));
    const agent = await connectAgent(platform);
    expect(await agent.refusal("job_report", PERIOD)).toMatch(/^(platform_error|unavailable)/);
    await agent.client.close();
  });
});
