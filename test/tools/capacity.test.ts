import { describe } from "vitest";
import { expect, test } from "../support/fixtures.ts";
import { startJob, untilStatus } from "../support/run-job.ts";

interface Row {
  name: string;
  available: number;
  credits_per_hour: string;
}

describe("job_capacity", () => {
  test("lists presets cheapest first, with hardware, price and room", async ({ mcp }) => {
    const { text, data } = await mcp.ok("job_capacity");
    const prices = data.presets.map(({ credits_per_hour }: Row) => Number(credits_per_hour));
    expect(prices).toEqual([...prices].sort((a, b) => a - b));
    expect(data.presets[0]).toMatchObject({ name: "cpu-small", credits_per_hour: "0.5" });
    expect(text).toMatch(
      /- a100: room for 2 now; 45\.5 credits\/h; 12 CPU, 120 GiB, 1x NVIDIA-A100-SXM4-80GB/,
    );
    expect(text).toContain("autoscaling");
  });

  test("says plainly which presets have no room, and leaves them out on request", async ({
    mcp,
    platform,
  }) => {
    const jobs = await Promise.all(
      [1, 2].map(() => startJob(platform, { preset: "a100", script: "sleep 60" })),
    );
    for (const job of jobs) await untilStatus(platform, job, "running");
    const { text, data } = await mcp.ok("job_capacity", { gpu_model: "A100" });
    expect(text).toContain("- a100: NO ROOM NOW");
    expect(data.presets.map(({ name, available }: Row) => [name, available])).toEqual([
      ["a100", 0],
      ["a100-x8-spot", 2],
    ]);
    const open = await mcp.ok("job_capacity", { gpu: true, available_only: true });
    expect(open.data.presets.map(({ name }: Row) => name)).toEqual(["a100-x8-spot", "h100-x4"]);
  });

  test.for([
    [{ gpu: false }, ["cpu-small", "cpu-medium", "cpu-large"]],
    [{ gpu: true, min_cpu: 60 }, ["a100-x8-spot", "h100-x4"]],
    [{ min_memory_gib: 500 }, ["a100-x8-spot"]],
    [{ gpu_model: "b200" }, []],
  ] as const)("filters by %j", async ([args, names], { mcp }) => {
    const { text, data } = await mcp.ok("job_capacity", args);
    expect(data.presets.map(({ name }: Row) => name)).toEqual(names);
    expect(text.includes("None fits")).toBe(names.length === 0);
  });

  test("says what is selected and what else there is", async ({ mcp }) => {
    const { text, data } = await mcp.ok("job_capacity");
    expect(data).toMatchObject({ selected: "default/acme/vision", other_clusters: ["west"] });
    expect(data.projects).toContain("acme/nlp");
    expect(text).toContain("Selected: default/acme/vision");
    expect(text).toContain("Other clusters: west");
  });

  test("asks another cluster, and refuses one that is not there", async ({ mcp }) => {
    const { data } = await mcp.ok("job_capacity", { project: "west/acme/vision" });
    expect(data.cluster).toBe("west");
    expect(await mcp.refusal("job_capacity", { project: "wset/acme/vision" })).toMatch(
      /no cluster "wset".*west/,
    );
  });
});
