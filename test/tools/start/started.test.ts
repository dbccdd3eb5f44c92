import { describe, expect, test } from "vitest";
import { type JobDescription, PlatformError } from "../../../src/client/index.ts";
import type { Call } from "../../../src/operations/caller.ts";
import type { StartItem, StartOutcome } from "../../../src/operations/start/request.ts";
import { type Started, seenReply, startReply } from "../../../src/tools/start/reply.ts";
import { type JobChanges, pendingJob, sampleJob } from "../../jobs/sample-job.ts";
import { POLICY } from "../../support/policy.ts";

// Nothing else of a caller is read.
const CALLER = {
  policy: POLICY,
} as unknown as Call["caller"];
const PRESET = { name: "gpu-small", credits_per_hour: "2" };
const idOf = (index: number) => `job-0000000${index}-5e6f-4a7b-8c9d-0e1f2a3b4c5d`;

function item(index = 1, more: Partial<StartItem> = {}): StartItem {
  const name = `n${index}`;
  return { index, values: {}, name, requestId: `r-${index}`, options: { image: "ubuntu" }, ...more };
}

const job = (index = 1, more: JobChanges = {}) => sampleJob({ id: idOf(index), name: `n${index}`, ...more });

/** What a start says; by default of one job that runs, in the caller's own place. */
function reply(outcomes: StartOutcome[], more: Partial<Started> = {}) {
  const jobs = outcomes.flatMap((outcome) => outcome.job ?? []);
  const request = { items: outcomes.map((outcome) => outcome.item), requestId: "r-1", lifeSpanSeconds: 3600 };
  return startReply(
    {
      request,
      // Of a preset only this much is read.
      checked: { isHome: true, presets: [], plan: { preset: PRESET } } as unknown as Started["checked"],
      ...{ notes: [], outcomes, watched: { jobs }, wasAwaited: false },
      ...more,
    },
    CALLER,
  );
}

const linesOf = (...args: Parameters<typeof reply>) => reply(...args).text.split("\n");

describe("the answer to a start of one job", () => {
  test("says what, at what price, and how to go on", () => {
    const { text, data, jobs, next } = reply([{ item: item(), job: job() }]);

    expect(text).toBe(
      `Started: n1 (${idOf(1)}), running.\n` +
        "preset gpu-small, 1 credit per hour; life span 1h, so at most 1 credit.\n" +
        'Next: job_logs {"jobs":["n1"]} for its output, job_wait with the same for its end.',
    );
    expect(data).toEqual({
      request_id: "r-1",
      jobs: [{ name: "n1", id: idOf(1), status: "running" }],
    });
    expect([jobs, next.map(({ tool }) => tool)]).toEqual([[job()], ["job_logs", "job_wait"]]);
  });

  test("names the owner and the project of one elsewhere", () => {
    const elsewhere = item(1, { options: { image: "ubuntu", where: { project: "vision" } } });
    const checked = { isHome: false, presets: [] };
    const { text, data } = reply([{ item: elsewhere, job: job() }], { checked });

    expect(text).toBe(
      `Started: n1 (${idOf(1)}, owner alice, project default/acme/vision), running.\n` +
        `Next: job_logs {"jobs":["${idOf(1)}"]} for its output, job_wait with the same for its end.`,
    );
    expect(data.jobs).toEqual([
      { name: "n1", id: idOf(1), status: "running", owner: "alice", project: "default/acme/vision" },
    ]);
  });

  test("calls one without a name by its id", () => {
    const { name: _, ...nameless } = job();
    expect(linesOf([{ item: item(), job: nameless }])[0]).toBe(`Started: ${idOf(1)}, running.`);
  });

  test("has its link, its twins and what could not be looked up", () => {
    const linked = job(1, { http_url: "https://x.example/" });
    const { text, data } = reply([
      { item: item(), job: linked, isUnchecked: true, twins: [job(2, { status: "cancelled" })] },
    ]);

    expect(text).toContain("\nURL: https://x.example/\n");
    expect(text).toContain("\nWhether another server has started this request_id, too, could not be");
    expect(data.jobs).toMatchObject([{ http_url: "https://x.example/", unchecked: true, twins: [idOf(2)] }]);
  });

  test("says which job an earlier call has started, and what that costs now", () => {
    const outcome = { item: item(), job: job(1, { life_span: 7200 }), isRepeated: true };
    const { text, data } = reply([outcome]);

    expect(text).toContain(
      `This is the job of the earlier call with this request_id, nothing new was started: n1 (${idOf(1)}), running.`,
    );
    expect(text).toContain("life span 2h, so at most 2 credits.");
    expect(data.jobs).toMatchObject([{ repeated: true }]);
  });

  test("warns of one without an end", () => {
    const request = { items: [item()], requestId: "r-1" };
    expect(linesOf([{ item: item(), job: job() }], { request })[1]).toBe(
      "preset gpu-small, 1 credit per hour; no life span: it costs until it is killed.",
    );
  });

  test("shows what a shell runs, one line and no secret of it, and what is to be known", () => {
    const toRun = (command: string) => [{ item: item(1, { toRun: { command, inShell: true } }), job: job() }];
    const token = "hf_abcdefghijklmnopqrstuvwxyz01234567";

    expect(linesOf(toRun("sh -c 'cd /'"), { notes: ["one", "two"] }).slice(2, 5)).toEqual([
      "Runs: sh -c 'cd /'",
      "Note: one",
      "Note: two",
    ]);
    expect(linesOf(toRun("sh -c 'a\nb'"))[2]).toBe("Runs: sh -c 'a … (1 more line, as given)");
    expect(linesOf(toRun("sh -c 'a\nb\nc'"))[2]).toBe("Runs: sh -c 'a … (2 more lines, as given)");
    expect(linesOf(toRun(`sh -c 'x ${token}'`))[2]).toBe("Runs: sh -c 'x [redacted]'");
    expect(linesOf(toRun("x".repeat(150)))[2]).toMatch(/^Runs: x{100} … \(50 more characters\)$/);
    const plain = item(1, { toRun: { command: "ls", inShell: false } });
    expect(reply([{ item: plain, job: job() }]).text).not.toContain("Runs:");
  });
});

