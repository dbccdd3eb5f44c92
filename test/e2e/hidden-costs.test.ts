import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { describe, vi } from "vitest";
import type { Platform } from "../../src/client/index.ts";
import { tools } from "../../src/tools/index.ts";
import { Bin, initialize, toolCall } from "../support/bin.ts";
import { WITHIN } from "../support/busy.ts";
import { test as base, expect } from "../support/fixtures.ts";
import { postModern } from "../support/http-requests.ts";
import { startJob, untilEnded, untilPrinted } from "../support/run-job.ts";

const PROBE = resolve("test/fixtures/hidden-costs.cjs");
const URL_TOLD = /MCP at (\S+)/;
const TOLD = /^hidden costs: (.*)$/gm;
/** Goes on until it is killed, once it says that no signal ends it. */
const DEAF = "trap : USR1; echo deaf; while :; do sleep 600 & wait; done";

interface Jobs {
  running: string;
  ended: string;
  /** Each is killed by one round of calls. */
  spare: string[];
}

const test = base.extend<{ jobs: Jobs; server: Bin }>({
  jobs: async ({ platform }, use) => {
    const [running = "", ended = "", ...spare] = await Promise.all([
      runningJob(platform),
      endedJob(platform),
      runningJob(platform),
      runningJob(platform),
    ]);
    await use({ running, ended, spare });
  },
  server: async ({ emulator }, use) => {
    const server = new Bin([], probed(emulator)).write(initialize());
    await server.answer("init");
    await use(server);
    await server.end();
  },
});

function probed({ passedConfig }: { passedConfig: string }): Record<string, string> {
  return { APOLO_PASSED_CONFIG: passedConfig, NODE_OPTIONS: `--require ${PROBE}` };
}

async function runningJob(platform: Platform): Promise<string> {
  const job = await startJob(platform, { script: DEAF, lifeSpanSeconds: 3600 });
  await untilPrinted(platform, job, "deaf");
  return job.id;
}

async function endedJob(platform: Platform): Promise<string> {
  const job = await startJob(platform, { script: "echo loss=1" });
  await untilEnded(platform, job);
  return job.id;
}

/** One call of each tool. */
function calls({ running: job, ended, spare }: Jobs): [string, object][] {
  const args = {
    apolo_context: {},
    job_capacity: {},
    job_list: {},
    job_status: { jobs: [job, ended] },
    job_logs: { job: ended },
    job_wait: { jobs: [job], until: "running" },
    job_compare: { jobs: [ended] },
    job_report: {},
    job_telemetry: { job, seconds: 8 },
    job_exec: { job, command: "true" },
    job_files: { job, path: "/" },
    job_attach: { job, wait_seconds: 8 },
    job_forward: { action: "list" },
    job_start: { image: "ubuntu", command: "true", dry_run: true },
    job_rerun: { job },
    job_extend: { jobs: [job], by: "1m" },
    job_save: { job, image: "image:hidden:costs" },
    job_signal: { job, signal: "USR1", wait_seconds: 0 },
    job_kill: { jobs: [spare.pop()] },
  };
  expect(Object.keys(args).sort()).toEqual(tools.map(({ name }) => name).sort());
  return Object.entries(args);
}

async function callEach(server: Bin, jobs: Jobs): Promise<void> {
  const called = calls(jobs).map(async ([name, args]) => {
    const id = randomUUID();
    const { result } = await server.write(toolCall(id, name, args)).answer(id);
    expect(result.isError ? result.content : [], name).toEqual([]);
  });
  await Promise.all(called);
}

/** What was done since it was asked for last, and what goes on. */
async function costs(server: Bin): Promise<{ open: string[]; [what: string]: unknown }> {
  const before = server.stderr.match(TOLD)?.length ?? 0;
  server.child.kill("SIGUSR2");
  const isTold = () => expect(server.stderr.match(TOLD)).toHaveLength(before + 1);
  await vi.waitFor(isTold, { ...WITHIN, interval: 5 });
  return JSON.parse([...server.stderr.matchAll(TOLD)].at(-1)?.[1] ?? "");
}

describe("A call", () => {
  test("reads no file, makes no schema, writes its result once and leaves no timer", async ({
    server,
    jobs,
  }) => {
    // Parts of the server are loaded when they are first needed.
    await callEach(server, jobs);
    await costs(server);

    await callEach(server, jobs);

    const { open: _, ...done } = await costs(server);
    expect(done).toEqual({ files: [], schemas: 0, compiled: 0, results: tools.length });
    // A WebSocket takes a moment to close.
    await vi.waitFor(async () => expect((await costs(server)).open).toEqual([]), { timeout: 30_000 });
  }, 120_000);

  test("makes no schema over HTTP either, where each request stands alone", async ({ emulator }) => {
    const server = new Bin(["--http", "--port", "0", "--log-level", "info"], probed(emulator));
    const listening = () => expect(server.stderr).toMatch(URL_TOLD);
    await vi.waitFor(listening, { timeout: 30_000 });
    const url = new URL(URL_TOLD.exec(server.stderr)?.[1] ?? "");
    const list = async () => {
      const answer = await postModern(url, "tools/call", { name: "job_list", arguments: {} });
      expect(await answer.json()).toHaveProperty("result.structuredContent");
    };
    await list();
    await list();
    await costs(server);

    await list();

    const { open: _, ...done } = await costs(server);
    expect(done).toEqual({ files: [], schemas: 0, compiled: 0, results: 1 });
  });
});
