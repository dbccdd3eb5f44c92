import { expect, test } from "../../support/fixtures.ts";
import { startJob } from "../../support/run-job.ts";

const EMPTY = [
  null,
  "",
  " ",
  [],
  [""],
  [" "],
  [null],
  ",",
  "[]",
  "[null]",
  "null",
  "None",
  {},
  "{}",
  "*",
  ["*"],
];
const SELECTORS = ["jobs", "tags", "status", "name_pattern", "token"];

test("a call that names no job, or says it twice, kills nothing", { tags: "kills" }, async ({
  mcp,
  platform,
}) => {
  const job = await startJob(platform, { script: "sleep 60", name: "train-7b", tags: ["sweep"] });
  const calls: Record<string, unknown>[] = [
    ...SELECTORS.flatMap((key) => EMPTY.map((value) => ({ [key]: value }))),
    ...EMPTY.map((value) => ({ jobs: value, tags: value, status: value, name_pattern: value })),
    ...EMPTY.map((value) => ({ jobs: value, tags: ["sweep"] })),
    { tag: "sweep", tags: ["sweep"] },
    { job: "train-7b", jobs: ["train-7b"] },
    { job: "train-7b", Job: "train-7b" },
    { jobs: ["train-7b"], tags: ["sweep"] },
    { jobs: ["train-7b"], status: "running" },
    { jobs: "train-7b, other" },
    { jobs: ["train-7b", ""] },
    { job: "train" },
    { include_others: "true", project: ["*"] },
    JSON.parse('{"__proto__": {"jobs": ["train-7b"]}}'),
    { constructor: { jobs: ["train-7b"] } },
  ];
  for (const call of calls) {
    const { data, text } = await mcp.call("job_kill", call);
    expect(data?.outcomes ?? [], `${JSON.stringify(call)}: ${text.slice(0, 200)}`).toEqual([]);
  }
  expect((await platform.jobs.get(job.id)).status).not.toBe("cancelled");
});

test("a list in one text is the jobs that it names", async ({ mcp, platform }) => {
  await startJob(platform, { script: "sleep 60", name: "one-a" });
  await startJob(platform, { script: "sleep 60", name: "one-b" });
  const { data } = await mcp.ok("job_kill", { jobs: "one-a, one-b", tags: "", status: null, token: "" });
  expect(data.outcomes.map(({ after }: { after: string }) => after)).toEqual(["cancelled", "cancelled"]);
});
