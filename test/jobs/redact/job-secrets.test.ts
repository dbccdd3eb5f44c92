import { describe, expect, test } from "vitest";
import { jobSecrets } from "../../../src/jobs/redact/job-secrets.ts";

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

  test("are not states, placeholders and references", () => {
    expect(secretsOf({ PASSWORD: "true", API_KEY: "$KEY", SECRET_TOKEN: "secret:hf" })).toEqual([]);
  });
});
