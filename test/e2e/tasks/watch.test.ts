import { describe } from "vitest";
import { WITHIN } from "../../support/busy.ts";
import { expect, test } from "../../support/fixtures.ts";
import { startJob, untilPrinted } from "../../support/run-job.ts";
import { conversation } from "./conversation.ts";

describe('Tail the log until you see "epoch 3"', () => {
  test("stops at the match, with what came before, and leaves the job running", async ({ mcp, platform }) => {
    const script = "echo booting; for i in 1 2 3 4 5 6; do sleep 1; echo epoch $i done; done; sleep 60";
    const job = await startJob(platform, { name: "train-epochs", script });
    const ask = conversation(mcp, 1);
    const { text, data } = await ask("job_logs", { jobs: ["train-epochs"], until_pattern: "epoch 3" });
    expect(data.logs[0]).toMatchObject({
      matched: true,
      log: "booting\nepoch 1 done\nepoch 2 done\nepoch 3 done",
    });
    expect(text).toContain("epoch 2 done\nepoch 3 done\n```");
    expect((await platform.jobs.status(job.id)).status).toBe("running");
  });

  test("comes back in time when the line is late, with the call that goes on", async ({ mcp, platform }) => {
    const script =
      "echo epoch 1 done; echo epoch 2 done; while [ ! -e go ]; do sleep 0.1; done; echo epoch 3 done; sleep 60";
    const job = await startJob(platform, { name: "train-epochs", script });
    await untilPrinted(platform, job, "epoch 2");
    const ask = conversation(mcp, 2);
    const first = await ask("job_logs", {
      jobs: ["train-epochs"],
      until_pattern: "epoch 3",
      wait_seconds: 8,
    });
    expect(first.data.logs[0].matched).toBe(false);
    const call = /job_logs (\{.*\})$/m.exec(first.text)?.[1] ?? "";
    await platform.jobs.execAndCollect(job.id, { command: "touch go" });
    const second = await ask("job_logs", { ...JSON.parse(call), wait_seconds: 20 });
    expect(second.data.logs[0].matched).toBe(true);
    expect(second.data.logs[0].log).toMatch(/epoch 3 done$/);
    const seen = [first, second].flatMap(({ data }) => data.logs[0].log.split("\n")).filter(Boolean);
    expect(seen).toEqual(["epoch 1 done", "epoch 2 done", "epoch 3 done"]);
  });
});

describe("Show me what it printed in the last 10 minutes", () => {
  test.override({ emulatorOptions: { scene: "window" } });

  test("shows only that window, with its time zone", async ({ mcp }) => {
    const ask = conversation(mcp, 1);
    const { text, data } = await ask("job_logs", { jobs: ["train-window"], since: "10m", timestamps: true });
    const [, from = "", to = ""] = /; (\S+Z) to (\S+Z) \(UTC\)/.exec(text) ?? [];
    const minutes = (Date.parse(to) - Date.parse(from)) / 60_000;
    expect(minutes).toBeGreaterThan(9);
    expect(minutes).toBeLessThanOrEqual(10.1);
    expect(Date.parse(from)).toBeGreaterThan(Date.now() - 11 * 60_000);
    expect(data.logs[0].log).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ step \d+/);
    expect(data.logs[0].log).not.toContain("step 0 ");
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(17_000);
  });
});

describe("What can I launch right now with a GPU, and what does it cost?", () => {
  test("answers in one call, sorted by price, with room said plainly", async ({ mcp, platform }) => {
    await Promise.all([1, 2].map(() => startJob(platform, { preset: "h100-x4", script: "sleep 60" })));
    await expect.poll(async () => (await platform.jobs.getCapacity())["h100-x4"], WITHIN).toBe(0);
    const ask = conversation(mcp, 1);
    const { text, data } = await ask("job_capacity", { gpu: true });
    expect(data.presets).toMatchObject([
      { name: "a100", available: 2, credits_per_hour: "45.5" },
      { name: "a100-x8-spot", available: 2 },
      { name: "h100-x4", available: 0 },
    ]);
    expect(text).toContain("h100-x4: NO ROOM NOW");
    expect(text).toContain("autoscaling");
    expect(text).not.toContain("cpu-small");
  });
});
