import { describe } from "vitest";
import type { Agent } from "../../support/agent.ts";
import { unhurried } from "../../support/fake-clock.ts";
import { connectAgent, expect, test } from "../../support/fixtures.ts";
import { patient } from "../../support/patient.ts";
import { untilPrinted } from "../../support/run-job.ts";

/** The calls that a text offers, as an agent would copy them. */
function offered(text: string): { tool: string; args: Record<string, unknown> }[] {
  return [...text.matchAll(/(job_[a-z]+) (\{[^}\n]*\})/g)].map(([, tool = "", args = "{}"]) => ({
    tool,
    args: JSON.parse(args),
  }));
}

async function makeAll(mcp: Agent, text: string): Promise<string[]> {
  const calls = offered(text);
  for (const { tool, args } of calls) await mcp.ok(tool, args);
  return calls.map(({ tool }) => tool);
}

const IMAGE = "python:3.12";

describe("calls that an answer offers", () => {
  test("work as they are written, also for a job of another project", async ({ platform }) => {
    const mcp = await connectAgent(patient(platform));
    const at = { project: "nlp" };
    const started = await mcp.ok("job_start", {
      ...{ image: IMAGE, name: "elsewhere", command: "echo a; echo b; sleep 60", wait_seconds: 30 },
      ...at,
    });
    await untilPrinted(platform, started.data.jobs[0], "b");
    // To find the job takes no time of a wait that has none.
    const { text: waiting } = await unhurried(platform, () =>
      mcp.ok("job_wait", { jobs: ["elsewhere"], wait_seconds: 0, ...at }),
    );
    const { text: tail } = await mcp.ok("job_logs", { jobs: ["elsewhere"], lines: 1, ...at });
    const { text: saved } = await mcp.ok("job_save", { job: "elsewhere", image: "image:mine:v1", ...at });
    const { text: preview } = await mcp.ok("job_kill", { name_pattern: "else*", ...at });
    expect(await makeAll(mcp, started.text.replace(/, job_wait.*$/m, ""))).toContain("job_logs");
    expect(await unhurried(platform, () => makeAll(mcp, waiting))).toEqual(["job_wait"]);
    expect(await makeAll(mcp, tail)).toEqual(["job_logs", "job_logs"]);
    expect(await makeAll(mcp, saved)).toEqual(["job_start"]);
    expect(await makeAll(mcp, preview.replace(/^Gentler, .*$/m, ""))).toEqual(["job_kill"]);
    const { text: ended } = await mcp.ok("job_wait", { jobs: ["elsewhere"], ...at });
    expect(await makeAll(mcp, ended)).toEqual(["job_status"]);
    const refusal = await mcp.refusal("job_exec", { job: "elsewhere", command: "true", ...at });
    expect(await makeAll(mcp, refusal)).toEqual(["job_logs", "job_rerun"]);
    await mcp.client.close();
  });

  test("find the jobs of a sweep in another project", async ({ mcp }) => {
    const sweep = { image: IMAGE, name: "lrs", command: "echo {lr}", matrix: { lr: ["1", "2"] } };
    const { text } = await mcp.ok("job_start", { ...sweep, project: "nlp" });
    const [next] = offered(text).filter(({ tool }) => tool === "job_list");
    const { data } = await mcp.ok("job_list", next?.args);
    expect(data.jobs).toHaveLength(2);
  });

  test.for([
    ["job_status", { jobs: ["elsewhere"] }],
    ["job_exec", { job: "elsewhere", command: "true" }],
    ["job_telemetry", { job: "Else_where" }],
  ] as const)("of %s find a job that is in another project", async ([tool, args], { mcp }) => {
    const started = { image: IMAGE, name: "elsewhere", description: "Else_where", command: "sleep 60" };
    await mcp.ok("job_start", { ...started, project: "nlp" });
    const [next] = offered(await mcp.refusal(tool, args));
    const { data } = await mcp.ok(next?.tool ?? "", next?.args);
    expect(data.jobs).toEqual([expect.objectContaining({ name: "elsewhere" })]);
  });

  test("do not wait again for a line that has come", async ({ mcp }) => {
    const command = "echo epoch 3; sleep 60";
    await mcp.ok("job_start", { image: IMAGE, name: "train", command, wait_seconds: 10 });
    const { text } = await mcp.ok("job_logs", { jobs: ["train"], until_pattern: "epoch 3" });
    expect(text).toContain("a line matches");
    expect(offered(text)[0]?.args).not.toHaveProperty("until_pattern");
  });
});
