import { CallToolResultSchema } from "@modelcontextprotocol/sdk/types.js";
import { describe, vi } from "vitest";
import type { Platform } from "../../../src/client/index.ts";
import { fakeTimeouts } from "../../support/fake-clock.ts";
import { faultProxy } from "../../support/fault-proxy.ts";
import { test as base, connectAgent, expect, openPolicy } from "../../support/fixtures.ts";
import { gate } from "../../support/gate.ts";
import { startJob, untilEnded, untilPrinted, untilStatus } from "../../support/run-job.ts";

const test = base.extend({ emulatorOptions: { scene: "metrics" } });
const sweep = base.extend({ emulatorOptions: { scene: "sweep" } });

/** All but the one that still runs: a log that may go on takes longer to read. */
const ENDED = "plain json huggingface keras lightning table words nan crash killed"
  .split(" ")
  .map((form) => `tune-${form}`);

const rows = (data: { jobs: { job: string; value: string }[] }) =>
  data.jobs.map(({ job, value }) => `${job} ${value}`);

describe("job_compare", () => {
  test("ranks jobs by a metric, in whatever form they print it", async ({ mcp }) => {
    const { text, data } = await mcp.ok("job_compare", { tags: ["tune"], metric: "val_loss" });
    expect(rows(data)).toEqual([
      "tune-plain 0.4500",
      "tune-json 0.47",
      "tune-huggingface 0.4900",
      "tune-keras 0.5100",
      "tune-lightning 0.5300",
      "tune-table 0.5500",
      "tune-words 0.5700",
      "tune-running 0.8",
      "tune-nan nan",
    ]);
    expect(text).toContain("11 jobs by val_loss: the least of each, lowest first (goal says otherwise).");
    expect(text).toMatch(
      /^1\. tune-plain · 0\.4500 \(last 0\.5654\) · --program plain --dim 64 env SEED=0 · succeeded · 39m 55s · 0\.3326 · \d\d:\d\d:\d\d$/m,
    );
    expect(data.jobs[0].line).toMatch(/^epoch 9\/12 loss=0\.3500 val_loss=0\.4500/);
    expect(Date.parse(data.jobs[0].printed_at)).toBeGreaterThan(0);
    expect(data.jobs[0].differs).toMatchObject({ "--program": "plain", "--dim": "64", "env SEED": "0" });
    expect(text).toContain("1 job not ended: values may still change.");
  });

  test("says once what is the same, and lists apart those without the metric, and why", async ({ mcp }) => {
    const { text, data } = await mcp.ok("job_compare", { jobs: ENDED, metric: "val_loss" });
    expect(text).toContain(
      "Same in all: python train.py · env LR=0.0003 · preset cpu-small · image pytorch/pytorch",
    );
    expect(text.split("LR=0.0003")).toHaveLength(2);
    expect(data.without_metric).toMatchObject([
      { job: "tune-crash", status: "failed", why: "not in its 8 lines" },
      { job: "tune-killed", reason: "OOMKilled", why: "not in its 1 line" },
    ]);
    expect(text).toMatch(
      /^No val_loss in 2 jobs:\n- tune-crash · .* failed \(Error, exit 1\) · not in its 8 lines$/m,
    );
  });

  test("takes the greatest or the last value where that is the goal", async ({ mcp }) => {
    const best = async (args: object) =>
      (await mcp.ok("job_compare", { jobs: ["tune-plain", "tune-json"], ...args })).data.jobs[0];
    expect(await best({ metric: "Val-Loss", goal: "max" })).toMatchObject({
      job: "tune-json",
      value: "1.07",
    });
    expect(await best({ metric: "val_loss", goal: "last" })).toMatchObject({
      job: "tune-plain",
      value: "0.5654",
    });
    expect(await best({ metric: "acc" })).toMatchObject({ job: "tune-plain", value: "0.8500" });
    expect(await best({ metric: "lr", goal: "minimize" })).toMatchObject({ value: "3.0e-04" });
  });

  test("shows histories: as values, as sparklines, as a picture", async ({ mcp }) => {
    const args = { jobs: ENDED, metric: "val_loss", history: true };
    const answer = await mcp.client.callTool({ name: "job_compare", arguments: args }, CallToolResultSchema);
    const { content, structuredContent } = CallToolResultSchema.parse(answer);
    const { jobs = [] } = structuredContent as { jobs?: { history: unknown[]; history_every: number }[] }; // the tool's own
    expect(jobs[0]).toMatchObject({ history_every: 1 });
    expect(jobs[0]?.history).toHaveLength(12);
    expect(jobs.at(-1)?.history).toContain("NaN");
    const [text, picture] = content;
    expect(text).toMatchObject({ text: expect.stringMatching(/^1\. tune-plain .* [▁▂▃▄▅▆▇█]{12}$/m) });
    const png = picture?.type === "image" ? Buffer.from(picture.data, "base64") : Buffer.alloc(0);
    expect(png.subarray(1, 4).toString()).toBe("PNG");
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([640, 360]);
    expect(png.length).toBeLessThan(10_000);
  });

  test("without a metric lists those that all have, and how to rank by one", async ({ mcp }) => {
    const { text, data } = await mcp.ok("job_compare", { jobs: ENDED });
    expect(data.metrics).toEqual(["loss", "val_loss", "acc"]);
    expect(data.jobs[0].metrics).toEqual({ loss: "0.3154", val_loss: "0.5654", acc: "0.8115" });
    expect(text).toContain('"metric":"loss"}');
    expect(text).not.toMatch(/eval_runtime|10\.0\.0\.12|29500/);
  });

  test("calls nothing the same because it is hidden, and lists what only some print", async ({
    mcp,
    platform,
  }) => {
    const start = (name: string, script: string) =>
      startJob(platform, { name, script, env: { DATA: `s3://data/${name}`, SITE: "https://one" } });
    const jobs = await Promise.all([start("one", "echo val_loss=0.5"), start("two", "echo val_acc=0.9")]);
    await Promise.all(jobs.map((job) => untilEnded(platform, job)));
    const { text, data } = await mcp.ok("job_compare", { jobs: ["one", "two"], history: true });
    expect(data.same).toContain("env SITE=[redacted]");
    expect(data.same).not.toContain("env DATA=[redacted]");
    expect(text).toContain("Not the same in all, and hidden: env DATA.");
    expect(text).not.toContain("s3://");
    expect(text).toContain("No metric is in all of them; in some: val_loss, val_acc.");
    expect(text).toContain("goal and history count with a metric only.");
  });

  test("stays short where a job prints endless numbers and hundreds of names", async ({ mcp, platform }) => {
    const script =
      'i=0; while [ $i -lt 250 ]; do i=$((i+1)); printf "layer_%d_loss=0.5 " $i; done; echo; printf "loss=0.%0900d\\n" 1; printf "a%0900d_loss=0.5\\n" 1';
    await untilEnded(platform, await startJob(platform, { name: "wide", script }));
    const ranked = await mcp.ok("job_compare", { jobs: ["wide"], metric: "loss" });
    expect(ranked.data.jobs[0].value).toBe(`0.${"0".repeat(21)}…`);
    const none = await mcp.ok("job_compare", { jobs: ["wide"], metric: "val_acc" });
    for (const { text, data } of [ranked, none]) {
      expect(text.length).toBeLessThan(1500);
      expect(JSON.stringify(data).length).toBeLessThan(3000);
    }
  });

  test("tells jobs without a name by short ids", async ({ mcp, platform }) => {
    const script = "echo val_loss=0.5";
    const jobs = [await startJob(platform, { script }), await startJob(platform)];
    await Promise.all(jobs.map((job) => untilEnded(platform, job)));
    const { text } = await mcp.ok("job_compare", { jobs: jobs.map(({ id }) => id), metric: "val_loss" });
    const [ranked = "", without = ""] = jobs.map(({ id }) => id.slice(0, 12));
    expect(text).toContain(`1. ${ranked} · 0.5 · `);
    expect(text).toContain(`- ${without} · `);
  });

  test("makes no value up: a metric that none prints is none, with what may have been meant", async ({
    mcp,
  }) => {
    const { text, data } = await mcp.ok("job_compare", { jobs: ENDED, metric: "valloss" });
    expect(data.jobs).toEqual([]);
    expect(data.without_metric).toHaveLength(ENDED.length);
    expect(text).toContain("None of them prints valloss in what was read. Did you mean val_loss");
  });

  test("compares those it finds and tells of those it does not", async ({ mcp }) => {
    const { text, data } = await mcp.ok("job_compare", { jobs: ["tune-json", "tune-jsn"], metric: "acc" });
    expect(data.jobs).toHaveLength(1);
    expect(data.not_found).toMatchObject([{ job: "tune-jsn", error: expect.stringContaining("not_found") }]);
    expect(text).toContain("tune-jsn: not_found");
  });

  test("refuses to guess which jobs, and a tag that none has", async ({ mcp }) => {
    expect(await mcp.refusal("job_compare", { metric: "loss" })).toContain("Give jobs, or else tags");
    expect(await mcp.refusal("job_compare", { tags: ["a"], jobs: ["b"] })).toContain(
      "Give jobs, or else tags",
    );
    expect(await mcp.refusal("job_compare", { tags: ["nothing-here"] })).toContain("No job has these tags");
    expect(await mcp.refusal("job_compare", { tags: ["tunne"] })).toMatch(
      /^invalid_argument: No job has these tags\. Nearest: tune\. E\.g\. \{"tags":\["tune"\]\}$/,
    );
    expect(await mcp.refusal("job_compare", { tags: ["tune"], goal: "best" })).toContain("min");
  });

  test("hides no failure: a log that cannot be read is said, the others are ranked", async ({
    mcp,
    emulator,
  }) => {
    const { data: before } = await mcp.ok("job_compare", { jobs: ["tune-json"], metric: "acc" });
    const path = `**/${before.jobs[0].id}/log_ws`;
    emulator.chaos.add({ on: { path }, do: { kind: "answer", status: 403, body: { error: "no" } } });
    const { data } = await mcp.ok("job_compare", { jobs: ["tune-json", "tune-plain"], metric: "acc" });
    expect(rows(data)).toEqual(["tune-plain 0.8500"]);
    expect(data.without_metric).toMatchObject([
      { job: "tune-json", why: expect.stringMatching(/^log not read: /) },
    ]);
  });
});