describe("the answer to a start that was watched", () => {
  const watched = (seen: JobDescription, more: Partial<Started["watched"]> = {}): Partial<Started> => ({
    watched: { jobs: [seen], ...more },
    wasAwaited: true,
  });
  const output = (text: string, hidden = 0, isWhole = true) => ({ output: { text, hidden, isWhole } });

  test("tells how the job stands by then", () => {
    const done = job(1, { status: "succeeded" });
    const { text, data } = reply([{ item: item(), job: job() }], watched(done));

    expect(text).toContain(`Started: n1 (${idOf(1)}), succeeded.`);
    expect(text).toMatch(/\nIt has ended\. Next: job_status \{"jobs":\["n1"\]\}\.$/);
    expect(text).not.toContain("Why:");
    expect(data.jobs).toMatchObject([{ status: "succeeded" }]);
  });

  test("shows what it printed, and how many secrets that had", () => {
    const outcomes = [{ item: item(), job: job() }];
    const { text, data } = reply(outcomes, watched(job(), output("hello", 2)));

    expect(text).toMatch(/\n.*Output.*\n(.*\n)*.*hello\n(.*\n)*2 secret values hidden\.\n/);
    expect(data.jobs).toMatchObject([{ output: "hello" }]);
    expect(reply(outcomes, watched(job(), output("hello", 1))).text).toContain("\n1 secret value hidden.");
    expect(reply(outcomes, watched(job(), output("hello"))).text).not.toContain("hidden");
  });

  test.for([
    ["It printed nothing.", "succeeded", true],
    ["No output yet.", "succeeded", false],
    ["No output yet.", "running", true],
  ] as const)("says %j of a silent job (%s, read to the end: %s)", ([text, status, isWhole]) => {
    const seen = job(1, { status });
    expect(linesOf([{ item: item(), job: job() }], watched(seen, output("", 0, isWhole)))).toContain(text);
  });

  test("says that it was started where it could not be watched", () => {
    const trouble = new PlatformError("unavailable", "Nothing is listening there.");
    expect(linesOf([{ item: item(), job: job() }], watched(job(), { trouble }))).toContain(
      "It was started, but could not be watched: unavailable: Nothing is listening there.",
    );
  });

  test("says why it does not run, if it was waited for", () => {
    const waiting = { ...pendingJob("ErrImagePull"), id: idOf(1), name: "n1" };
    const outcomes = [{ item: item(), job: waiting }];

    expect(reply(outcomes, watched(waiting)).text).toMatch(/\nWhy: .+\nNext: job_wait .* for its end\.$/);
    expect(reply(outcomes, { ...watched(waiting), wasAwaited: false }).text).not.toContain("Why:");
  });

  test("says what would help a job that failed, once", () => {
    const failed = job(1, { status: "failed", history: { exit_code: 1 } });
    const { text } = reply([{ item: item(), job: failed }], watched(failed, output("")));
    const again = reply([{ item: item(), job: failed, isRepeated: true }], watched(failed, output("")));

    expect(text).toMatch(/\nWhy: .*Its log is empty: run it again with more output/);
    expect(again.text).toMatch(/\nWhy: .+\n/);
    expect(again.text).not.toContain("Its log is empty");
    expect(again.text).toContain(
      `It has ended, and this request_id always stands for it. To run it again: job_rerun {"job":"${idOf(1)}"}, or job_start with another request_id.`,
    );
  });
});

