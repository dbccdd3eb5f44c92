import { describe, expect, test } from "vitest";
import type { JobDescription, Preset } from "../../../src/client/index.ts";
import { type Again, rerunDoubts } from "../../../src/jobs/reasons/rerun-doubts.ts";
import { doubtText } from "../../../src/tools/rerun/reply.ts";
import { type JobChanges, pendingJob, sampleJob } from "../sample-job.ts";

const GIB = 2 ** 30;

function presetOf(name: string, memoryGib: number, gpus = 0): Preset {
  const gpu = gpus === 0 ? {} : { nvidia_gpu: { count: gpus } };
  return {
    name,
    credits_per_hour: "1",
    cpu: 4,
    memory: memoryGib * GIB,
    scheduler_enabled: false,
    ...gpu,
  } as Preset;
}

const same: Again = {
  preset: presetOf("gpu-small", 16, 1),
  hasNewImage: false,
  hasNewProgram: false,
};
const presets = [presetOf("gpu-small", 16, 1), presetOf("gpu-large", 64, 1)];
const doubtsAbout = (source: JobDescription, again: Again) =>
  rerunDoubts(source, again).map((doubt) => doubtText(doubt, source, presets));
const failed = (history: JobChanges["history"], changes: JobChanges = {}) =>
  sampleJob({ status: "failed", ...changes, history: { ...history } });

describe("rerunDoubts", () => {
  test.each([
    [
      "an image that could not be pulled",
      pendingJob("ErrImagePull"),
      /^image: .*train:v1 could not be pulled/,
    ],
    ["an image given up", failed({ reason: "Collected" }), /^image: .*give image/],
    [
      "no more memory",
      failed({ reason: "OOMKilled", exit_code: 137 }),
      /^preset: .*ran out of memory at 16 GiB, and gpu-small has the same\. .*gpu-large/,
    ],
    ["a SIGKILL", failed({ reason: "Error", exit_code: 137 }), /probably for lack of memory/],
    ["a command that is not there", failed({ reason: "Error", exit_code: 127 }), /^command: /],
    ["a container that cannot run", failed({ reason: "ContainerCannotRun" }), /^command: /],
    ["a job too large for the cluster", failed({ reason: "Job cannot be scheduled" }), /^preset: no node/],
    ["missing secrets", failed({ reason: "Missing secrets: 'hf'" }), /'hf'.*exist now/],
  ])("names %s", (_what, source, doubt) => {
    expect(doubtsAbout(source, same)).toEqual([expect.stringMatching(doubt)]);
  });

  test("names a life span that is no longer than the one that ended it", () => {
    const source = failed({ reason: "LifeSpanEnded" }, { life_span: 3600 });
    expect(doubtsAbout(source, { ...same, lifeSpanSeconds: 3600 })).toEqual([expect.stringContaining("1h")]);
    expect(doubtsAbout(source, { ...same, lifeSpanSeconds: 7200 })).toEqual([]);
    expect(doubtsAbout(source, same)).toEqual([]);
  });

  test("names less memory and fewer GPUs than before", () => {
    const source = failed({ reason: "OOMKilled", exit_code: 137 });
    expect(doubtsAbout(source, { ...same, preset: presetOf("cpu", 8) })).toEqual([
      expect.stringMatching(/and cpu has only 8 GiB/),
      "preset: that job had 1 GPU, and cpu has none.",
    ]);
  });

  test.each([
    ["a SIGKILL that this server sent", failed({ reason: "Error", exit_code: 137 }), { isSignalled: true }],
    ["a new image", failed({ reason: "ErrImagePull" }), { hasNewImage: true, hasNewProgram: true }],
    ["a new command", failed({ reason: "Error", exit_code: 127 }), { hasNewProgram: true }],
    ["more memory", failed({ reason: "OOMKilled" }), { preset: presetOf("gpu-large", 64, 1) }],
    [
      "a job that somebody ended",
      sampleJob({ status: "cancelled", history: { reason: "UserRequested", exit_code: 137 } }),
      {},
    ],
    ["an error of the program", failed({ reason: "Error", exit_code: 1 }), {}],
    ["a running job", sampleJob(), {}],
  ] as const)("has nothing against %s", (_what, source, changes) => {
    expect(doubtsAbout(source, { ...same, ...changes })).toEqual([]);
  });
});
