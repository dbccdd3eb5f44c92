import { markOf } from "../../../src/operations/find/owned.ts";
import { openPolicy } from "../../support/fixtures.ts";
import { expect, HOME, test } from "../../support/world.ts";

test("a job of another person is not this server's, whatever tags it carries", async ({ world }) => {
  const theirs = await world.running("bob", HOME, { name: "train", tags: [markOf("alice")] });
  const agent = await world.agent("alice", HOME, { ...openPolicy, ownedOnly: true, maxJobs: 1 });
  expect(await agent.refusal("job_kill", { jobs: [theirs.id] })).toMatch(/^not_owned/);
  await agent.ok("job_start", { image: "ubuntu:22.04", command: "sleep 600" });
});
