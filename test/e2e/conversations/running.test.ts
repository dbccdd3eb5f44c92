import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import { describe } from "vitest";
import type { JobDescription, Platform } from "../../../src/client/index.ts";
import { patient } from "../../support/patient.ts";
import { startJob, untilEnded, untilPrinted, untilStatus } from "../../support/run-job.ts";
import { SLEEP } from "../../support/sleepers.ts";
import { conversations, expect } from "./talk.ts";

const test = conversations();
const HOUR_SECONDS = 3600;
const LISTENING = "port ";

type Starting = Parameters<typeof startJob>[1];

async function printing(platform: Platform, text: string, options: Starting): Promise<JobDescription> {
  const job = await startJob(platform, options);
  await untilPrinted(platform, job, text);
  return job;
}

/** Below those that the system gives to whoever asks for any: until the job takes it nobody does. */
async function freePort(): Promise<number> {
  const port = randomInt(20_000, 30_000);
  const server = createServer().listen(port, "127.0.0.1");
  const isFree = await once(server, "listening").then(
    () => true,
    () => false,
  );
  await new Promise((resolve) => server.close(resolve));
  return isFree ? port : freePort();
}

/** A page on a port of its own, which it prints. */
function pageScript(page: string): string {
  return `node -e 'const s = require("http").createServer((q, a) => a.end("${page}")).listen(0, "127.0.0.1", () => console.log("${LISTENING}" + s.address().port))'`;
}

