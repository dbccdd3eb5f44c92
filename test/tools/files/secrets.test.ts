import { generateKeyPairSync } from "node:crypto";
import { describe } from "vitest";
import type { JobDescription } from "../../../src/client/index.ts";
import { test as base, expect } from "../../support/fixtures.ts";
import { startJob, untilStatus } from "../../support/run-job.ts";
import { SLEEP } from "../../support/sleepers.ts";

const KEY = generateKeyPairSync("rsa", {
  modulusLength: 4096,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
}).privateKey;
const BODY = KEY.split("\n").slice(1, -2);
const TOKEN = "hf_abcdefghijklmnopqrstuvwxyzABCDEFGH";

const test = base.extend<{ job: JobDescription }>({
  job: async ({ platform }, use) => {
    const job = await startJob(platform, { name: "train", script: SLEEP });
    await use(await untilStatus(platform, job, "running"));
  },
});

describe("job_files", () => {
  test("shows no line of a private key, wherever a range begins in it", async ({ mcp, job }) => {
    const content = `before\n${KEY}after\n`;
    const at = { job: job.id, path: "key.pem" };
    await mcp.ok("job_files", { ...at, content });
    for (const [offset, length] of [
      [0, 12_000],
      [content.length / 2, 100],
      [content.length / 2 + 13, 1],
      [-400, 300],
      [40, 7],
    ] as const) {
      const { text, data } = await mcp.ok("job_files", { ...at, offset: Math.trunc(offset), length });
      for (const line of BODY) expect(text + JSON.stringify(data), `${offset}`).not.toContain(line);
      expect(text).toContain("[redacted]");
    }
  });

  test("gives no bytes of text that holds a secret, also behind some that are no text", async ({
    mcp,
    job,
  }) => {
    const binary = Buffer.concat([Buffer.alloc(3000, 1), Buffer.from(`\n${KEY}`)]).toString("base64");
    await mcp.ok("job_files", { job: job.id, path: "key.pem", content: KEY });
    await mcp.ok("job_files", { job: job.id, path: "mixed", content: binary, base64: true });
    for (const [path, offset] of [
      ["key.pem", 0],
      ["key.pem", 900],
      ["mixed", 0],
      ["mixed", 4000],
    ]) {
      const text = await mcp.refusal("job_files", { job: job.id, path, offset, base64: true });
      expect(text).toMatch(/what looks like a secret/);
    }
  });

  test("hides a token in a line that is too long to be shown whole, and no other line", async ({
    mcp,
    job,
  }) => {
    const content = `${"x ".repeat(3000)}${TOKEN} ${"y ".repeat(20_000)}\n`;
    const at = { job: job.id, path: "long.json" };
    await mcp.ok("job_files", { ...at, content });
    for (const offset of [5990, 6005, 6010, 6020]) {
      const { text } = await mcp.ok("job_files", { ...at, offset, length: 12 });
      expect(text).toContain("[redacted]");
      expect(text).not.toMatch(/hf_|abcdef|XYZ|ABC/i);
    }
    const far = await mcp.ok("job_files", { ...at, offset: 30_000, length: 10 });
    expect(far.data.text).toMatch(/^[y ]{10}$/);
  });
});
