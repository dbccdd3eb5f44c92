import { describe } from "vitest";
import { connectAgent } from "../../support/fixtures.ts";
import { idOf } from "../../support/jobs.ts";
import {
  test as base,
  expect,
  type PlatformStub,
  reply,
  replyLines,
  wireJob,
} from "../../support/platform-stub.ts";

const [MINE, SECOND, THEIRS] = [idOf(1), idOf(2), idOf(3)];
const JOBS = [
  { id: MINE, name: "lr-1" },
  { id: SECOND, name: "lr-2" },
  { id: THEIRS, name: "theirs", owner: "bob" },
];

/** Jobs that wait, so that no log is read; a kill ends one. */
const test = base.extend("waiting", ({ stub }) => {
  const ended = new Set<string>();
  const now = (job: { id: string }) => {
    const status = ended.has(job.id) ? "cancelled" : "pending";
    return wireJob({ ...job, status, statuses: [], history: { status, restarts: 0 } });
  };
  for (const job of JOBS) {
    stub.on(`GET /api/v1/jobs/${job.id}`, (response) => reply(response, now(job)));
    stub.on(`DELETE /api/v1/jobs/${job.id}`, (response) => {
      ended.add(job.id);
      response.writeHead(204).end();
    });
  }
  stub.on("GET /api/v1/jobs?", (response, { url = "" }) => {
    const name = new URL(url, "http://x").searchParams.get("name");
    replyLines(response, JOBS.filter((job) => name === null || job.name === name).map(now));
  });
  return stub;
});

const killed = ({ seen }: PlatformStub) =>
  seen.filter((request) => request.startsWith("DELETE")).map((request) => request.split("/").at(-1));

describe("a call of job_kill", { tags: "kills" }, () => {
  test.for([{ tags: ["a"] }, { name_pattern: "lr-*" }, { status: ["pending"] }, { token: "x" }])(
    "names jobs or selects them, never both: %j",
    async (more, { waiting, platform }) => {
      const mcp = await connectAgent(platform);
      expect(await mcp.refusal("job_kill", { jobs: [MINE], ...more })).toBe(
        'invalid_argument: Give jobs, or a selection (tags, name_pattern, status), not both. Nothing was killed. E.g. {"jobs":["train-7b"]}',
      );
      expect(killed(waiting)).toEqual([]);
      await mcp.client.close();
    },
  );

  test.for([
    { tags: ["a"] },
    { name_pattern: "lr-*" },
    { status: ["pending"] },
    { include_others: true },
    { include_others: false },
  ])("gives a token without %j", async (more, { waiting, platform }) => {
    const mcp = await connectAgent(platform);
    const { token } = (await mcp.ok("job_kill", { name_pattern: "lr-1" })).data;
    expect(await mcp.refusal("job_kill", { token, ...more })).toMatch(
      /^invalid_argument: Give the token alone: .* Nothing was killed\.$/,
    );
    expect(killed(waiting)).toEqual([]);
    await mcp.ok("job_kill", { token });
    expect(killed(waiting)).toEqual([MINE]);
    await mcp.client.close();
  });

  test("kills the job of another person by its name only where others are meant, too", async ({
    waiting,
    platform,
  }) => {
    const mcp = await connectAgent(platform);
    const job = { jobs: ["theirs"] };
    expect(await mcp.refusal("job_kill", job)).toContain(THEIRS);
    expect(await mcp.refusal("job_kill", { ...job, include_others: false })).toContain(THEIRS);
    expect(killed(waiting)).toEqual([]);
    await mcp.ok("job_kill", { ...job, include_others: true });
    expect(killed(waiting)).toEqual([THEIRS]);
    await mcp.client.close();
  });
});

describe("a person who is asked before a kill", { tags: "kills" }, () => {
  test("is asked once about jobs, in whatever order they are found", async ({ waiting, platform }) => {
    const questions: string[] = [];
    const mcp = await connectAgent(platform, undefined, (question) => {
      questions.push(question);
      return "accept";
    });
    const { text } = await mcp.ok("job_kill", { jobs: ["lr-2", "lr-1"] });
    expect(questions).toEqual([expect.stringMatching(/^Kill these 2 jobs for good\?\n/)]);
    expect(text).toContain("Killed 2 of 2.");
    expect(killed(waiting).sort()).toEqual([MINE, SECOND]);
    await mcp.client.close();
  });

  test("is asked again where a name has gone to another job meanwhile", async ({ waiting, platform }) => {
    const questions: string[] = [];
    const mcp = await connectAgent(platform, undefined, (question) => {
      questions.push(question);
      const other = wireJob({ ...JOBS[1], name: "lr-1", status: "pending", statuses: [] });
      waiting.on("GET /api/v1/jobs?name=lr-1", (response) => replyLines(response, [other]));
      return questions.length === 1 ? "accept" : "decline";
    });
    await mcp.refusal("job_kill", { jobs: ["lr-1"] });
    expect(questions).toEqual([expect.stringContaining(MINE), expect.stringContaining(SECOND)]);
    expect(killed(waiting)).toEqual([]);
    await mcp.client.close();
  });

  test("is not said to be silent where the jobs change with each yes: nothing is killed", async ({
    waiting,
    platform,
  }) => {
    let questions = 0;
    const mcp = await connectAgent(platform, undefined, () => {
      questions += 1;
      const id = idOf(10 + questions);
      const other = wireJob({ id, name: "lr-1", status: "pending", statuses: [] });
      waiting.on(`GET /api/v1/jobs/${id}`, (response) => reply(response, other));
      waiting.on("GET /api/v1/jobs?name=lr-1", (response) => replyLines(response, [other]));
      return "accept";
    });
    const text = await mcp.refusal("job_kill", { jobs: ["lr-1"] });
    expect(questions).toBe(3);
    expect(text).toMatch(
      /^declined: The person agreed each time, but the jobs had changed by then \(now lr-1 .*nothing was killed.*job_kill {"jobs":\["/,
    );
    expect(text).not.toContain("did not answer");
    expect(killed(waiting)).toEqual([]);
    await mcp.client.close();
  });

  test("is believed who declines", async ({ waiting, platform }) => {
    const mcp = await connectAgent(platform, undefined, () => "decline");
    expect(await mcp.refusal("job_kill", { jobs: ["lr-1"] })).toMatch(
      /^declined: .* declined: nothing was killed/,
    );
    expect(killed(waiting)).toEqual([]);
    await mcp.client.close();
  });
});
