import { describe } from "vitest";
import { connectAgent, expect, openPolicy, test } from "../../support/fixtures.ts";
import { startJob, untilEnded } from "../../support/run-job.ts";

const KNOWN = "Kq81 long-Horse-9921 staple-Xy77-end";
/** What is kept of either end of a line, and the timestamp before it. */
const HALF = 128 * 1024;
const STAMP = "2026-11-30T10:00:00.123456Z ".length;

/** So many characters, as a shell prints them. */
const filled = (character: string, count: number) => `head -c ${count} /dev/zero | tr '\\0' '${character}'`;

/** A line whose kept end begins so many characters inside of `text`. */
function tornBefore(text: string, inside: number): string[] {
  const after = HALF - (text.length - inside) - " MARKER ".length;
  return [filled("x", 300_000), `printf '%s' ' ${text} MARKER '`, filled("y", after), "echo"];
}

/** The same for the beginning that is kept, give or take what a timestamp has of digits. */
function tornAfter(text: string, inside: number): string[] {
  const before = HALF - STAMP - inside - " MARKER ".length;
  return [filled("x", before), `printf '%s' ' MARKER ${text} '`, filled("y", 300_000), "echo"];
}

describe("a secret that is torn in a long line", { tags: "secrets" }, () => {
  test("is not shown, nor one whose name is cut off, nor found", async ({ platform }) => {
    const lines = [
      tornBefore(KNOWN, 18),
      tornAfter(KNOWN, 18),
      tornBefore('"password": "correct horse"', 10),
      tornBefore('"password": "correct horse"', 16),
      tornBefore("Authorization: Bearer correct-horse-1", 20),
    ];
    const script = lines.flat().join("\n");
    const mcp = await connectAgent(platform, { ...openPolicy, secrets: [KNOWN] });
    await untilEnded(platform, await startJob(platform, { name: "torn", script }));
    const jobs = ["torn"];
    const answers = [
      await mcp.ok("job_logs", { jobs }),
      await mcp.ok("job_logs", { jobs, grep: "MARKER" }),
      await mcp.ok("job_logs", { jobs, grep: "horse|Horse" }),
      await mcp.ok("job_logs", { jobs, from: "start", grep: "horse|Horse" }),
      await mcp.ok("job_logs", { jobs, until_pattern: "horse|Horse", wait_seconds: 1 }),
      await mcp.ok("job_wait", { jobs, until: "log", pattern: "horse|Horse", wait_seconds: 1 }),
      await mcp.ok("job_wait", { jobs, until: "log", pattern: "x{9}", wait_seconds: 1 }),
    ];
    const shown = answers.map(({ text, data }) => text + JSON.stringify({ ...data, readOn: undefined }));
    // On a busy machine the time can end the reading, which is told.
    const wanted = answers[0]?.data.logs[0].reached_start === false ? 1 : lines.length;
    expect(shown[0]?.match(/characters left out/g)?.length).toBeGreaterThanOrEqual(wanted);
    expect(shown.join().replaceAll("horse|Horse", "")).not.toMatch(/[hH]orse|staple|Kq81/);
    await mcp.client.close();
  });

  test("takes neither the newest state of a bar nor the ends of the line with it", async ({
    mcp,
    platform,
  }) => {
    const bar = `awk 'BEGIN { for (i = 1; i <= 9000; i++) printf "\\rstep %d of 9000 |##########| loss 0.5", i }'`;
    const plain = [`printf first`, filled("x", 300_000), "echo last"];
    const script = [bar, "echo", ...plain].join("\n");
    await untilEnded(platform, await startJob(platform, { name: "bars", script }));
    const { data } = await mcp.ok("job_logs", { jobs: ["bars"] });
    const [bars, long] = data.logs[0].log.split("\n");
    expect(bars).toMatch(
      /^step \d+ of 9000 .* loss 0\.5… \([\d,]+ characters left out\) …step 9000 of 9000 .*5$/,
    );
    expect(long).toMatch(/^firstx{995} … \(298,009 characters left out\) … x{996}last$/);
  });

  test.for(["AB", "AMB"])("leaves no text that was never printed: %s", async (pattern, { mcp, platform }) => {
    const script = [filled("A", HALF), filled("M", 100_000), filled("B", HALF), "echo"].join("\n");
    await untilEnded(platform, await startJob(platform, { name: "long", script }));
    const jobs = ["long"];
    const found = await mcp.ok("job_logs", { jobs, grep: pattern });
    const until = await mcp.ok("job_logs", { jobs, until_pattern: pattern, wait_seconds: 1 });
    expect(found.data.logs[0].matches).toBe(0);
    expect(until.data.logs[0].matched).toBe(false);
  });
});
