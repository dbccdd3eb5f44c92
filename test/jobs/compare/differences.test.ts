import { describe, expect, test } from "vitest";
import { parseJob } from "../../../src/client/records/to-job.ts";
import { differencesOf } from "../../../src/jobs/compare/differences.ts";
import { makeRedactor } from "../../../src/jobs/redact/index.ts";
import { wireJob } from "../../support/jobs.ts";

const AT = { base: { cluster: "default", org: "acme", project: "vision" }, clusters: [], images: new Map() };

function job(id: string, command: string, { env = {}, image = "trainer:v1", preset = "a100" } = {}) {
  const wire = wireJob({ id, preset_name: preset });
  return parseJob(
    { ...wire, container: { ...(wire.container as object), image, command, env } }, // an object by its maker
    AT,
  );
}

function told(jobs: ReturnType<typeof job>[]) {
  const { same, own } = differencesOf(jobs, makeRedactor());
  return {
    same: same.map(({ text }) => text).join(" · "),
    own: jobs.map(({ id }) =>
      own
        .get(id)
        ?.map(({ text }) => text)
        .join(" "),
    ),
  };
}

describe("what differs between jobs", () => {
  test("is found in flags and values however they are written; the rest is said once", () => {
    const jobs = [
      job("a", "python train.py --lr 0.1 --epochs 20 model.depth=3 -v"),
      job("b", "sh -c 'python train.py --lr 0.01 --epochs 20 model.depth=4'", { preset: "h100" }),
      job("c", "python train.py --lr=0.1 --epochs 20 model.depth=3 --batch 64", { image: "trainer:v2" }),
    ];
    expect(told(jobs)).toEqual({
      same: "python · train.py · --epochs 20",
      own: [
        "--lr 0.1 model.depth=3 -v preset a100 image trainer:v1 no --batch",
        "--lr 0.01 model.depth=4 no -v preset h100 image trainer:v1 no --batch",
        "--lr=0.1 model.depth=3 no -v preset a100 image trainer:v2 --batch 64",
      ],
    });
  });

  test("does not hang on spelling alone, on a repeated flag, or on a quote that is open", () => {
    expect(told([job("a", "run --lr 1"), job("b", "run --lr=1")]).own).toEqual(["", ""]);
    expect(told([job("a", "run -x 1 -x 2"), job("b", "run -x 1 -x 3")]).own).toEqual(["-x 2", "-x 3"]);
    expect(told([job("a", "run 'a"), job("b", "run 'b")]).own).toEqual(["run 'a", "run 'b"]);
    expect(told([job("a", "run --shift -3"), job("b", "run --shift -4")]).own).toEqual([
      "--shift -3",
      "--shift -4",
    ]);
  });

  test("shows a variable where it is a parameter, and hides every other value", () => {
    const jobs = [
      job("a", "run", {
        env: { LR: "0.1", MODEL: "resnet50", DB_PASSWORD: "hunter2x", SITE: "a b", SEED: "1" },
      }),
      job("b", "run", { env: { LR: "0.2", MODEL: "vit", DB_PASSWORD: "hunter3x", SITE: "c d", SEED: "1" } }),
    ];
    const { same, own } = told(jobs);
    expect(same).toContain("env SEED=1");
    const hidden = "env DB_PASSWORD=[redacted] env SITE=[redacted]";
    expect(own).toEqual([`env LR=0.1 env MODEL=resnet50 ${hidden}`, `env LR=0.2 env MODEL=vit ${hidden}`]);
    expect(`${same}${own}`).not.toMatch(/hunter|a b|c d/);
  });

  test("hides secrets of commands", () => {
    const { own } = told([
      job("a", "run --token ghp_0123456789abcdefghijABCDEFGHIJ456789 --n 1"),
      job("b", "run --n 2"),
    ]);
    expect(own[0]).not.toContain("ghp_");
  });
});
