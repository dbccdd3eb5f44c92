import { describe } from "vitest";
import { jobUri } from "../../../src/jobs/names/ids.ts";
import { faultProxy } from "../../support/fault-proxy.ts";
import { connectAgent, expect, test } from "../../support/fixtures.ts";
import { startJob, untilEnded, untilPrinted } from "../../support/run-job.ts";
import { connectSession } from "../../support/session.ts";

const LOG = /\/log_ws\?/;
const SCRIPT = "for i in $(seq 1 60); do echo line $i; done";
const lines = Array.from({ length: 60 }, (_, index) => `line ${index + 1}`).join("\n");
const PAUSE_MS = 700;

/** Where the stream pauses, in bytes: before the first line, between two, behind the last. */
const PLACES = [
  ["before the first byte", 0],
  ["in the middle", 900],
  ["behind the last line", 2400],
] as const;

describe("job_logs and its kin on a log that pauses", { tags: "logs" }, () => {
  test.for(PLACES)(
    "read all of it where the job has ended: %s",
    async ([, bytes], { platform, emulator }) => {
      const job = await untilEnded(
        platform,
        await startJob(platform, { name: "job", script: `${SCRIPT}; exit 3` }),
      );
      const proxy = await faultProxy(emulator);
      const mcp = await connectAgent(proxy.platform());
      const session = await connectSession(proxy.platform());
      proxy.add({ path: LOG, after: { bytes, comes: PAUSE_MS } });
      const [plain, grep, none, until, status, wait, text] = await Promise.all([
        mcp.ok("job_logs", { jobs: [job.id] }),
        mcp.ok("job_logs", { jobs: [job.id], grep: "line" }),
        mcp.ok("job_logs", { jobs: [job.id], grep: "nothing" }),
        mcp.ok("job_logs", { jobs: [job.id], until_pattern: "^line 60$", wait_seconds: 20 }),
        mcp.ok("job_status", { jobs: [job.id] }),
        mcp.ok("job_wait", { jobs: [job.id], until: "log", pattern: "^line 60$", wait_seconds: 20 }),
        session.read(`${jobUri(job)}/logs`),
      ]);
      expect(plain.data.logs[0].log).toBe(lines);
      expect(grep.data.logs[0]).toMatchObject({ matches: 60, log: lines });
      expect(none.text).toContain('0 lines with "nothing" in the whole log');
      expect(until.data.logs[0]).toMatchObject({ matched: true, log: lines });
      expect(status.text).toContain("line 60");
      expect(wait.data.finished).toBe(true);
      expect(text).toContain("line 1\n");
      expect(text).toContain("line 60\n");
    },
  );

  test.for(PLACES)(
    "read all that there is of a running job: %s",
    async ([, bytes], { platform, emulator }) => {
      const job = await startJob(platform, { name: "job", script: `${SCRIPT}; sleep 600` });
      await untilPrinted(platform, job, "line 60");
      const proxy = await faultProxy(emulator);
      const mcp = await connectAgent(proxy.platform());
      proxy.add({ path: LOG, after: { bytes, comes: PAUSE_MS } });
      const [plain, grep, until] = await Promise.all([
        mcp.ok("job_logs", { jobs: [job.id] }),
        mcp.ok("job_logs", { jobs: [job.id], grep: "line" }),
        mcp.ok("job_logs", { jobs: [job.id], until_pattern: "^line 60$", wait_seconds: 20 }),
      ]);
      expect(plain.data.logs[0].log).toBe(lines);
      expect(grep.data.logs[0]).toMatchObject({ matches: 60, log: lines });
      expect(until.data.logs[0]).toMatchObject({ matched: true, log: lines });
    },
  );

  test("says what it does not know where nothing comes", async ({ platform, emulator }) => {
    const job = await startJob(platform, { name: "job", script: `${SCRIPT}; sleep 600` });
    await untilPrinted(platform, job, "line 60");
    const proxy = await faultProxy(emulator);
    const mcp = await connectAgent(proxy.platform());
    proxy.add({ path: LOG, after: { bytes: 0, comes: "silence" } });
    const [plain, grep] = await Promise.all([
      mcp.ok("job_logs", { jobs: [job.id] }),
      mcp.ok("job_logs", { jobs: [job.id], grep: "line" }),
    ]);
    expect(plain.text).toMatch(
      /Nothing came within \d+ s: whether it has printed anything there is not known/,
    );
    expect(plain.data.logs[0]).toMatchObject({ more_may_follow: true });
    expect(plain.text).not.toMatch(/[Nn]othing (was|has been) printed|printed nothing/);
    expect(grep.text).not.toMatch(/whole log/);
    proxy.clear();
    const next = await mcp.ok("job_logs", { jobs: [job.id], cursor: plain.data.next_cursor });
    expect(next.data.logs[0].log).toBe(lines);
  });
});

