import { describe } from "vitest";
import { type Fault, type FaultProxy, faultProxy } from "../support/fault-proxy.ts";
import { connectAgent, expect, openPolicy, test } from "../support/fixtures.ts";
import { startJob, untilEnded, untilPrinted } from "../support/run-job.ts";
import { SLEEP } from "../support/sleepers.ts";

const KEY = "ghp_abcdefghijklmnopqrstuvwxyz0123456789";
const PASSWORD = "Hunt3rTwoX9";

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
