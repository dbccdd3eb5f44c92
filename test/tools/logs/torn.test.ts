import { describe } from "vitest";
import { connectAgent } from "../../support/fixtures.ts";
import { answerJob, stamp } from "../../support/log-stub.ts";
import { expect, JOB_ID, type PlatformStub, test } from "../../support/platform-stub.ts";

const START_MS = Date.parse("2026-08-01T10:00:00Z");
const LOG = [0, 1, 2].map((index) => `${stamp(START_MS + index, 9)} n${index}: hello`).join("\n");
const END = { until_pattern: "never", wait_seconds: 20 };

/** The log of a job that has ended, whose last line has no newline; each connection brings all of it. */
function playTorn(stub: PlatformStub, at = LOG.length): void {
  answerJob(stub, { startMs: START_MS - 1000, endMs: START_MS + 1000 });
  stub.play("/log_ws", (socket) => {
    for (const part of [LOG.slice(0, at), LOG.slice(at)]) socket.send(Buffer.from(part));
    socket.close(1000);
  });
}

describe("a wait on a log whose lines come again", { tags: "logs" }, () => {
  test("takes no part of an old line for a new one", async ({ stub, platform }) => {
    playTorn(stub, LOG.indexOf("n1: he") + 6);
    const mcp = await connectAgent(platform);
    const { data } = await mcp.ok("job_logs", { jobs: [JOB_ID], ...END, until_pattern: "n2" });
    const wait = { ...END, until_pattern: "^n1: he$" };
    const waited = await mcp.ok("job_logs", { jobs: [JOB_ID], cursor: data.next_cursor, ...wait });
    expect(waited.data.logs[0]).toMatchObject({ log: "", matched: false });
    const whole = await mcp.ok("job_wait", { jobs: [JOB_ID], until: "log", pattern: "^n1: he$" });
    expect(whole.data).not.toHaveProperty("matched");
  });

  test("shows a last line without a newline once", async ({ stub, platform }) => {
    playTorn(stub);
    const mcp = await connectAgent(platform);
    const whole = await mcp.ok("job_logs", { jobs: [JOB_ID], ...END });
    expect(whole.data.logs[0]).toMatchObject({ log: "n0: hello\nn1: hello\nn2: hello", matched: false });
    expect(whole.text).toContain("all 3 lines");
    const first = await mcp.ok("job_logs", { jobs: [JOB_ID], ...END, until_pattern: "n1" });
    const from = { jobs: [JOB_ID], cursor: first.data.next_cursor };
    const rest = await mcp.ok("job_logs", { ...from, ...END });
    expect(rest.data.logs[0]).toMatchObject({ log: "n2: hello", matched: false });
    const found = await mcp.ok("job_logs", {
      jobs: [JOB_ID],
      cursor: first.data.next_cursor,
      ...END,
      until_pattern: "^n2",
    });
    expect(found.data.logs[0]).toMatchObject({ log: "n2: hello", matched: true });
  });
});
