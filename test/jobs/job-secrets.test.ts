import { describe, expect, test } from "vitest";
import { jobSecrets } from "../../src/jobs/job-secrets.ts";

const secretsOf = (env: Record<string, string>) =>
  jobSecrets({
    container: {
      ...{ image: { name: "a" }, resources: { memory: 1, cpu: 1, shm: false }, tty: false, env },
      ...{ volumes: [], secret_env: {}, secret_files: [], disk_volumes: [] },
    },
  });

describe("the secrets of a job", () => {
  test("are the values of variables that sound like secrets", () => {
    const env = { DB_PASSWORD: "correct horse", API_KEY: "abc-def-123", LR: "0.1", NAME: "train" };
    expect(secretsOf(env)).toEqual(["correct horse", "abc-def-123"]);
  });

  test("are not states, placeholders and references", () => {
    expect(secretsOf({ PASSWORD: "true", API_KEY: "$KEY", SECRET_TOKEN: "secret:hf" })).toEqual([]);
  });
});