sweep("job_compare puts twenty jobs into 3 kB", async ({ mcp }) => {
  for (const more of [{}, { metric: "loss" }, { metric: "val_acc", history: true }]) {
    const { text } = await mcp.ok("job_compare", { tags: ["lr-sweep"], ...more });
    expect(Buffer.byteLength(text)).toBeLessThan(3000);
    expect(text.match(/^(?:\d+\. |- )?lr-sweep-\d+ · /gm)).toHaveLength(20);
  }
});

base("job_compare waits for no log longer than its call may take", async ({ platform, emulator }) => {
  const [good, quiet] = await Promise.all(
    ["good", "quiet"].map((name) => startJob(platform, { name, script: "echo loss=0.5" })),
  );
  if (good === undefined || quiet === undefined) throw new Error("no jobs");
  await Promise.all([good, quiet].map((job) => untilEnded(platform, job)));
  const proxy = await faultProxy(emulator);
  const log = { path: new RegExp(`${quiet.id}/log_ws`) };
  proxy.add({ ...log, instead: "silence" });
  const own = proxy.platform();
  const read = gate();
  const tail: Platform["jobs"]["tail"] = async (...given) => {
    const found = await own.jobs.tail(...given);
    read.open();
    return found;
  };
  const through = { ...own, jobs: { ...own.jobs, tail } };
  const agent = await connectAgent(through, openPolicy, undefined, { callMs: 5000 });
  await fakeTimeouts(own);
  const comparing = agent.ok("job_compare", { jobs: ["good", "quiet"], metric: "loss" });
  await Promise.all([read.opened, proxy.sees(log)]);
  // The time of the call, and not that after which it is cut off.
  vi.advanceTimersByTime(5100);
  const { data } = await comparing;
  expect(rows(data)).toEqual(["good 0.5"]);
  expect(data.without_metric).toMatchObject([{ job: "quiet", why: expect.stringContaining("timed_out") }]);
  await agent.client.close();
});

