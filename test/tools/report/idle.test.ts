import { describe } from "vitest";
import { connectAgent, openPolicy } from "../../support/fixtures.ts";
import { expect, type PlatformStub, replyLines, test } from "../../support/platform-stub.ts";
import { jobThat } from "../../support/report-jobs.ts";

const STARTED = "2026-08-02T00:00:00Z";

/** Running jobs, told apart by their names. */
function runs(stub: PlatformStub, names: readonly string[], more: Record<string, unknown> = {}) {
  const jobs = names.map((name, number) =>
    jobThat(
      number,
      { created: STARTED, ran: [STARTED, new Date().toISOString()], gpus: 1 },
      { name, price_credits_per_hour: `${100 - number}`, max_run_time_minutes: null, ...more },
    ),
  );
  stub.on("GET /api/v1/jobs", (response) => replyLines(response, jobs));
  return jobs;
}

function measures(stub: PlatformStub, { id }: { id: string }, sample: Record<string, unknown>): void {
  stub.play(`${id}/top`, (socket) => {
    const frame = { cpu: 0.5, memory: 1, memory_bytes: 2 ** 20, timestamp: Date.now() / 1000, ...sample };
    for (let sent = 0; sent < 6; sent += 1) socket.send(JSON.stringify(frame));
  });
}

describe("job_report with idle", () => {
  test("lists those below the threshold, with price, owner and start, and ends nothing", async ({
    stub,
    platform,
  }) => {
    const [idle = { id: "" }, busy = { id: "" }] = runs(stub, ["asleep", "awake"], { owner: "bob" });
    measures(stub, idle, { gpu_duty_cycle: 4 });
    measures(stub, busy, { gpu_duty_cycle: 5 });
    const agent = await connectAgent(platform);
    const { text, data } = await agent.ok("job_report", { idle: true });
    expect(data.idle).toMatchObject({ running: 2, measured: 2, below_percent: 5, credits_per_hour: "100" });
    expect(data.idle.jobs).toMatchObject([
      {
        name: "asleep",
        owner: "bob",
        gpu_percent: 4,
        cpu_cores: 0.5,
        credits_per_hour: "100",
        started_at: STARTED,
      },
    ]);
    expect(text).toMatch(
      /^1 of 2 running GPU jobs in default\/acme\/vision uses less than 5% of its GPUs now .*; together they cost 100 credits an hour\.$/m,
    );
    expect(text).toContain("Nothing was ended.");
    expect(text).toContain("who could be asked: bob (1 job, 100 credits/h)");
    expect(text).toMatch(
      /\| asleep \(job-00000000\) \| bob \| 4% \| 0.5 cores \| 100 \| 2026-08-02T00:00:00Z \(.*\) \| none \|/,
    );
    expect(text).toContain(`job_status {"jobs":["${idle.id}"]}`);
    expect(text).not.toContain("awake");
    expect(data.credits).toBeUndefined();
    expect(stub.seen.filter((request) => !request.startsWith("GET "))).toEqual([]);
    await agent.client.close();
  });

  test("says of which jobs no measurement could be had, and why", async ({ stub, platform }) => {
    const [ended = { id: "" }, odd = { id: "" }, silent = { id: "" }, refused = { id: "" }] = runs(stub, [
      ...["ended", "odd", "silent", "refused"],
    ]);
    stub.play(`${ended.id}/top`, (socket) => socket.close());
    measures(stub, odd, {});
    stub.play(`${silent.id}/top`, () => undefined);
    stub.play(`${refused.id}/top`, (socket) => socket.close(1011, "no telemetry here"));
    const agent = await connectAgent(platform, openPolicy, undefined, { callMs: 8000 });
    const { text, data } = await agent.ok("job_report", { idle: true });
    expect(data.idle).toMatchObject({ running: 4, measured: 0, jobs: [] });
    expect(data.idle.unmeasured).toMatchObject([
      { job: "ended", because: "it has ended" },
      { job: "odd", because: "its telemetry says nothing about its GPUs" },
      { job: "silent", because: "no measurement came in time" },
      { job: "refused", because: expect.stringContaining("no telemetry here") },
    ]);
    expect(text).toContain("0 of 0 measured of 4 running GPU jobs");
    expect(text).toContain("Could not be measured: ended (job-00000000): it has ended, odd");
    await agent.client.close();
  });

  test("measures the dearest hundred, some at a time", async ({ stub, platform }) => {
    const jobs = runs(
      stub,
      Array.from({ length: 103 }, (_, number) => `job-${number}`),
    );
    let open = 0;
    let most = 0;
    for (const job of jobs)
      stub.play(`${job.id}/top`, (socket) => {
        open += 1;
        most = Math.max(most, open);
        socket.on("close", () => {
          open -= 1;
        });
        const frame = { cpu: 0, memory: 1, memory_bytes: 1, timestamp: 1, gpu_duty_cycle: 0 };
        for (let sent = 0; sent < 4; sent += 1) socket.send(JSON.stringify(frame));
      });
    const agent = await connectAgent(platform);
    const { text, data } = await agent.ok("job_report", { idle: true });
    expect(data.idle).toMatchObject({ running: 103, measured: 100, not_measured: 3, more: 85 });
    expect(data.idle.jobs).toHaveLength(15);
    expect(data.idle.jobs[0].name).toBe("job-0");
    // A socket is seen to close a little later than the next one opens.
    expect(most).toBeLessThan(75);
    expect(text).toContain("Not measured: 3 more that cost less; give fewer projects.");
    expect(Buffer.byteLength(text)).toBeLessThan(3000);
    await agent.client.close();
  });

  test("says that none runs", async ({ stub, platform }) => {
    runs(stub, []);
    const agent = await connectAgent(platform);
    const { text } = await agent.ok("job_report", { idle: true });
    expect(text).toMatch(/^No job with GPUs runs in default\/acme\/vision now \(/);
    await agent.client.close();
  });
});
