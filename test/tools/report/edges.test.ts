import { describe } from "vitest";
import type { Platform } from "../../../src/client/index.ts";
import { connectAgent } from "../../support/fixtures.ts";
import { expect, type PlatformStub, replyLines, test } from "../../support/platform-stub.ts";
import { jobThat } from "../../support/report-jobs.ts";

type Wire = ReturnType<typeof jobThat>;

/** Answers as the platform would: active ones where these are asked for, and by the time of creation. */
function answerWith(stub: PlatformStub, jobs: readonly Wire[]): void {
  stub.on("GET /api/v1/jobs", (response, request) => {
    const query = new URL(request.url ?? "", "http://x").searchParams;
    const statuses = query.getAll("status");
    const created = (job: Wire) => Date.parse((job.history as { created_at: string }).created_at);
    const fits = (job: Wire) =>
      (statuses.length === 0 || statuses.includes(String(job.status))) &&
      created(job) >= Date.parse(query.get("since") ?? "1970-01-01") &&
      created(job) <= Date.parse(query.get("until") ?? "2999-01-01");
    replyLines(response, jobs.filter(fits));
  });
}

async function report(platform: Platform, args: Record<string, unknown>) {
  const agent = await connectAgent(platform);
  const answer = await agent.ok("job_report", args);
  await agent.client.close();
  return answer;
}

const AUGUST_2 = { since: "2026-08-02", until: "2026-08-03" };
const succeeded = (at: string) => ({ status: "succeeded", at, exit_code: 0 });

describe("a period", () => {
  const jobOfJuly = jobThat(1, {
    created: "2026-07-30T01:00:00Z",
    ran: ["2026-07-30T01:00:00Z", "2026-07-30T02:00:00Z"],
    end: succeeded("2026-07-30T02:00:00Z"),
    credits: "5",
  });

  test("is the week up to its end where only that is given", async ({ stub, platform }) => {
    answerWith(stub, [jobOfJuly]);
    const { data } = await report(platform, { until: "2026-08-02" });
    expect(data).toMatchObject({ from: "2026-07-26T00:00:00Z", to: "2026-08-02T00:00:00Z", jobs: 1 });
  });

  test("is refused where it has not begun", async ({ stub, platform }) => {
    answerWith(stub, [jobThat(1, { created: "2026-07-30T01:00:00Z" })]);
    const agent = await connectAgent(platform);
    expect(await agent.refusal("job_report", { since: "2999-01-01" })).toMatch(/^invalid_argument: .*future/);
    await agent.client.close();
  });
});

describe("a job that ran over the edge of the period", () => {
  const overnight = jobThat(1, {
    created: "2026-08-01T21:00:00Z",
    ran: ["2026-08-01T22:00:00Z", "2026-08-02T06:00:00Z"],
    end: succeeded("2026-08-02T06:00:00Z"),
    credits: "80",
    gpus: 2,
  });

  test("counts with the share of its run time, and the answer says so", async ({ stub, platform }) => {
    answerWith(stub, [overnight]);
    const { text, data } = await report(platform, AUGUST_2);
    expect(data).toMatchObject({ jobs: 1, created: 0, ended: 1, credits: "60", gpu_hours: "12", shares: 1 });
    expect(text).toContain("Credits, as the platform reports them: 60. GPU hours, computed");
    expect(text).toContain(
      "1 job also ran outside that time: of its credits the share of the run time in it counts, which is computed.",
    );
  });

  test("counts once over all days, and ends on one", async ({ stub, platform }) => {
    answerWith(stub, [overnight]);
    const by = ["day"];
    const { text, data } = await report(platform, { since: "2026-08-01", until: "2026-08-03", by });
    expect(text).toContain("Days are those of UTC; a job counts on each on which it was there.");
    expect(data).toMatchObject({ jobs: 1, created: 1, ended: 1, credits: "80", gpu_hours: "16" });
    expect(data.shares).toBeUndefined();
    expect(data.groups).toMatchObject([
      { day: "2026-08-01", credits: "20", gpu_hours: "4", jobs: 1, ended: 0 },
      { day: "2026-08-02", credits: "60", gpu_hours: "12", jobs: 1, ended: 1 },
    ]);
  });
});

test("an end belongs to the period that begins with it, not to the one that ends with it", async ({
  stub,
  platform,
}) => {
  const ran: [string, string] = ["2026-08-01T20:00:00Z", "2026-08-02T00:00:00Z"];
  const end = { status: "failed", at: ran[1], reason: "OOMKilled", exit_code: 137 };
  answerWith(stub, [jobThat(1, { created: ran[0], ran, end, credits: "4" })]);
  const before = await report(platform, { since: "2026-08-01", until: "2026-08-02" });
  expect(before.data).toMatchObject({ jobs: 1, ended: 0, failed: 0, credits: "4", causes: [] });
  const after = await report(platform, AUGUST_2);
  expect(after.data).toMatchObject({ jobs: 1, ended: 1, failed: 1, credits: "0" });
  expect(after.data.causes).toMatchObject([{ cause: "OOMKilled", jobs: 1 }]);
});

