import { describe, expect, test } from "vitest";
import { jobDescription } from "../../../src/client/index.ts";
import { makeRedactor } from "../../../src/jobs/redact/index.ts";
import { jobSecrets, redactJob } from "../../../src/jobs/redact/job.ts";
import { sampleJob } from "../sample-job.ts";

const TOKEN = "hf_abcdefghijklmnopqrstuvwxyzABCDEFGH";

describe("redactJob", () => {
  const at = "2026-11-22T10:00:00+00:00";
  const job = sampleJob({
    description: `run with ${TOKEN}`,
    tags: ["lr-sweep", TOKEN],
    history: {
      reason: TOKEN,
      description: `401 for ${TOKEN}`,
      transitions: [{ status: "failed", transition_time: at, reason: TOKEN, description: TOKEN }],
    },
    container: {
      entrypoint: `sh ${TOKEN}`,
      command: `python train.py --token ${TOKEN}`,
      working_dir: `/x?token=${TOKEN}`,
      env: { EPOCHS: "3", API_KEY: "opensesame" },
    },
  });
  // In each test: what it threw while tests are collected would fail none.
  const redactedJob = () => redactJob(job, makeRedactor(["opensesame"]));

  test("shows no secret and no value of the environment", () => {
    const redacted = redactedJob();
    const text = JSON.stringify(redacted);
    expect(text).not.toContain(TOKEN);
    expect(text).not.toContain("opensesame");
    expect(redacted.container.env).toEqual({ EPOCHS: "[redacted]", API_KEY: "[redacted]" });
  });

  test("leaves the rest, in the documented shape", () => {
    const redacted = redactedJob();
    expect(jobDescription.parse(redacted)).toEqual(redacted);
    expect(redacted).toMatchObject({
      id: sampleJob().id,
      tags: ["lr-sweep", "[redacted]"],
      namespace: "platform--acme--vision",
    });
    expect(redacted.container.command).toMatch(/^python train\.py --token /);
  });
});

test("redactJob hides what the platform says of a job, and keeps what is needed to act on it", () => {
  const own = "platform--acme--vision";
  const url = "https://bob:Hunt3rTwoX9@example.org/x";
  const job = sampleJob({
    ...{ http_url: url, internal_hostname: own, preset_name: own, energy_schedule_name: url },
    history: { reason: `exec ${own}: no such file` },
    container: {
      image: { name: url },
      env: { DB_PASSWORD: own, [`X_${own}`]: "1" },
      secret_env: { [`Y_${own}`]: "secret://default/acme/vision/key" },
      volumes: [{ storage_uri: url, container_path: `/${own}`, read_only: true }],
      http: { port: 80, requires_auth: true, health_check_path: `/?token=${own}` },
    },
  });
  const { namespace, ...shown } = redactJob(job);
  expect(namespace).toBe(own);
  expect(JSON.stringify(shown)).not.toContain(own);
  expect(JSON.stringify(shown)).not.toContain("Hunt3r");
  const { id, name, owner, uri, status } = job;
  expect(shown).toMatchObject({
    id,
    name,
    owner,
    uri,
    status,
    history: { reason: "exec [redacted]: no such file" },
  });
  expect(shown.container.secret_env).toEqual({ "Y_[redacted]": "secret://default/acme/vision/key" });
});

test.for([
  ["a name", "https://job-1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d.jobs.default.org.neu.ro"],
  ["a mount", "storage://default/acme/vision/checkpoints/run-17"],
  ["a disk", "disk://default/acme/vision/disk-7f9c1a2b-1234-4cde-8a9b-0123456789ab"],
  ["a digest", `ghcr.io/org/train@sha256:${"0123456789abcdef".repeat(4)}`],
] as const)("redactJob leaves %s", ([, text]) => {
  const job = sampleJob({ http_url: text, container: { image: { name: text } } });
  expect(redactJob(job)).toEqual(job);
});

const secretsOf = (env: Record<string, string>) => jobSecrets({ container: { env } });

describe("the secrets of a job", () => {
  test.for([
    ["DB_PASSWORD", "correct horse"],
    ["API_KEY", "abc-def-123"],
    ["MY_TOKEN", "zq81hsk2hf9a0d8"],
    ["PW", "hunter22"],
  ] as const)("are the value of %s", ([name, value]) => {
    expect(secretsOf({ [name]: value, LR: "0.1", NAME: "train" })).toEqual([value]);
  });

  test.for([
    ["DB_PASSWORD", "postgres"],
    ["MAX_TOKENS", "131072"],
    ["LR", "a1b2c3d4e5f6a7b8"],
  ] as const)("are not what stands in any log, as %s=%s", ([name, value]) => {
    expect(secretsOf({ [name]: value })).toEqual([]);
  });

  test("are a passed login as it is printed: whole, its JSON, and each token within", () => {
    const json = '{"token": "tok-1", "refresh-token" :"tok-2", "url": "https://x.example", "mytoken":""}';
    const value = Buffer.from(json).toString("base64");

    expect(secretsOf({ NEURO_PASSED_CONFIG: value })).toEqual([value, json, "tok-1", "tok-2"]);
    expect(secretsOf({ MY_API_KEY: value })).toEqual([value]);
  });

  test("are not states, placeholders and references", () => {
    expect(secretsOf({ PASSWORD: "true", API_KEY: "$KEY", SECRET_TOKEN: "secret:hf" })).toEqual([]);
  });
});
