import { describe, expect, test } from "vitest";
import { jobDescription } from "../../../src/client/index.ts";
import { makeRedactor } from "../../../src/jobs/redact/index.ts";
import { redactJob } from "../../../src/jobs/redact/job.ts";
import { sampleJob } from "../sample-job.ts";

const TOKEN = "hf_abcdefghijklmnopqrstuvwxyzABCDEFGH";

describe("redactJob", () => {
  const redacted = redactJob(
    sampleJob({
      description: `run with ${TOKEN}`,
      tags: ["lr-sweep"],
      history: {
        description: `401 for ${TOKEN}`,
        transitions: [{ status: "failed", transition_time: "2026-11-22T10:00:00+00:00", description: TOKEN }],
      },
      container: { command: `python train.py --token ${TOKEN}`, env: { EPOCHS: "3", API_KEY: "opensesame" } },
    }),
    makeRedactor(["opensesame"]),
  );

  test("shows no secret and no value of the environment", () => {
    const text = JSON.stringify(redacted);
    expect(text).not.toContain(TOKEN);
    expect(text).not.toContain("opensesame");
    expect(redacted.container.env).toEqual({ EPOCHS: "[redacted]", API_KEY: "[redacted]" });
  });

  test("leaves the rest, in the documented shape", () => {
    expect(jobDescription.parse(redacted)).toEqual(redacted);
    expect(redacted).toMatchObject({
      id: sampleJob().id,
      tags: ["lr-sweep"],
      namespace: "platform--acme--vision",
    });
    expect(redacted.container.command).toMatch(/^python train\.py --token /);
  });
});
