import { describe } from "vitest";
import { type Fault, type FaultProxy, faultProxy } from "../support/fault-proxy.ts";
import { connectAgent, expect, openPolicy, test } from "../support/fixtures.ts";
import { startJob, untilEnded, untilPrinted, untilStatus } from "../support/run-job.ts";
import { SLEEP } from "../support/sleepers.ts";

const KEY = "ghp_abcdefghijklmnopqrstuvwxyz0123456789";
const PASSWORD = "Hunt3rTwoX9";
const OWN_KEY = "zq81hsk2hf9a0d8";
const PHRASE = "xylophone-river-42";

/** The platform, or what stands before it, answers so. */
function refuse(proxy: FaultProxy, fault: Fault, error: string): void {
  const headers = { "content-type": "application/json", "x-error": error };
  proxy.clear();
  proxy.add({ ...fault, instead: { status: 400, headers, body: JSON.stringify({ error }) } });
}

describe("a secret in what the platform says against a call", { tags: "secrets" }, () => {
  test("is hidden also beside what succeeded", async ({ emulator, platform }) => {
    const job = await startJob(platform, { name: "first", script: `echo on; ${SLEEP}` });
    const other = await startJob(platform, { name: "second", script: `echo on; ${SLEEP}` });
    for (const each of [job, other]) await untilPrinted(platform, each, "on");
    const proxy = await faultProxy(emulator);
    const mcp = await connectAgent(proxy.platform());
    const jobs = ["first", "second"];
    const log = new RegExp(`${job.id}.*log|log.*${job.id}`);
    const cases: [Fault, string, Record<string, unknown>][] = [
      [{ path: log }, "job_logs", { jobs }],
      [{ path: log }, "job_compare", { jobs }],
      [{ method: "POST", path: /\/jobs/, times: 1 }, "job_start", { image: "ubuntu", count: 2 }],
      [{ method: "GET", path: /\/jobs\/job-/ }, "job_start", { image: "ubuntu", wait_seconds: 3 }],
      [{ method: "DELETE", path: new RegExp(job.id) }, "job_kill", { jobs }],
    ];
    const said = `upstream https://bob:${PASSWORD}@vault.example.org refused ${KEY}`;
    const secret = new RegExp(`${KEY}|${PASSWORD}`);
    for (const [fault, tool, args] of cases) {
      refuse(proxy, fault, said);
      const { text, data } = await mcp.ok(tool, args);
      expect(text, tool).toContain("upstream https://bob:[redacted]@vault.example.org refused [redacted]");
      expect(text + JSON.stringify(data), tool).not.toMatch(secret);
    }
    refuse(proxy, { path: /capacity/ }, said);
    const presets = JSON.stringify(await mcp.client.readResource({ uri: "apolo://presets" }));
    await mcp.client.close();
    expect(presets).toContain("available is unknown: invalid_request");
    expect(presets).not.toMatch(secret);
  });

  test("leaves no beginning where the text is cut", async ({ emulator, platform }) => {
    await untilEnded(platform, await startJob(platform, { name: "done", script: "exit 3" }));
    const token = "Zk81hsQ2hf9a0d8wLm4pQrS7tUv";
    const phrase = "correct-horse-battery-lamp";
    const proxy = await faultProxy(emulator);
    const mcp = await connectAgent(proxy.platform(), { ...openPolicy, secrets: [token, phrase] });
    const upTo = (at: number, secret: string) => `${"xxx ".repeat(at / 4 - 5)} ${secret} tail`;
    for (const secret of [KEY, token, phrase]) {
      refuse(proxy, { path: /jobs/ }, `${upTo(500, secret)} ${"more ".repeat(9)}`);
      const error = await mcp.refusal("job_list");
      expect(error).toMatch(/xxx…$/);
      expect(error).not.toContain(secret.slice(0, 6));
      proxy.clear();
      proxy.add({ path: /jobs/, method: "GET", body: (text) => withReason(text, upTo(60, secret)) });
      const { text } = await mcp.ok("job_list");
      expect(text).toMatch(/failed \(xxx [x ]*(?:\[redacted\]|…)/);
      expect(text).not.toContain(secret.slice(0, 6));
    }
    await mcp.client.close();
  });

  test("is hidden where it is one of the job's own values", async ({ emulator, platform }) => {
    const env = { DB_API_KEY: OWN_KEY, DB_PASSWORD: PHRASE };
    await untilEnded(platform, await startJob(platform, { name: "done", env, script: "exit 3" }));
    const runs = { env, lifeSpanSeconds: 3600, script: SLEEP };
    for (const name of ["first", "second"])
      await untilStatus(platform, await startJob(platform, { ...runs, name }), "running");
    const proxy = await faultProxy(emulator);
    const mcp = await connectAgent(proxy.platform());
    const job = "first";
    const cases: [Fault, string, Record<string, unknown>][] = [
      [{ method: "POST", path: /\/jobs/ }, "job_rerun", { job: "done", dry_run: false }],
      [{ path: /\/exec/ }, "job_exec", { job, command: "true" }],
      [{ path: /\/exec/ }, "job_files", { job, path: "/tmp" }],
      [{ path: /\/attach/ }, "job_attach", { job }],
      [{ path: /\/save/ }, "job_save", { job, image: "image:x:v1" }],
      [{ path: /\/top/ }, "job_telemetry", { job, seconds: 2 }],
      [{ path: /\/log/ }, "job_logs", { jobs: [job] }],
      [{ path: /\/log/ }, "job_compare", { jobs: [job, "second"] }],
      [{ method: "PUT" }, "job_extend", { jobs: [job], by: "1h" }],
      [{ method: "DELETE" }, "job_kill", { jobs: [job] }],
    ];
    for (const [fault, tool, args] of cases) {
      refuse(proxy, fault, `{'env': {'DB_HOST': '${PHRASE}'}}: value ${OWN_KEY} is not allowed`);
      const { text, data } = await mcp.call(tool, args);
      expect(text, tool).toContain("{'env': {'DB_HOST': '[redacted]'}}: value [redacted] is not allowed");
      expect(text + JSON.stringify(data), tool).not.toMatch(new RegExp(`${PHRASE}|${OWN_KEY}`));
    }
    await mcp.client.close();
  });
});

function withReason(text: string, reason: string): string {
  const changed = (line: string) => {
    const job = JSON.parse(line);
    return JSON.stringify({ ...job, history: { ...job.history, reason } });
  };
  return text
    .split("\n")
    .map((line) => (line.includes('"history"') ? changed(line) : line))
    .join("\n");
}
