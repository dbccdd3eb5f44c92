import { describe } from "vitest";
import type { JobDescription, Platform } from "../../../src/client/index.ts";
import { untilEnded } from "../../support/run-job.ts";
import { listAll, SLEEP } from "../../support/sleepers.ts";
import { conversations, expect } from "./talk.ts";

const test = conversations();
const IMAGE = "python:3.12";
const VALUE = "zq81hsk2hf9a0d8";

async function named(platform: Platform, name: string): Promise<JobDescription[]> {
  return (await listAll(platform)).filter((job) => job.name?.startsWith(name));
}

async function addSecret(emulator: { url: string; token: string }, key: string): Promise<void> {
  const answer = await fetch(new URL("/default/secrets", emulator.url), {
    method: "POST",
    headers: { authorization: `Bearer ${emulator.token}`, "content-type": "application/json" },
    body: JSON.stringify({
      ...{ key, value: Buffer.from(VALUE).toString("base64") },
      ...{ org_name: "acme", project_name: "vision" },
    }),
  });
  expect(answer.status).toBe(201);
}

// One scene for all: what one starts, the next one sees.
describe("wishes for a new job", { shuffle: false }, () => {
  test("Start it once, whatever the network does", async ({ talk, platform, emulator }) => {
    emulator.chaos.add({
      on: { method: "POST", path: "/api/v1/jobs", times: 1 },
      do: { kind: "lose_answer" },
    });
    const args = { image: IMAGE, name: "only-once", command: SLEEP };
    const agent = await talk({ calls: 2, bytes: 900 });
    const first = await agent.ask("job_start", args);
    const again = await agent.ask("job_start", {
      ...args,
      request_id: first.data?.request_id ?? /"request_id": ?"([^"]+)"/.exec(first.text)?.[1],
    });
    const [job, ...more] = await named(platform, "only-once");
    expect(more).toEqual([]);
    expect(again.data.jobs[0].id).toBe(job?.id);
    await platform.jobs.kill(job?.id ?? "");
  });

  test("Try these learning rates and tell me the best", async ({ talk, platform }) => {
    const agent = await talk({ calls: 3, bytes: 2400 });
    const { data: sweep } = await agent.ok("job_start", {
      ...{ image: IMAGE, name: "lr-try", matrix: { lr: ["0.3", "0.1", "0.01"] }, wait_seconds: 30 },
      command: 'case {lr} in 0.1) loss=0.21;; *) loss=0.74;; esac; echo "val_loss=$loss"',
    });
    await agent.ok("job_wait", { jobs: sweep.jobs.map(({ id }: { id: string }) => id) });
    const { data } = await agent.ok("job_logs", { tags: [sweep.tag], grep: "val_loss", lines: 1 });
    const losses = data.logs.map(({ id, log }: { id: string; log: string }) => ({
      id,
      loss: Number(/[\d.]+/.exec(log)?.[0]),
    }));
    const [best] = losses.sort((a: { loss: number }, b: { loss: number }) => a.loss - b.loss);
    const winner = await untilEnded(platform, best);
    expect(winner.container.command).toContain("case 0.1 in");
    expect(await named(platform, "lr-try")).toHaveLength(3);
  });

  test("Give it my token without showing it", async ({ talk, platform, emulator }) => {
    await addSecret(emulator, "hf-token");
    const agent = await talk({ calls: 2, bytes: 1100 });
    const job = { image: IMAGE, name: "with-token", command: 'printf %s "$HF_TOKEN" | wc -c' };
    const refusal = await agent.ask("job_start", { ...job, env: { HF_TOKEN: `hf_${"a1B2".repeat(9)}` } });
    const [, secretEnv = "{}"] = /\{"secret_env":(\{[^}]*\})\}/.exec(refusal.text) ?? [];
    const { text, data } = await agent.ok("job_start", {
      ...{ ...job, secret_env: JSON.parse(secretEnv), wait_seconds: 20 },
    });
    const { id } = await untilEnded(platform, data.jobs[0]);
    const { lines } = await platform.jobs.tail(id);
    expect(lines.map((line) => line.text.trim())).toEqual([String(VALUE.length)]);
    expect(text + JSON.stringify(data)).not.toContain(VALUE);
    expect(await named(platform, "with-token")).toHaveLength(1);
  });

  test("Run it nightly", async ({ talk, platform }) => {
    const agent = await talk({ calls: 1, bytes: 700 });
    const { text, isError } = await agent.ask("job_start", {
      ...{ image: IMAGE, name: "nightly", command: "true", schedule: "0 2 * * *" },
    });
    expect(isError).toBe(true);
    expect(text).toMatch(/\bcron\b/);
    expect(text).not.toContain("did you mean");
    expect(await named(platform, "nightly")).toEqual([]);
  });
});

test("together", ({ ledger }) => {
  expect(ledger.total.calls).toBeLessThanOrEqual(8);
  expect(ledger.total.bytes).toBeLessThanOrEqual(4000);
});
