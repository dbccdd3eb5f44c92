import { describe } from "vitest";
import { expect, FAR, HOME, OTHER_CLUSTER, OTHER_ORG, test } from "../support/world.ts";

const EVERYWHERE = [HOME, OTHER_ORG, OTHER_CLUSTER, FAR];

describe("a name that jobs have in several places", () => {
  test("means the job of the selected place", async ({ world }) => {
    const ids: string[] = [];
    for (const place of EVERYWHERE) ids.push((await world.ended("alice", place, { name: "train" })).id);
    for (const [index, place] of EVERYWHERE.entries()) {
      const agent = await world.agent("alice", place);
      const { data } = await agent.ok("job_status", { jobs: ["train"] });
      expect(data.jobs).toEqual([expect.objectContaining({ id: ids[index] })]);
    }
  });
});