describe("the answer to a start of several jobs", () => {
  const sweep = (index: number, more: Partial<StartOutcome> = {}): StartOutcome => ({
    ...{ item: item(index, { values: { lr: `0.${index}` } }), job: job(index) },
    ...more,
  });
  const asSweep = (outcomes: StartOutcome[], more: Partial<Started> = {}): Partial<Started> => ({
    request: {
      ...{ items: outcomes.map((outcome) => outcome.item), requestId: "r-1", sweepTag: "sweep:x" },
      lifeSpanSeconds: 3600,
    },
    ...more,
  });
  const replyTo = (outcomes: StartOutcome[], more?: Partial<Started>) =>
    reply(outcomes, asSweep(outcomes, more));

  test("has a row for each, what they cost together, and how to count them", () => {
    const { text, data } = replyTo([sweep(1), sweep(2)]);

    expect(text).toBe(
      "Started 2 of 2 jobs; tag sweep:x; all are running.\n" +
        "1. n1 lr=0.1: job-00000001\n" +
        "2. n2 lr=0.2: job-00000002\n" +
        "preset gpu-small, 1 credit per hour each; life span 1h, so at most 2 credits.\n" +
        'Next: job_list {"tags":["sweep:x"]} counts them by status.',
    );
    expect(data).toEqual({
      ...{ request_id: "r-1", tag: "sweep:x" },
      jobs: [1, 2].map((index) => ({
        ...{ name: `n${index}`, id: idOf(index), status: "running" },
        ...{ request_id: `r-${index}`, values: { lr: `0.${index}` } },
      })),
    });
  });

  test("tells each status where they differ, the project, and what was there before", () => {
    const checked = { isHome: false, presets: [] };
    const ended = sweep(2, { job: job(2, { status: "failed" }), isRepeated: true });
    const { text, data } = replyTo([sweep(1), ended], { checked });

    expect(text).toContain(
      "Started 2 of 2 jobs; 1 of them by an earlier call with this request_id; project default/acme/vision; tag sweep:x.\n" +
        "1. n1 lr=0.1: job-00000001, running\n" +
        "2. n2 lr=0.2: job-00000002, failed",
    );
    expect(data).toMatchObject({ owner: "alice", project: "default/acme/vision" });
    expect(data.jobs).toEqual([
      expect.not.objectContaining({ owner: "alice" }),
      expect.not.objectContaining({ owner: "alice" }),
    ]);
  });

  test("tells which were not started, why, and that the missing ones can be", () => {
    const { job: _, ...lost } = sweep(2, { error: new PlatformError("quota", "Used up.") });
    const { text, data } = replyTo([sweep(1), lost]);

    expect(text).toContain(
      "Started 1 of 2 jobs; tag sweep:x; it is running.\n" +
        "request_id: r-1; calling again with it starts only those that are missing\n" +
        "1. n1 lr=0.1: job-0000\n" +
        "2. n2 lr=0.2: NOT STARTED\n" +
        "Not started (n2): quota: Used up.\n",
    );
    expect(data.failed).toEqual([{ index: 2, name: "n2", values: { lr: "0.2" }, error: "quota: Used up." }]);
    const unsure = { ...lost, error: new PlatformError("unknown_outcome", "The answer was lost.") };
    expect(replyTo([sweep(1), unsure]).text).toContain(
      "\nUnknown (n2): unknown_outcome: The answer was lost.\n",
    );
  });

  test("keeps rows short where there are many", () => {
    const values = { text: "y".repeat(200) };
    const few = Array.from({ length: 20 }, (_, n) => ({ item: item(n, { values }), job: job(n) }));
    const many = [...few, { item: item(21, { values }), job: job(21) }];

    expect(replyTo(few).text.split("\n")[1]).toBe(`0. n0 text=${"y".repeat(114)}…: ${"job-00000000"}`);
    expect(replyTo(many).text).toContain(`\n1. n1 text=${"y".repeat(24)}…: `);
    expect(replyTo(few).data.jobs[0]?.values).toEqual({ text: `${"y".repeat(119)}…` });
    expect(replyTo(many).data.jobs[0]?.values).toEqual({ text: `${"y".repeat(29)}…` });
    expect(replyTo(few).data.jobs[0]?.request_id).toBe("r-0");
    expect(replyTo(many).data.jobs[0]?.request_id).toBeUndefined();
    expect([replyTo(few).jobs.length, replyTo(many).jobs.length]).toEqual([10, 10]);
  });

  test("keeps failures short where there are many", () => {
    const error = new PlatformError("quota", "zz ".repeat(700));
    const outcomes = Array.from({ length: 21 }, (_, n) => ({ item: item(n), error }));
    const shown = (many: typeof outcomes) => replyTo([...many, sweep(1)]).data.failed?.[0]?.error;

    expect(shown(outcomes.slice(0, 1))).toMatch(/^quota: (?:zz ){196,197}zz…$/);
    expect(shown(outcomes)).toMatch(/^quota: (?:zz ){19,20}zz…$/);
  });
});

test("a dry run of a request that was made before shows its job", () => {
  const { text, data, jobs } = seenReply(job());

  expect(text).toMatch(
    new RegExp(
      `^Dry run: nothing was started\\. The earlier call with this request_id started n1 \\(${idOf(1)}, .*\\), running\\. The same call without a dry run gives that job`,
    ),
  );
  expect(data).toEqual({
    jobs: [],
    earlier: {
      ...{ job: "n1", id: idOf(1), owner: "alice", project: "default/acme/vision", status: "running" },
    },
  });
  expect(jobs).toEqual([job()]);
});