base("job_compare takes a synonym of a metric that none prints, and says so", async ({ mcp, platform }) => {
  const start = async (name: string, line: string) =>
    untilEnded(platform, await startJob(platform, { name, script: `echo ${line}` }));
  await Promise.all([
    start("one", "valid_loss=0.5 acc=0.9"),
    start("two", "validation loss: 0.4 test_loss=0.1"),
    start("both", "valid_loss=0.3 validation_loss=0.2"),
    start("none", "loss=0.6"),
    start("crashed", "no module named torch"),
  ]);
  const compared = (jobs: string[], metric = "val_loss") => mcp.ok("job_compare", { jobs, metric });
  const { text, data } = await compared(["one", "two", "crashed"]);
  expect(rows(data)).toEqual(["two 0.4", "one 0.5"]);
  expect(data.found_as).toEqual(["valid_loss", "validation_loss"]);
  expect(text).toContain("None prints val_loss: valid_loss and validation_loss, the same by another word,");
  expect((await compared(["one"], "accuracy")).data).toMatchObject({ found_as: ["acc"], best: "max" });
  for (const jobs of [["one", "none"], ["one", "both"], ["none"]]) {
    const { data: unsure } = await compared(jobs);
    expect(unsure.jobs).toEqual([]);
    expect(unsure).not.toHaveProperty("found_as");
  }
  const { data: printed } = await compared(["one", "both"], "valid_loss");
  expect(rows(printed)).toEqual(["both 0.3", "one 0.5"]);
});

