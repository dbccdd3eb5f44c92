import { describe } from "vitest";
import { isUnmistakable } from "../../src/jobs/redact/job.ts";
import { makeScrub } from "../../src/server/scrub.ts";
import { test as base, expect, openPolicy } from "../support/fixtures.ts";

/** Values of the server's own environment that are the names of other things too. */
const NAMES = [
  ...[
    "postgres",
    "resnet50",
    "redis-cache",
    "vision",
    "default",
    "postgres-dump",
    "alice",
    "cpu-small",
    "train-2026-11",
  ],
  ...["/home/alice/keys/gcp.json", "storage://default/acme/vision/data", "true", "12345678", "ubuntu:latest"],
];

const test = base.extend({ policy: { ...openPolicy, secrets: NAMES } });

test("leaves names, places and URIs that a secret of the environment happens to be", async ({ mcp }) => {
  const name = "postgres-dump";
  const command = "sh -c 'echo postgres reads /home/alice/keys/gcp.json as resnet50; exit 1'";
  await mcp.ok("job_start", {
    image: "ubuntu",
    name,
    command,
    tags: ["redis-cache"],
    description: "of postgres",
  });
  await mcp.ok("job_wait", { jobs: [name], wait_seconds: 30 });
  const calls = [
    ["job_list", { name }],
    ["job_status", { jobs: [name] }],
    ["job_logs", { jobs: [name] }],
    ["job_rerun", { job: name, dry_run: true }],
    ["apolo_context", {}],
  ] as const;
  for (const [tool, args] of calls) {
    const { text, data } = await mcp.ok(tool, args);
    const whole = text + JSON.stringify(data);
    if (tool !== "apolo_context") expect(whole, tool).toContain(name);
    expect(whole, tool).not.toMatch(/\[hidden\]|\[redacted\]/);
  }
  expect((await mcp.ok("job_logs", { jobs: [name] })).text).toContain(
    "postgres reads /home/alice/keys/gcp.json",
  );
  const ref = { type: "ref/resource" as const, uri: "job://{cluster}/{org}/{project}/{job}" };
  const { completion } = await mcp.client.complete({ ref, argument: { name: "job", value: "post" } });
  expect(completion.values).toEqual([name]);
});

describe("the last line of defence", { tags: "secrets" }, () => {
  const SECRETS = [
    "hf_abcdefghijklmnopqrstuvwxyz",
    "Tr0ub4dor-3",
    "0123456789abcdef0123456789abcdef",
    "correct horse battery staple",
    "correct-horse-battery-staple",
    'p@ss"word/1!Xy',
  ];

  test("hides what is a secret by its look", () => {
    const scrub = makeScrub(SECRETS.filter(isUnmistakable), () => []);
    expect(SECRETS.filter((secret) => scrub(`job ${secret}: not found`).includes(secret))).toEqual([]);
  });

  test("hides the login's tokens, whatever they look like, as they are now", () => {
    const tokens = ["opaque-token-of-alice"];
    const scrub = makeScrub([], () => tokens);
    expect(scrub("with opaque-token-of-alice")).toBe("with [hidden]");
    tokens[0] = "another-token-of-alice";
    expect(scrub("with another-token-of-alice")).toBe("with [hidden]");
  });

  test("leaves ids and what a secret is only a part of", () => {
    const id = "0b5f1c3e-9f2d-4a57-8c1b-3d2e4f5a6b7c";
    const scrub = makeScrub([id, "correct-horse-battery-staple"], () => []);
    expect(scrub(`job-${id} of correct-horse-battery-staple-2`)).toBe(
      `job-${id} of correct-horse-battery-staple-2`,
    );
  });
});
