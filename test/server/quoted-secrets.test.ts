import { describe } from "vitest";
import { type Fault, type FaultProxy, faultProxy } from "../support/fault-proxy.ts";
import { connectAgent, expect, openPolicy, test } from "../support/fixtures.ts";
import { startJob, untilEnded } from "../support/run-job.ts";

const KEY = "ghp_abcdefghijklmnopqrstuvwxyz0123456789";

/** The platform, or what stands before it, answers so. */
function refuse(proxy: FaultProxy, fault: Fault, error: string): void {
  const headers = { "content-type": "application/json", "x-error": error };
  proxy.clear();
  proxy.add({ ...fault, instead: { status: 400, headers, body: JSON.stringify({ error }) } });
}

describe("a secret in what the platform says against a call", { tags: "secrets" }, () => {
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