base("job_compare waits little for a running job that prints nothing", async ({ mcp, platform }) => {
  const job = await startJob(platform, { name: "mute", script: "sleep 1000" });
  await untilStatus(platform, job, "running");
  const { data } = await mcp.ok("job_compare", { jobs: ["mute"], metric: "loss" });
  expect(data.without_metric).toMatchObject([{ why: expect.stringContaining("nothing printed yet") }]);
});

base("job_compare hides secrets in lines, names and commands", async ({ platform }) => {
  const secret = "ghp_0123456789abcdefghijABCDEFGHIJ456789";
  const options = {
    name: "leaky",
    script: `echo "loss=0.5 token=${secret} ${secret}=0.7"`,
    env: { DB_PASSWORD: "hunter2x" },
  };
  await untilEnded(platform, await startJob(platform, options));
  const agent = await connectAgent(platform, { ...openPolicy, mode: "read-only" });
  const { text, data } = await agent.ok("job_compare", { jobs: ["leaky"], metric: "loss" });
  expect(data.jobs[0]).toMatchObject({ value: "0.5", line: expect.stringContaining("loss=0.5") });
  expect(text + JSON.stringify(data)).not.toMatch(/ghp_|hunter2x/);
  await agent.client.close();
});

base("job_compare tells the end of a long log from all of it", async ({ mcp, platform }) => {
  await long(platform);
  const { text, data } = await mcp.ok("job_compare", { jobs: ["long"], metric: "loss" });
  expect(data.jobs[0]).toMatchObject({ value: "2.5", whole_log: false });
  expect(text).toContain("of long logs only the end was read");
  expect(text).toContain('From whole logs: job_compare {"jobs":["long"],"metric":"loss","history":true}');
  const whole = await mcp.ok("job_compare", { jobs: ["long"], metric: "loss", history: true });
  expect(whole.data.jobs[0]).toMatchObject({ value: "0.1", last: "9.5" });
  expect(whole.data.jobs[0]).not.toHaveProperty("whole_log");
  expect(whole.data.jobs[0].history.length).toBeLessThanOrEqual(50);
  expect(whole.text).not.toContain("From whole logs");
});

/** The best value is before the end that is read. */
async function long(platform: Platform): Promise<void> {
  const script = "echo loss=0.1; seq 6000; echo loss=2.5; echo loss=9.5";
  const job = await startJob(platform, { name: "long", script });
  await untilPrinted(platform, job, "loss=9.5");
  await untilEnded(platform, job);
}
