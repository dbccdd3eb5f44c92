import { describe } from "vitest";
import { expect, test } from "../../support/fixtures.ts";
import { conversation } from "./conversation.ts";

describe("Which of the runs tagged tune was best, and why did the others fail?", () => {
  test.override({ emulatorOptions: { scene: "metrics" } });

  test("takes one call for the ranking and one for the causes", async ({ mcp }) => {
    const ask = conversation(mcp, 2);
    const { text, data } = await ask("job_compare", { tags: "tune", metric: "val_loss" });
    expect(data.jobs[0]).toMatchObject({ rank: 1, job: "tune-plain", differs: { "--dim": "64" } });
    expect(text).toContain('job_rerun {"job":');
    const failed = data.without_metric.map(({ id }: { id: string }) => id);
    const causes = await ask("job_status", { jobs: failed });
    expect(causes.text).toMatch(/KeyError: 'head.weight'/);
    expect(causes.text).toMatch(/OOMKilled/);
  });
});
