import { expect, test } from "vitest";
import { create, untilJob } from "../support/requests.ts";
import { startScripted } from "../support/scripted.ts";

test("a job whose container could not be made fails as the platform tells it, and is not started again", async () => {
  const platform = await startScripted();
  const { id } = await create(platform, { restart_policy: "always" });
  await untilJob(platform, id, { status: "running" });
  platform.runner.jobs[0]?.end({ exitCode: 1, sandboxError: "Can't mount /in" });
  const { history } = await untilJob(platform, id, { status: "failed" });
  expect(history).toMatchObject({
    reason: "Cannot create the container: Can't mount /in",
    description: "The job could not be started.",
    restarts: 0,
  });
  expect(history.exit_code).toBeUndefined();
  await platform.close();
});
