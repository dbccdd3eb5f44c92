import { describe } from "vitest";
import { expect, test } from "../../support/fixtures.ts";
import { conversation } from "./conversation.ts";

describe("My job train-7b is stuck pending, why?", () => {
  test.override({ emulatorOptions: { scene: "stuck" } });

  test("names the image, the pull error and what to check, not capacity", async ({ mcp }) => {
    const ask = conversation(mcp, 1);
    const { text, data } = await ask("job_status", { jobs: ["train-7b"] });
    expect(text).toMatch(/pending \(ErrImagePull\), created .* \(12m ago\)/);
    expect(text).toContain("ghcr.io/acme/does-not-exist:latest could not be pulled");
    expect(data.jobs[0].next).toMatch(/spelling of the image.*tag latest/);
    expect(text).not.toMatch(/no (capacity|room)|Room now/i);
  });
});

describe("Why didn't it start?", () => {
  test.override({ emulatorOptions: { scene: "quota" } });

  test("names the quota and my running jobs, and kills nothing", async ({ mcp, platform }) => {
    const ask = conversation(mcp, 2);
    const waiting = await ask("job_list", { status: ["pending"], owner: "me" });
    const { text } = await ask("job_status", { jobs: [waiting.data.jobs[0].id] });
    expect(text).toContain("The quota of running jobs is used up");
    for (const name of ["train-1", "train-2", "train-3", "train-4"])
      expect(text).toContain(`${name} (cpu-small`);
    expect(text).toMatch(/Wait, or ask the user which running job to end/);
    for await (const { status } of platform.jobs.list({ tags: ["train"] }))
      expect(status).not.toBe("cancelled");
  });
});

describe("Why did prep fail?", () => {
  test.override({ emulatorOptions: { scene: "prep" } });

  test("says memory, by the end of the log, marked as inferred", async ({ mcp }) => {
    const ask = conversation(mcp, 2);
    const { text, data } = await ask("job_status", { jobs: ["prep"] });
    expect(text).toMatch(/Why \(inferred\): Its log ends with "Killed"/);
    expect(data.jobs[0]).toMatchObject({ exit_code: 137, certainty: "inferred" });
    expect(data.jobs[0].why).toMatch(/SIGKILL, .* memory/);
    expect(data.jobs[0].next).toContain("cpu-large");
    expect(data.jobs[0].log).toContain("merging shard 41 of 64");
    expect(text).not.toMatch(/user .*(cancelled|ended) it/i);
  });
});

describe("Which jobs of lr-sweep failed, and why?", () => {
  test.override({ emulatorOptions: { scene: "sweep" } });

  test("finds three with distinct causes among twenty", async ({ mcp }) => {
    const ask = conversation(mcp, 3);
    const all = await ask("job_list", { tags: ["lr-sweep"] });
    expect(all.data.counts).toMatchObject({ succeeded: 17, failed: 3 });
    expect(all.data.jobs).toHaveLength(20);
    const failed = all.data.jobs.filter(({ status }: { status: string }) => status === "failed");
    expect(failed.map(causeOf).sort()).toEqual(["OOMKilled", "exit 1", "image not pulled"]);
    const { data, text } = await ask("job_status", { jobs: failed.map(({ id }: { id: string }) => id) });
    expect(data.jobs).toHaveLength(3);
    expect(text).toContain("ValueError: learning rate 0.1 diverged");
    expect(text).toContain("trainer:v9-missing could not be pulled");
  });
});

describe("Find the job that was OOM-killed yesterday", () => {
  test.override({ emulatorOptions: { scene: "oom" } });

  test("finds mine among two hundred, its memory and a larger preset", async ({ mcp }) => {
    const ask = conversation(mcp, 3);
    const { data } = await ask("job_list", { owner: "me", since: "2d", text: "OOMKilled" });
    expect(data.jobs).toMatchObject([{ name: "embed-all", reason: "OOMKilled", preset: "cpu-medium" }]);
    const { text } = await ask("job_status", { jobs: [data.jobs[0].id] });
    expect(text).toMatch(/used more than its memory of [\d.]+ [GM]iB/);
    expect(text).toMatch(/more memory: cpu-large \([\d.]+ GiB, 2 credits\/h, room for \d+\)/);
  });
});

function causeOf({ reason, exit_code }: { reason?: string; exit_code?: number }): string {
  return reason ?? `exit ${exit_code}`;
}
