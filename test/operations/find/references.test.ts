import { describe } from "vitest";
import { expect, test } from "../../support/fixtures.ts";
import { startJob, untilStatus } from "../../support/run-job.ts";

describe("naming a job", () => {
  test.for([
    [
      "nlp/annotate",
      /give the job as "annotate" and the project as project: "nlp", or as a URI: job:\/\/default\/acme\/nlp\/annotate/,
    ],
    ["acme/nlp/annotate", /give the job as "annotate" and the project as project: "acme\/nlp"/],
    ["bob/notes", /give the name alone.*job_list \{"text":"notes","projects":\["\*"\]\}/],
  ] as const)("says of %s where a project goes", async ([ref, words], { mcp }) => {
    expect(await mcp.refusal("job_status", { jobs: [ref] })).toMatch(words);
    expect(await mcp.refusal("job_exec", { job: ref, command: "true" })).toMatch(words);
  });

  test("shows the jobs that begin so where too few digits were given", async ({ mcp, platform }) => {
    const { id } = await startJob(platform, { name: "train" });
    const text = await mcp.refusal("job_status", { jobs: [id.slice(0, 6)] });
    expect(text).toContain("too short for an id prefix");
    expect(text).toContain(`- ${id.slice(0, 8)}: train`);
  });

  test("names the id that a mistyped one may mean, and what to call", async ({ mcp, platform }) => {
    const { id } = await startJob(platform, { name: "train" });
    const wrong = id.slice(0, -1) + (id.endsWith("0") ? "1" : "0");
    const text = await mcp.refusal("job_status", { jobs: [wrong] });
    expect(text).toContain(`Near ids: ${id}. job_list {"projects":["*"]} shows the newest jobs.`);
  });
});

describe("job_list of a tag", () => {
  test("gives the call that waits for those still active", async ({ mcp, platform }) => {
    const jobs = [1, 2].map((index) =>
      startJob(platform, { name: `part-${index}`, tags: ["parts"], script: "sleep 60" }),
    );
    for (const job of await Promise.all(jobs)) await untilStatus(platform, job, "running");
    const { text } = await mcp.ok("job_list", { tags: ["parts"] });
    const [, call = "{}"] = /To wait for those still active: job_wait (.*)$/m.exec(text) ?? [];
    const { data } = await mcp.ok("job_wait", { ...JSON.parse(call), until: "running" });
    expect(data).toMatchObject({ finished: true, jobs: [{ status: "running" }, { status: "running" }] });
  });
});
