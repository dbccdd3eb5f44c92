import { describe, expect, test } from "vitest";
import { type Changes, rerunItem } from "../../../src/operations/start/again.ts";
import { changesOf, notKeptOf } from "../../../src/operations/start/changes.ts";
import { type JobChanges, sampleJob } from "../../jobs/sample-job.ts";

function compared(changed: JobChanges, asked: Changes) {
  const job = sampleJob(changed);
  const item = rerunItem(job, asked, { requestId: "r-1", presets: [] });
  return { changes: changesOf(job, item, asked), notKept: notKeptOf(job, item) };
}

describe("what is different about a rerun", () => {
  const job: JobChanges = {
    ...{ schedule_timeout: 600, life_span: 3600, restart_policy: "always", priority: "high", tags: ["lr"] },
    status: "failed",
  };

  test("is nothing where nothing was asked for, or the same", () => {
    const same = { name: "train-7b", image: "ghcr.io/acme/train:v1", preset: "gpu-small", tags: ["lr"] };
    const more = {
      life_span: "1h",
      restart_policy: "always",
      priority: "high",
      schedule_timeout: "10m",
    } as const;

    expect(compared(job, {})).toEqual({ changes: [], notKept: [] });
    expect(compared(job, { ...same, ...more }).changes).toEqual([]);
  });

  test("is all that was asked for, in order", () => {
    const asked: Changes = {
      ...{ name: "b", to: { project: "nlp" }, image: "ubuntu", preset: "cpu", restart_policy: "never" },
      ...{ priority: "low", schedule_timeout: "1h", tags: ["lr", "x"], volumes: ["storage:a:/a:ro"] },
      ...{ env: { A: "1" }, secret_env: { T: "secret:t" }, command: "ls", life_span: "2h" },
    };

    expect(compared(job, asked).changes).toEqual([
      { what: "name", before: "train-7b", after: "b" },
      { what: "project", before: "vision", after: "nlp" },
      { what: "image", before: "ghcr.io/acme/train:v1", after: "ubuntu" },
      { what: "preset", before: "gpu-small", after: "cpu" },
      { what: "restart_policy", before: "always", after: "never" },
      { what: "priority", before: "high", after: "low" },
      { what: "schedule_timeout", before: "10m", after: "1h" },
      { what: "command" },
      { what: "life_span" },
      { what: "tags", names: ["x"] },
      { what: "volumes", names: ["/a"] },
      { what: "env", names: ["A"] },
      { what: "secret_env", names: ["T"] },
    ]);
  });

  test("is the default, too, where that was asked for", () => {
    expect(compared(job, { priority: "normal" }).changes).toEqual([
      { what: "priority", before: "high", after: "normal" },
    ]);
  });

  test("is a limit of waiting where there was none", () => {
    expect(compared({ status: "failed" }, { schedule_timeout: "1h" }).changes).toEqual([
      { what: "schedule_timeout", before: undefined, after: "1h" },
    ]);
  });

  test.for<[Changes["to"], string, string]>([
    [{ cluster: "west" }, "default/acme/vision", "west/acme/vision"],
    [{ org: "research", project: "lab" }, "acme/vision", "research/lab"],
    [{ project: "nlp" }, "vision", "nlp"],
  ])("is told of its place as shortly as it can be: %j", ([to, before, after]) => {
    expect(compared(job, { to }).changes).toEqual([{ what: "project", before, after }]);
  });
});

describe("what a rerun cannot keep", () => {
  test("is the name while the job has it", () => {
    expect(compared({ status: "running" }, {}).notKept).toEqual([{ what: "name", before: "train-7b" }]);
    expect(compared({ status: "running" }, { name: "b" }).notKept).toEqual([]);
    expect(compared({ status: "running", name: undefined }, {}).notKept).toEqual([]);
  });

  test("is what the new preset rules out", () => {
    const job = { status: "failed", schedule_timeout: 5400 } as const;

    expect(compared({ ...job, scheduler_enabled: true }, {}).notKept).toEqual([
      { what: "schedule_timeout", before: "1h 30m" },
    ]);
    expect(compared({ status: "failed", energy_schedule_name: "green" }, {}).notKept).toEqual([
      { what: "energy_schedule", before: "green" },
    ]);
    expect(compared({ status: "failed", energy_schedule_name: "default" }, {}).notKept).toEqual([]);
    expect(
      compared({ status: "failed", scheduler_enabled: true, energy_schedule_name: "green" }, {}).notKept,
    ).toEqual([]);
  });

  test("is resources of its own", () => {
    const job = { status: "failed", preset_name: undefined } as const;

    expect(compared(job, { preset: "cpu" }).notKept).toEqual([
      { what: "resources", before: { cpu: 4, memory: 17_179_869_184 }, preset: "cpu" },
    ]);
  });
});
