import fc from "fast-check";
import { describe, expect } from "vitest";
import { visible } from "../../src/foreign.ts";
import { BUG_WORDS } from "../support/bug-words.ts";
import { check } from "../support/check.ts";
import { type FaultProxy, faultProxy } from "../support/fault-proxy.ts";
import { test as base, connectAgent } from "../support/fixtures.ts";
import { spoilt } from "../support/odd-json.ts";
import { startJob, untilEnded, untilStatus } from "../support/run-job.ts";
import { SLEEP } from "../support/sleepers.ts";

type Call = [tool: string, args: Record<string, unknown>];

interface Reading {
  /** What the platform spoils. */
  method: string;
  path: RegExp;
  /** The lines of a list come as one object, as from a server that ignores what is accepted. */
  isOne?: boolean;
  /** What reads it. */
  calls: Call[];
}

const JOBS = { jobs: ["real"] };
const PLAN: Call = [
  "job_start",
  { image: "ubuntu", secret_env: { TOKEN: "secret:hf" }, volumes: ["disk:d:/d"], dry_run: true },
];
const FINDING: Call[] = [
  ["job_list", {}],
  ["job_list", { projects: ["*"], text: "loss", ended_since: "1d" }],
  ["job_status", { jobs: ["bad", "real"] }],
  ["job_logs", { tags: ["sweep"], grep: "error" }],
  ["job_compare", { tags: ["sweep"] }],
  ["job_report", { by: ["owner", "day"], idle: true }],
  ["job_kill", { tags: ["sweep"] }],
];
const ONE_JOB: Call[] = [
  ["job_status", JOBS],
  ["job_wait", { ...JOBS, wait_seconds: 0 }],
  ["job_logs", JOBS],
  ["job_rerun", { job: "real" }],
  ["job_extend", { ...JOBS, by: "1h" }],
  ["job_exec", { job: "real", command: "true" }],
];
const READINGS: Reading[] = [
  {
    method: "GET",
    path: /\/config$/,
    calls: [["apolo_context", {}], ["job_capacity", {}], PLAN, ...FINDING],
  },
  { method: "GET", path: /\/jobs\?/, calls: FINDING },
  { method: "GET", path: /\/jobs\?/, isOne: true, calls: FINDING },
  { method: "GET", path: /\/jobs\/[\w-]+$/, calls: ONE_JOB },
  { method: "GET", path: /\/capacity/, calls: [["job_capacity", {}], PLAN] },
  { method: "GET", path: /\/(secrets|disks)/, calls: [PLAN] },
  { method: "POST", path: /\/jobs\?/, calls: [["job_start", { image: "ubuntu" }]] },
  { method: "POST", path: /\/save$/, calls: [["job_save", { job: "real", image: "image:a:b" }]] },
];

const LONGEST_ANSWER = 100_000;

/** One list as one object. */
function joined(lines: string): string {
  return JSON.stringify({
    jobs: lines
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown),
  });
}

const test = base.extend<{ proxy: FaultProxy }>({
  proxy: async ({ emulator, platform }, use) => {
    const job = await startJob(platform, {
      name: "real",
      script: SLEEP,
      tags: ["sweep"],
      description: "all there is",
      env: { NOTE: "x" },
      volumes: ["storage:data:/mnt"],
      http: { port: 80 },
      lifeSpanSeconds: 7200,
      scheduleTimeoutSeconds: 600,
    });
    const others = [
      { name: "bad", script: "echo loss 0.5; echo error >&2; exit 1" },
      { name: "good", script: "echo loss 0.25" },
    ].map(async (options) => untilEnded(platform, await startJob(platform, { ...options, tags: ["sweep"] })));
    await Promise.all([untilStatus(platform, job, "running"), ...others]);
    await use(await faultProxy(emulator));
  },
});

describe("whatever the platform sends", { tags: "hostility" }, () => {
  test("each tool says what it could read, and the session goes on", async ({ proxy }) => {
    const reading = fc.constantFrom(...READINGS);
    const holds = fc.asyncProperty(reading, spoilt, async ({ method, path, isOne, calls }, spoil) => {
      proxy.clear();
      proxy.add({ method, path, body: (body) => spoil(isOne === true ? joined(body) : body) });
      const platform = proxy.platform();
      const agent = await connectAgent(platform);
      const answers = await Promise.all(calls.map(([tool, args]) => agent.call(tool, args)));
      for (const [index, { text, isError }] of answers.entries()) {
        expect(text.length, calls[index]?.[0]).toBeLessThan(LONGEST_ANSWER);
        expect(text, calls[index]?.[0]).not.toMatch(BUG_WORDS);
        expect(visible(text)).toBe(text);
        if (isError) expect(text).toMatch(/^[a-z_]+: \S/);
      }
      proxy.clear();
      await agent.ok("job_list");
      await agent.client.close();
      await platform.close();
    });
    await check(holds, 5);
  });
});
