import { describe } from "vitest";
import { openPolicy } from "../../support/fixtures.ts";
import { listAll } from "../../support/sleepers.ts";
import { expect, HOME, OTHER_CLUSTER, OTHER_ORG, test } from "../../support/world.ts";

const JOB = { image: "ubuntu:22.04", command: "sleep 600" };
const ELSEWHERE = [
  ["another project", { ...HOME, project: "nlp" }],
  ["another org", OTHER_ORG],
  ["another cluster", OTHER_CLUSTER],
] as const;

/** Each place has a connection of its own, so that nothing but the platform knows of what was started elsewhere. */
describe.for(ELSEWHERE)("a start in %s", ([, place]) => {
  test("is none with an id that was used here", async ({ world }) => {
    const [at, elsewhere] = [await world.agent("alice", HOME), await world.agent("alice", place)];
    const args = { ...JOB, request_id: "r-1" };
    const there = await elsewhere.ok("job_start", args);
    const here = await at.ok("job_start", args);
    expect(here.data.jobs[0].id).not.toBe(there.data.jobs[0].id);
    const project = Object.values(place).join("/");
    expect((await at.ok("job_start", { ...args, project })).data.jobs[0].id).toBe(there.data.jobs[0].id);
  });

  test.for([{ maxJobs: 1 }, { maxCreditsPerHour: 0.7 }])("counts for %j", async (limit, { world }) => {
    await (await world.agent("alice", place)).ok("job_start", JOB);
    const agent = await world.agent("alice", HOME, { ...openPolicy, ...limit });
    expect(await agent.refusal("job_start", JOB)).toMatch(/^over_limit/);
  });
});

test("a part of a minute counts as a whole one for a cap", async ({ world }) => {
  const agent = await world.agent("alice", HOME, { ...openPolicy, maxCreditsPerJob: 0.015 });
  // At 0.5 credits an hour 90 s are 0.0125 credits, two minutes 0.0167.
  expect(await agent.refusal("job_start", { ...JOB, life_span: "90s" })).toMatch(/^over_limit/);
  // Nor was it started and then ended for its price.
  expect(await listAll(world.as("alice"))).toEqual([]);
  await agent.ok("job_start", { ...JOB, life_span: "60s" });
});