// One scene for all: what one starts, the next one sees.
describe("wishes for a job that runs", { shuffle: false }, () => {
  test("Give what ends tonight six more hours", async ({ talk, platform }) => {
    const lifeSpans = { "train-a": 2, "train-b": 3, "train-c": 72 };
    const jobs = await Promise.all(
      Object.entries(lifeSpans).map(async ([name, hours]) =>
        untilStatus(
          platform,
          await startJob(platform, { name, script: SLEEP, lifeSpanSeconds: hours * HOUR_SECONDS }),
          "running",
        ),
      ),
    );
    const agent = await talk({ calls: 2, bytes: 1200 });
    const { data: list } = await agent.ok("job_list", { owner: "me", status: ["active"] });
    const midnight = Date.now() + 12 * HOUR_SECONDS * 1000;
    const ending = list.jobs.filter(({ ends_at: at }: { ends_at: string }) => Date.parse(at) < midnight);
    await agent.ok("job_extend", { jobs: ending.map(({ id }: { id: string }) => id), by: "6h" });
    const now = await Promise.all(jobs.map(({ id }) => platform.jobs.status(id)));
    expect(now.map(({ life_span: seconds = 0 }) => seconds / HOUR_SECONDS)).toEqual([8, 9, 72]);
    await Promise.all(jobs.map(({ id }) => platform.jobs.kill(id)));
  });

  test("Stop it nicely, it must write its checkpoint", async ({ talk, platform, emulator, skip }) => {
    skip(!emulator.isolated, "without a sandbox nothing but KILL is sent");
    const script =
      'trap "echo saved checkpoint 7; exit 0" TERM; echo training; while true; do sleep 0.1; done';
    const job = await printing(platform, "training", { name: "train-nice", script });
    const agent = await talk({ calls: 1, bytes: 500 });
    await agent.ok("job_signal", { job: "train-nice", signal: "TERM", wait_seconds: 20 });
    expect((await platform.jobs.status(job.id)).status).toBe("succeeded");
    const { lines } = await platform.jobs.tail(job.id);
    expect(lines.at(-1)?.text).toBe("saved checkpoint 7");
  });

  test("Tell me when epoch 3 is there", async ({ talk, platform }) => {
    const script = `for i in 1 2 3 4; do sleep 0.2; echo epoch $i of 4; done; ${SLEEP}`;
    const job = await startJob(platform, { name: "train-epochs", script });
    const agent = await talk({ calls: 1, bytes: 600 });
    const { data } = await agent.ok("job_wait", {
      ...{ jobs: ["train-epochs"], until: "log", pattern: "epoch 3", wait_seconds: 20 },
    });
    expect(JSON.stringify(data)).toContain("epoch 3 of 4");
    expect((await platform.jobs.status(job.id)).status).toBe("running");
    await platform.jobs.kill(job.id);
  });

  test("Run nvidia-smi in it", async ({ talk, platform }) => {
    const script = `cd "$(mktemp -d)"; printf '#!/bin/sh\\necho 1 GPU, 41 C\\n' > nvidia-smi; chmod +x nvidia-smi; pwd; ${SLEEP}`;
    const job = await printing(platform, "/", { name: "with-gpu", script });
    const folder = (await platform.jobs.tail(job.id)).lines[0]?.text ?? "";
    const agent = await talk({ calls: 2, bytes: 800 });
    const missing = await agent.ask("job_exec", { job: "with-gpu", argv: ["nvidia-smi"] });
    expect(missing.data).toMatchObject({ exit_code: expect.any(Number) });
    const { data } = await agent.ok("job_exec", { job: "with-gpu", command: `${folder}/nvidia-smi` });
    expect(data).toMatchObject({ id: job.id, exit_code: 0, stdout: "1 GPU, 41 C\n" });
    await platform.jobs.kill(job.id);
  });

  test("Get me the file it wrote", async ({ talk, platform }) => {
    const script = `cd "$(mktemp -d)"; printf 'model\\000\\001\\002\\377' > model.bin; pwd; ${SLEEP}`;
    const job = await printing(platform, "/", { name: "with-file", script });
    const agent = await talk({ calls: 3, bytes: 1100 }, patient(platform));
    const { data: log } = await agent.ok("job_logs", { jobs: ["with-file"] });
    await agent.ok("job_exec", { job: "with-file", command: `cat ${log.logs[0].log}/model.bin` });
    const { data } = await agent.next("job_exec");
    expect(Buffer.from(data.stdout, "base64")).toEqual(Buffer.from("model\0\u0001\u0002\u00ff", "latin1"));
    await platform.jobs.kill(job.id);
  });

  test("Save its environment, and start from it", async ({ talk, platform }) => {
    const script = `echo torch 2.4 > installed.txt; echo ready; ${SLEEP}`;
    const job = await printing(platform, "ready", { name: "setup", script, workingDir: "/root" });
    const agent = await talk({ calls: 2, bytes: 900 });
    await agent.ok("job_save", { job: "setup", image: "image:setup:v1" });
    const { data } = await agent.next("job_start", {
      ...{ name: "from-setup", command: "cat /root/installed.txt", wait_seconds: 20 },
    });
    const started = await untilEnded(platform, data.jobs[0]);
    const { lines } = await platform.jobs.tail(started.id);
    expect([started.status, lines[0]?.text]).toEqual(["succeeded", "torch 2.4"]);
    await platform.jobs.kill(job.id);
  });

  test("Let me see its tensorboard", async ({ talk, platform }) => {
    const job = await printing(platform, LISTENING, { name: "board", script: pageScript("scalars") });
    const agent = await talk({ calls: 2, bytes: 850 }, patient(platform));
    const { data: log } = await agent.ok("job_logs", { jobs: ["board"], grep: LISTENING });
    const port = Number(/\d+/.exec(log.logs[0].log)?.[0]);
    const { text } = await agent.ok("job_forward", { action: "open", job: "board", port });
    const [host] = /127\.0\.0\.1:\d+/.exec(text) ?? [];
    expect(await (await fetch(`http://${host}/`)).text()).toBe("scalars");
    await platform.jobs.kill(job.id);
  });

  test("Give me the link of my notebook", async ({ talk, platform, emulator }) => {
    const port = await freePort();
    const script = `node -e 'require("http").createServer((q, a) => a.end("my notebook")).listen(${port}, "127.0.0.1", () => console.log("${LISTENING}${port}"))'`;
    const job = await printing(platform, LISTENING, { name: "notebook", script, http: { port } });
    const agent = await talk({ calls: 1, bytes: 1000 });
    const { text, data } = await agent.ok("job_status", { jobs: ["notebook"] });
    const { http_url: link } = data.jobs[0];
    expect(text).toContain(link);
    expect(await (await fetch(link)).text()).not.toContain("my notebook");
    const page = await fetch(link, { headers: { cookie: `dat=${emulator.token}` } });
    expect(await page.text()).toBe("my notebook");
    await platform.jobs.kill(job.id);
  });
});

test("together", ({ ledger }) => {
  expect(ledger.total.calls).toBeLessThanOrEqual(14);
  expect(ledger.total.bytes).toBeLessThanOrEqual(6000);
});
