import { describe } from "vitest";
import type { Emulator } from "../../src/emulator/index.ts";
import { SOON_MS } from "../support/busy.ts";
import { type Fault, faultProxy } from "../support/fault-proxy.ts";
import { connectAgent, expect, openPolicy, test } from "../support/fixtures.ts";
import { startJob, untilStatus } from "../support/run-job.ts";
import { SLEEP } from "../support/sleepers.ts";

const CALL_MS = 500;
const image = "ubuntu";

/** Every tool that reads or waits, asked for what it does. */
const reads = (quiet: string): [string, object][] => [
  ["apolo_context", {}],
  ["job_list", {}],
  ["job_status", { jobs: [quiet] }],
  ["job_logs", { jobs: [quiet] }],
  ["job_logs", { jobs: [quiet], until_pattern: "never", wait_seconds: 1 }],
  ["job_logs", { jobs: [quiet], grep: "never" }],
  ["job_wait", { jobs: [quiet], wait_seconds: 1 }],
  ["job_wait", { jobs: [quiet], until: "log", pattern: "never", wait_seconds: 1 }],
  ["job_telemetry", { job: quiet, seconds: 1 }],
  ["job_capacity", {}],
  ["job_compare", { jobs: [quiet] }],
  ["job_compare", { jobs: [quiet], metric: "loss", history: true }],
];
const writes = (quiet: string, spare: string): [string, object][] => [
  ["job_start", { image, request_id: `again-${quiet}`, wait_seconds: 1 }],
  ["job_start", { image, dry_run: true }],
  ["job_rerun", { job: quiet }],
  ["job_extend", { job: spare, by: "1h" }],
  ["job_exec", { job: quiet, command: "true", timeout_seconds: 1 }],
  ["job_attach", { job: quiet, wait_seconds: 1 }],
  ["job_save", { job: quiet, image: `image:${quiet}:v1`, wait_seconds: 1 }],
  ["job_signal", { job: spare, wait_seconds: 1 }],
  ["job_forward", { action: "open", job: quiet, port: 80 }],
  ["job_kill", { jobs: [spare] }],
  ["job_kill", { name_pattern: spare }],
];

const silent = { instead: "silence" } as const;
const PARTS: [string, Fault[]][] = [
  ["config", [{ path: /\/config$/, ...silent }]],
  ["list", [{ method: "GET", path: /\/jobs\?/, ...silent }]],
  ["get", [{ method: "GET", path: /\/jobs\/[^/]+$/, ...silent }]],
  ["post", ["POST", "PUT", "DELETE"].map((method) => ({ method, ...silent }))],
  ["socket", [{ path: /\/(log_ws|exec|attach|top|port_forward\/\d+)(\?|$)/, ...silent }]],
  ["all", [silent]],
];

interface Answered {
  part: string;
  tool: string;
  text: string;
  isLate: boolean;
  /** A change that failed. */
  hasFailed: boolean;
}

async function askAll(part: string, faults: Fault[], emulator: Emulator): Promise<Answered[]> {
  const proxy = await faultProxy(emulator);
  for (const fault of faults) proxy.add(fault);
  const mcp = await connectAgent(proxy.platform(), openPolicy, undefined, { callMs: CALL_MS });
  const changes = writes(`quiet-${part}`, `spare-${part}`);
  const answers = await Promise.all(
    [...reads(`quiet-${part}`), ...changes].map(async ([tool, args]) => {
      const startedAt = performance.now();
      const { text, isError } = await mcp.call(tool, { ...args });
      const isLate = performance.now() - startedAt > SOON_MS;
      return { part, tool, text, isLate, hasFailed: isError && changes.some(([name]) => name === tool) };
    }),
  );
  await mcp.client.close();
  return answers;
}

describe("a platform of which a part never answers", { tags: "hostility" }, () => {
  test("gets every call to end in time, with what is known", async ({ emulator, platform }) => {
    const names = PARTS.flatMap(([part]) => [`quiet-${part}`, `spare-${part}`]);
    const jobs = await Promise.all(
      names.map((name) => startJob(platform, { name, script: SLEEP, lifeSpanSeconds: 3600 })),
    );
    await Promise.all(jobs.map((job) => untilStatus(platform, job, "running")));
    const answers = (await Promise.all(PARTS.map(([part, faults]) => askAll(part, faults, emulator)))).flat();
    expect(answers.filter(({ isLate }) => isLate)).toEqual([]);
    expect(answers.filter(({ text }) => /internal_error|bug in this server/.test(text))).toEqual([]);
    const untold = answers.filter(({ hasFailed, text }) => hasFailed && !/nothing was|unknown/i.test(text));
    expect(untold).toEqual([]);
  });
});
