import { randomBytes } from "node:crypto";
import { describe } from "vitest";
import { expect, test } from "../support/fixtures.ts";
import { startJob, untilEnded, untilPrinted, untilStatus } from "../support/run-job.ts";
import { timeOverOnceSaid } from "../support/time-over.ts";

const ECHO = 'while read line; do echo "got $line"; [ "$line" = quit ] && exit 0; done';

describe("job_attach", () => {
  test("sends a line, returns what the process prints, and leaves it running", async ({ mcp, platform }) => {
    const job = await startJob(platform, { name: "repl", script: `echo up; ${ECHO}` });
    await untilPrinted(platform, job, "up");
    const [, { data, text }] = await Promise.all([
      timeOverOnceSaid(29, "got hello"),
      mcp.ok("job_attach", { job: "repl", input: "hello", wait_seconds: 29 }),
    ]);
    expect(data).toMatchObject({
      id: job.id,
      owner: "alice",
      output: expect.stringContaining("got hello"),
      ended: false,
    });
    expect(text).toContain("the job goes on");
    expect((await platform.jobs.status(job.id)).status).toBe("running");
  });

  test("returns at once when the process ends", async ({ mcp, platform }) => {
    const job = await untilStatus(
      platform,
      await startJob(platform, { name: "repl", script: ECHO }),
      "running",
    );
    const { data } = await mcp.ok("job_attach", { job: "repl", input: "quit", wait_seconds: 30 });
    expect(data).toMatchObject({ output: expect.stringContaining("got quit"), ended: true });
    expect((await untilEnded(platform, job)).status).toBe("succeeded");
  });

  test("hides secrets in what is printed", async ({ mcp, platform }) => {
    const secret = "hf_abcdefghijklmnopqrstuvwxyz01234567";
    await untilStatus(platform, await startJob(platform, { name: "repl", script: ECHO }), "running");
    const { text, data } = await mcp.ok("job_attach", { job: "repl", input: secret, wait_seconds: 1 });
    expect(text + JSON.stringify(data)).not.toContain(secret);
  });

  test("hides the lines of a private key that began before and ends later", async ({ mcp, platform }) => {
    const body = Array.from({ length: 4 }, () => randomBytes(48).toString("base64"));
    const print = `read line; printf '%s\\n' ${body.join(" ")} 'all done'; sleep 600`;
    const script = `echo '-----BEGIN PRIVATE KEY-----'; ${print}`;
    await untilPrinted(platform, await startJob(platform, { name: "keys", script }), "BEGIN");
    const [, { data, text }] = await Promise.all([
      timeOverOnceSaid(29, "done"),
      mcp.ok("job_attach", { job: "keys", input: "go", wait_seconds: 29 }),
    ]);
    expect(data.output).toContain("done");
    for (const line of body) expect(text).not.toContain(line);
  });

  test("does not know whether a line arrived when the connection breaks, and keeps what was printed", async ({
    mcp,
    platform,
    emulator,
  }) => {
    const job = await startJob(platform, { name: "repl", script: ECHO });
    await untilStatus(platform, job, "running");
    // Each frame begins with the number of its channel; the first one has nothing else.
    const afterBytes = 1 + 1 + "got hello\n".length;
    emulator.chaos.add({ on: { path: "**/attach", times: 1 }, do: { kind: "cut", afterBytes } });
    const { text, data } = await mcp.ok("job_attach", { job: "repl", input: "hello", wait_seconds: 30 });
    expect(text).toMatch(
      /the connection was lost.*whether the line arrived.*job_logs \{"jobs":\["repl"\]\}/s,
    );
    expect(data).toMatchObject({ output: expect.stringContaining("got hello"), connection_lost: true });
  });

  test.for([{ kind: "reset" }, { kind: "answer", status: 503 }] as const)(
    "says that nothing was sent when connecting meets %j",
    async (fault, { mcp, platform, emulator }) => {
      const job = await startJob(platform, { name: "repl", script: ECHO });
      await untilStatus(platform, job, "running");
      emulator.chaos.add({ on: { path: "**/attach", times: 1 }, do: fault });
      const text = await mcp.refusal("job_attach", { job: "repl", input: "hello" });
      expect(text).toMatch(/^unavailable: .*Nothing was sent\.$/s);
    },
  );

  test("says how a job ended that ends meanwhile", async ({ mcp, platform }) => {
    const job = await startJob(platform, { name: "repl", script: ECHO });
    await untilStatus(platform, job, "running");
    const { text } = await mcp.ok("job_attach", { job: "repl", input: "quit", wait_seconds: 30 });
    expect(text).toContain("The job has ended: succeeded");
  });

  test("sends who names a waiting job to job_wait", async ({ mcp, platform }) => {
    await startJob(platform, { name: "stuck", image: "does-not-exist:v1" });
    const text = await mcp.refusal("job_attach", { job: "stuck", input: "x" });
    expect(text).toContain('job_status {"jobs":["stuck"]} says why');
  });

  test("refuses a job that does not run", async ({ mcp, platform }) => {
    await untilEnded(platform, await startJob(platform, { name: "done" }));
    expect(await mcp.refusal("job_attach", { job: "done", input: "x" })).toMatch(
      /^not_running: done .*Nothing was sent.*job_rerun/s,
    );
  });
});
