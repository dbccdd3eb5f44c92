import { describe } from "vitest";
import type { Agent } from "../support/agent.ts";
import { unhurried } from "../support/fake-clock.ts";
import { expect, test } from "../support/fixtures.ts";

const job = { image: "ubuntu:22.04", preset: "cpu-small" };
const sweep = { command: "sleep 30{n}", matrix: { n: Array.from({ length: 30 }, (_, n) => String(n)) } };

/** What the text of an answer may take. */
const CALLS: [what: string, maxBytes: number, tool: string, args: Record<string, unknown>][] = [
  ["dry run", 350, "job_start", { ...job, command: "sleep 300", name: "dry", dry_run: true }],
  ["start", 400, "job_start", { ...job, command: "sleep 300", name: "train-7b-lr-sweep" }],
  ["start in a shell", 400, "job_start", { ...job, command: "cd / && sleep 300" }],
  ["start, awaited", 400, "job_start", { ...job, command: "echo hi; sleep 300", wait_seconds: 20 }],
  ["30 starts", 2000, "job_start", { ...job, ...sweep, name: "many" }],
  ["wait, not met", 300, "job_wait", { jobs: ["train-resnet"], wait_seconds: 0 }],
  ["wait, met", 300, "job_wait", { jobs: ["train-resnet"], until: "running" }],
  ["wait, ended", 300, "job_wait", { jobs: ["eval-nightly"] }],
];

describe("in the scene of a week", () => {
  test.override({ emulatorOptions: { scene: "week" } });

  test("answers say no more than helps", async ({ mcp, platform }) => {
    const rows = [];
    for (const call of CALLS) {
      const measured = () => measure(mcp, call);
      // Nothing is waited for, and a busy machine may need longer than such a call has.
      rows.push(await (call[2] === "job_wait" ? unhurried(platform, measured) : measured()));
    }
    console.table(rows);
    expect(rows.filter(({ bytes, most }) => bytes > most)).toEqual([]);
  });

  test("name neither the caller, the selected project nor this server's own tags", async ({ mcp }) => {
    const { text, data } = await mcp.ok("job_start", { ...job, command: "sleep 300", tags: ["mine"] });
    expect(text + JSON.stringify(data)).not.toMatch(/alice|vision|mcp:/);
    const [{ id }] = data.jobs;
    const status = await mcp.ok("job_status", { jobs: [id] });
    expect(status.text).toContain("Tags: mine\n");
    for (const uri of [`job://default/acme/vision/${id}`, "apolo://jobs"]) {
      const { contents } = await mcp.client.readResource({ uri });
      expect(JSON.stringify(contents)).toContain("mine");
      expect(JSON.stringify(contents)).not.toContain("mcp:");
    }
  });

  test("name the project of a start elsewhere", async ({ mcp }) => {
    const elsewhere = { ...job, command: "sleep 300", project: "nlp" };
    const { text, data } = await mcp.ok("job_start", elsewhere);
    expect(text).toContain("project default/acme/nlp");
    expect(data.jobs[0].project).toBe("default/acme/nlp");
    const plan = await mcp.ok("job_start", { ...elsewhere, dry_run: true });
    expect(plan.text).toContain("in default/acme/nlp.");
  });
});

async function measure(mcp: Agent, [what, most, tool, args]: (typeof CALLS)[number]) {
  const { text, data } = await mcp.ok(tool, args);
  return { what, bytes: Buffer.byteLength(text), most, data: Buffer.byteLength(JSON.stringify(data)) };
}