describe("what was not seen of a log", { tags: "logs" }, () => {
  test("is not told as absent by a wait, nor by job_status", async ({ platform, emulator }) => {
    const script = `${SCRIPT}; exit 3`;
    const job = await untilEnded(platform, await startJob(platform, { name: "job", script }));
    const runs = await startJob(platform, { name: "runs", script: `${SCRIPT}; sleep 600` });
    await untilPrinted(platform, runs, "line 60");
    const proxy = await faultProxy(emulator);
    const mcp = await connectAgent(proxy.platform());
    const stop = proxy.add({ path: LOG, after: { bytes: 0, comes: "silence" } });
    const wait = { until_pattern: "^line 60$", wait_seconds: 4 };
    const silent = await mcp.ok("job_logs", { jobs: [job.id, runs.id], ...wait });
    stop();
    proxy.add({ path: LOG, after: { bytes: 0, comes: "reset" } });
    const cut = await mcp
      .ok("job_logs", { jobs: [job.id, runs.id], ...wait })
      .catch(({ message }) => message);
    const status = await mcp.ok("job_status", { jobs: [job.id] });
    expect(silent.text).not.toMatch(/[Nn]othing (was|has been) printed|printed nothing/);
    expect(silent.text.match(/whether it has printed anything there is not known/g)).toHaveLength(2);
    expect(silent.data.logs).toMatchObject([{ more_may_follow: true }, { more_may_follow: true }]);
    expect(cut.text ?? cut).not.toMatch(/[Nn]othing (was|has been) printed|printed nothing/);
    expect(status.text).toContain("Its log could not be read just now");
  });

  test("is not taken for part of a search that was cut short", async ({ platform, emulator }) => {
    // Enough for several frames, so that the stream can stop behind one.
    const script = "seq -f 'line %.0f' 1 20000; echo needle; sleep 600";
    await untilPrinted(platform, await startJob(platform, { name: "job", script }), "needle");
    const proxy = await faultProxy(emulator);
    const mcp = await connectAgent(proxy.platform());
    proxy.add({ path: LOG, after: { bytes: 500_000, comes: "silence" } });
    const { text, data } = await mcp.ok("job_logs", { jobs: ["job"], grep: "needle" });
    expect(data.logs[0].lines_read).toBeGreaterThan(500);
    expect(data.logs[0]).toMatchObject({ matches: 0, more_may_follow: true });
    expect(text).not.toMatch(/whole log/);
  });
});

describe("a log that the platform does not close", { tags: "logs" }, () => {
  test("is read for a limited time, which is said, and goes on from there", async ({
    platform,
    emulator,
  }) => {
    const script = "seq -f 'line %.0f' 1 20000; exit 3";
    const job = await untilEnded(platform, await startJob(platform, { name: "job", script }));
    const proxy = await faultProxy(emulator);
    const held = proxy.platform();
    proxy.add({ path: LOG, after: { bytes: 500_000, comes: "silence" } });
    const tail = await held.jobs.tail(job.id, { lines: 20_000, limitMs: 16_000 });
    // Whether the time was over in the first reading or in a longer one depends on the machine.
    expect(tail.ending === "closed" && tail.reachedStart).toBe(false);
    expect(tail.lines.length).toBeGreaterThan(500);
    const rest = await platform.jobs.tail(job.id, { after: tail.cursor, lines: 20_000 });
    const all = [...tail.lines.filter(({ open }) => open !== true), ...rest.lines].map(({ text }) => text);
    // How far back the time reached depends on the machine.
    const first = 20_000 - all.length;
    expect(all).toEqual(Array.from({ length: all.length }, (_, index) => `line ${first + index + 1}`));
  });
});
