import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { create, untilJob } from "../support/requests.ts";
import type { Scripted } from "../support/scripted.ts";
import { startScripted } from "../support/scripted.ts";

let platform: Scripted;
beforeEach(async () => {
  platform = await startScripted({ gpuNodes: 1 });
});
afterEach(() => platform.close());

test("jobs that wait for a node run in the order of their priority, then of their waiting", async () => {
  const start = async (priority: string) => {
    const { id } = await create(platform, { preset_name: "a100", priority });
    return String(id);
  };
  const running = await start("normal");
  await untilJob(platform, running, { status: "running" });
  const waiting = [];
  for (const priority of ["low", "normal", "normal", "high", "normal", "high"]) {
    const id = await start(priority);
    await untilJob(platform, id, { status: "pending", reason: "Scheduling" });
    waiting.push(id);
  }
  const ran: string[] = [];
  for (let turn = 0; turn <= waiting.length; turn += 1) {
    await vi.waitFor(() => expect(platform.runner.jobs).toHaveLength(turn + 1), {
      timeout: 30_000,
      interval: 5,
    });
    const process = platform.runner.jobs[turn];
    ran.push(process?.launch.jobId ?? "");
    process?.end();
  }
  const [low, normal1, normal2, high1, normal3, high2] = waiting;
  expect(ran).toEqual([running, high1, high2, normal1, normal2, normal3, low]);
});
