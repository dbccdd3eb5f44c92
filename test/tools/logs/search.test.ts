import { describe } from "vitest";
import { SOON_MS } from "../../support/busy.ts";
import { expect, test } from "../../support/fixtures.ts";
import { startJob, untilEnded, untilPrinted } from "../../support/run-job.ts";

const SCRIPT =
  "for i in 1 2 3 4 5 6 7 8 9; do echo step $i; [ $i = 3 ] && echo ERROR low; [ $i = 7 ] && echo error high; done; true";

describe("job_logs: searching and choosing", () => {
  test("finds lines with context, case, inversion and order", async ({ mcp, platform }) => {
    await untilEnded(platform, await startJob(platform, { name: "job", script: SCRIPT }));
    const found = async (args: Record<string, unknown>) =>
      (await mcp.ok("job_logs", { jobs: ["job"], ...args })).data.logs[0];
    expect((await found({ grep: "error" })).log).toBe("error high");
    expect((await found({ grep: "ERROR", ignore_case: true })).log).toBe("ERROR low\nerror high");
    expect((await found({ grep: "^error", ignore_case: true, newest_first: true })).log).toBe(
      "error high\nERROR low",
    );
    expect((await found({ grep: "ERROR|error", context: 1 })).log).toBe(
      "step 3\nERROR low\nstep 4\n--\nstep 7\nerror high\nstep 8",
    );
    expect(await found({ grep: "step", invert: true })).toMatchObject({
      matches: 2,
      log: "ERROR low\nerror high",
    });
    expect(await found({ grep: "step", lines: 2 })).toMatchObject({ matches: 9, log: "step 8\nstep 9" });
  });

  test("says how much was searched", async ({ mcp, platform }) => {
    await untilEnded(platform, await startJob(platform, { name: "job", script: SCRIPT }));
    const { text } = await mcp.ok("job_logs", { jobs: ["job"], grep: "nothing" });
    expect(text).toContain('0 lines with "nothing" in the whole log.');
  });

  test("offers to search what is older than the part it read", async ({ mcp, platform }) => {
    const script = "echo needle; seq -f 'line %.0f of a log too long for one search' 1 110000";
    await untilEnded(platform, await startJob(platform, { name: "long", script }));
    let args: Record<string, unknown> = { jobs: ["long"], grep: "^needle" };
    let found = 0;
    for (let call = 0; call < 3 && found === 0; call += 1) {
      const { text, data } = await mcp.ok("job_logs", args);
      found = data.logs[0].matches;
      const [, older] = /^Older lines: job_logs (.*)$/m.exec(text) ?? [];
      if (found > 0) break;
      expect(text).toMatch(/0 lines with "\^needle" in the newest [\d,]+ lines, not the older ones/);
      args = JSON.parse(older ?? "{}");
    }
    expect(found).toBe(1);
  });

  test("is not hung by a pattern that hangs others", async ({ mcp, platform }) => {
    const script = `head -c 40000 /dev/zero | tr '\\0' a; echo '!'`;
    await untilEnded(platform, await startJob(platform, { name: "evil", script }));
    const started = performance.now();
    const { data } = await mcp.ok("job_logs", { jobs: ["evil"], grep: "(a+)+$" });
    expect(performance.now() - started).toBeLessThan(SOON_MS);
    expect(data.logs[0].matches).toBe(0);
  });

  test("gives the failed ones of a tag, each with its share", async ({ mcp, platform }) => {
    const long = "for i in $(seq 1 2000); do echo a line of a very long log $i; done; exit 1";
    const jobs = await Promise.all([
      startJob(platform, { name: "bad-1", tags: ["sweep"], script: "echo reason one; exit 1" }),
      startJob(platform, { name: "bad-2", tags: ["sweep"], script: long }),
      startJob(platform, { name: "bad-3", tags: ["sweep"], script: "exit 1" }),
      startJob(platform, { name: "good", tags: ["sweep"], script: "echo fine" }),
    ]);
    for (const job of jobs) await untilEnded(platform, job);
    const { text, data } = await mcp.ok("job_logs", { tags: ["sweep"], status: ["failed"], lines: 2000 });
    const logs = new Map(data.logs.map(({ job, log }: { job: string; log: string }) => [job, log]));
    expect([...logs.keys()].sort()).toEqual(["bad-1", "bad-2", "bad-3"]);
    expect(logs.get("bad-1")).toBe("reason one");
    expect(text).toContain("Nothing was printed");
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(16_500);
  });

  test("shows only the time asked for, with its bounds in UTC", async ({ mcp, platform }) => {
    const script = "echo early; until [ -e go ]; do sleep 0.05; done; echo late";
    const job = await startJob(platform, { name: "timed", script });
    await untilPrinted(platform, job, "early");
    await platform.jobs.execAndCollect(job.id, { command: "touch go" });
    await untilEnded(platform, job);
    const { lines } = await platform.jobs.tail(job.id);
    const since = new Date(Date.parse(lines.at(-1)?.time ?? "") - 1).toISOString();
    const late = await mcp.ok("job_logs", { jobs: ["timed"], since, timestamps: true });
    expect(late.data.logs[0].log).toMatch(/^\d{4}-\d\d-\d\dT[\d:]+Z late$/);
    expect(late.text).toMatch(/of the time asked for; \d{4}-[^ ]+Z to \d{4}-[^ ]+Z \(UTC\)/);
    const early = await mcp.ok("job_logs", { jobs: ["timed"], until: since });
    expect(early.data.logs[0].log).toBe("early");
  });

  test("says that a time lies in the future, and gives no place to read on from", async ({
    mcp,
    platform,
  }) => {
    await untilEnded(platform, await startJob(platform, { name: "job", script: SCRIPT }));
    const { text, data } = await mcp.ok("job_logs", { jobs: ["job"], since: "2099-01-01" });
    expect(text).toMatch(/2099-01-01T00:00:00Z lies in the future, it is 20\d\d-/);
    expect(text).not.toMatch(/[Nn]othing (was|has been) printed there|printed nothing/);
    expect(data).not.toHaveProperty("next_cursor");
    expect(await mcp.refusal("job_logs", { jobs: ["job"], since: "2026-02-30" })).toContain("is not a time");
  });

  test("shows what stands around a hit in a long line, and counts what is left out", async ({
    mcp,
    platform,
  }) => {
    const script = `printf '%5000s' ''; printf needle; printf '%7000s\\n' ''; printf '{%300000s}\\n' ''`;
    await untilEnded(platform, await startJob(platform, { name: "wide", script }));
    const { text, data } = await mcp.ok("job_logs", { jobs: ["wide"], grep: "needle" });
    expect(data.logs[0].log).toMatch(
      /^… \(4,500 characters left out\) … {501}needle {1495}… \(5,506 characters left out\) …$/,
    );
    expect(text).toContain("the middle of 1 very long line was not searched");
    const whole = await mcp.ok("job_logs", { jobs: ["wide"], lines: 1 });
    expect(whole.data.logs[0].log).toMatch(/^\{ {999} … \(298,002 characters left out\) … {1000}\}$/);
    const waited = await mcp.ok("job_logs", { jobs: ["wide"], until_pattern: "needle" });
    expect(waited.data.logs[0].log).toContain("needle");
  });

  test("offers the rest of many logs a few at a time", async ({ mcp, platform }) => {
    const jobs = await Promise.all(
      [1, 2, 3, 4, 5, 6].map((index) => startJob(platform, { name: `many-${index}`, script: "seq 1 30" })),
    );
    for (const job of jobs) await untilEnded(platform, job);
    const { text } = await mcp.ok("job_logs", { jobs: jobs.map(({ id }) => id), lines: 10 });
    const [, next = "{}"] =
      /6 logs have more; it is offered for 5 at a time: job_logs (.*)$/m.exec(text) ?? [];
    const few = await mcp.ok("job_logs", JSON.parse(next));
    expect(few.data.logs).toHaveLength(5);
    expect(few.data.older_cursor).toBeDefined();
  });

  test("says that a job has not run rather than showing nothing", async ({ mcp, platform, emulator }) => {
    emulator.chaos.add({ job: { name: "held" }, do: { kind: "hold", reason: "Scheduling" } });
    await startJob(platform, { name: "held" });
    const { text } = await mcp.ok("job_logs", { jobs: ["held"] });
    expect(text).toContain("never ran: pending");
  });

  test.for([
    [{}, "Give jobs, or else tags and/or status"],
    [{ jobs: ["a"], tags: ["b"] }, "Give jobs, or else tags and/or status"],
    [{ tags: ["nobody-has-this"] }, "No job has these tags"],
    [{ status: ["failed"], grep: "a", until_pattern: "b" }, "give one of them"],
    [{ status: ["failed"], cursor: "nonsense" }, "cursor is not one that job_logs gave"],
    [{ jobs: ["a"], wait_seconds: 51 }, "wait_seconds"],
  ] as const)("refuses %j", async ([args, message], { mcp }) => {
    expect(await mcp.refusal("job_logs", args)).toContain(message);
  });

  test("refuses a broken pattern, saying where", async ({ mcp, platform }) => {
    await startJob(platform, { name: "any" });
    expect(await mcp.refusal("job_logs", { jobs: ["any"], grep: "epoch (" })).toContain(
      "is not a valid regular expression",
    );
  });
});