test("only what lies in the period counts: not jobs before and after it", async ({ stub, platform }) => {
  const ran = (from: string, to: string): [string, string] => [`2026-08-${from}Z`, `2026-08-${to}Z`];
  const jobs = [ran("01T01:00:00", "01T02:00:00"), ran("03T00:00:00", "03T02:00:00")].map((run, number) =>
    jobThat(number, { created: run[0], ran: run, end: succeeded(run[1]), credits: "9" }),
  );
  answerWith(stub, jobs);
  const { text, data } = await report(platform, AUGUST_2);
  expect(data).toMatchObject({ jobs: 0, credits: "0", read: 2 });
  expect(text).toMatch(/^No job was there in default\/acme\/vision from 2026-08-02T00:00:00Z until before/);
});

test("a job that still runs counts, also if it was created long before, and once", async ({
  stub,
  platform,
}) => {
  const created = "2026-07-03T00:00:00Z";
  // Thirty days before the period, to the instant, and before that.
  const jobs = [created, "2026-01-01T00:00:00Z"].map((at, number) =>
    jobThat(number, { created: at, ran: [at, new Date().toISOString()], credits: "100" }),
  );
  answerWith(stub, jobs);
  const { data } = await report(platform, AUGUST_2);
  expect(data).toMatchObject({ jobs: 2, created: 0, shares: 2, read: 2 });
});

test("a run that was interrupted counts as long as it ran", async ({ stub, platform }) => {
  const step = (status: string, at: string) => ({ status, transition_time: `2026-08-${at}Z`, reason: null });
  const statuses = [
    step("pending", "01T10:00:00"),
    step("running", "01T20:00:00"),
    step("suspended", "01T23:00:00"),
    step("running", "02T05:00:00"),
    step("succeeded", "02T06:00:00"),
  ];
  const ran: [string, string] = ["2026-08-01T20:00:00Z", "2026-08-02T00:00:00Z"];
  const job = jobThat(
    1,
    { created: "2026-08-01T10:00:00Z", ran, end: succeeded("2026-08-02T06:00:00Z"), credits: "8", gpus: 1 },
    { statuses },
  );
  answerWith(stub, [job]);
  const { data } = await report(platform, AUGUST_2);
  expect(data).toMatchObject({ credits: "2", gpu_hours: "1", shares: 1 });
  expect(data.longest_pending).toEqual([]);
});

test("waits, causes and life spans are counted; a cost that cannot be read is in no sum", async ({
  stub,
  platform,
}) => {
  const at = (hour: number) => `2026-08-02T${String(hour).padStart(2, "0")}:00:00Z`;
  const ended = (number: number, status: string, more: { reason?: string; exit_code?: number }) =>
    jobThat(number, {
      created: at(1),
      ran: [at(1 + number), at(10)],
      end: { status, at: at(10), ...more },
      credits: `${number}`,
    });
  const never = { status: "failed", at: at(8), reason: "ClusterScaleUpFailed" };
  answerWith(stub, [
    ended(1, "failed", { reason: "Error", exit_code: 139 }),
    ended(2, "failed", { reason: "Error", exit_code: 3 }),
    ended(3, "failed", { reason: "Error", exit_code: 3 }),
    ended(4, "cancelled", { reason: "LifeSpanEnded" }),
    ended(5, "cancelled", { reason: "UserRequested" }),
    jobThat(6, { created: at(1), end: never }),
    jobThat(7, { created: at(2), ran: [at(2), at(3)], end: succeeded(at(3)) }, { total_price_credits: {} }),
  ]);
  const { text, data } = await report(platform, AUGUST_2);
  expect(data).toMatchObject({
    jobs: 7,
    ended: 7,
    failed: 4,
    credits: "15",
    failed_credits: "6",
    unpriced: 1,
  });
  expect(data.causes.map(({ cause, jobs }: { cause: string; jobs: number }) => [cause, jobs])).toEqual([
    ["exit code 3", 2],
    ["exit code 139 (SIGSEGV)", 1],
    ["ClusterScaleUpFailed", 1],
  ]);
  expect(text).toContain("Causes of failure (credits): 2x exit code 3 (5); 1x exit code 139 (SIGSEGV) (1);");
  expect(data.life_span_ended).toMatchObject({ jobs: 1, credits: "4" });
  expect(data.longest_pending.map(({ seconds }: { seconds: number }) => seconds / 3600)).toEqual([7, 5, 4]);
  expect(text).toContain("4 of the 7 ended failed (57%) and cost 6 credits (40%).");
  expect(text).toContain("In no sum: 1 job whose cost could not be read.");
});

test("a secret in a tag is not shown, and a bar in it breaks no table", async ({ stub, platform }) => {
  const secret = "AKIAIOSFODNN7EXAMPLQ";
  const created = "2026-08-02T01:00:00Z";
  answerWith(stub, [jobThat(1, { created }, { tags: [secret, "a|b"] }), jobThat(2, { created })]);
  const { text, data } = await report(platform, { ...AUGUST_2, by: ["tag"] });
  expect(text + JSON.stringify(data)).not.toContain(secret);
  expect(text).toContain("| a¦b | 0 | 0 | 1 | 0 | 0 |");
  expect(text).toContain("| none | 0 | 0 | 1 | 0 | 0 |");
});
