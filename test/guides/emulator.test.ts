import {
  connectPlatform,
  loginFromPassedConfig,
  type Platform,
  untilFinished,
  untilStarted,
} from "apolo-jobs-mcp/client";
import { type Emulator, startEmulator } from "apolo-jobs-mcp/emulator";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

let emulator: Emulator;
let platform: Platform;

beforeAll(async () => {
  emulator = await startEmulator();
  platform = connectPlatform(loginFromPassedConfig(emulator.passedConfig));
});

afterEach(() => emulator.chaos.clear());

afterAll(async () => {
  await platform.close();
  await emulator.close();
});

test("a start whose answer is lost makes one job", async () => {
  emulator.chaos.add({
    on: { method: "POST", path: "/api/v1/jobs", times: 1 },
    do: { kind: "lose_answer" },
  });
  const options = { image: "ubuntu", command: "echo once", tags: ["lost"] };
  const { job } = await platform.jobs.startOnce(options, { requestId: "lost-answer" });

  const found: string[] = [];
  for await (const { id } of platform.jobs.list({ tags: ["lost"] })) found.push(id);
  expect(found).toEqual([job.id]);
});

test("a job ends when its life span is over", async () => {
  const job = await platform.jobs.start({ image: "ubuntu", command: "sleep 600", lifeSpanSeconds: 3600 });
  await untilStarted(platform, job.id);

  emulator.clock.advance(3_600_000);

  expect(await untilFinished(platform, job.id)).toMatchObject({ status: "cancelled" });
});
