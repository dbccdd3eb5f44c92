import { describe, expect } from "vitest";
import { untilFinished, untilStarted } from "../../src/library/client.ts";
import { test } from "../support/fixtures.ts";
import { startJob } from "../support/run-job.ts";
import { SLEEP } from "../support/sleepers.ts";

describe.each([
  ["untilStarted", untilStarted],
  ["untilFinished", untilFinished],
])("%s", (_, until) => {
  test("knows no job that is not there", async ({ platform }) => {
    const wait = until(platform, "job-00000000-0000-0000-0000-000000000000");
    await expect(wait).rejects.toMatchObject({ code: "not_found" });
  });

  test("resolves with a job that has failed", async ({ platform }) => {
    const { id } = await startJob(platform, { script: "exit 3" });
    expect((await untilFinished(platform, id)).status).toBe("failed");
    expect(await until(platform, id)).toMatchObject({ id, history: { exit_code: 3 } });
  });

  test("is over at once with a signal that has fired, and throws its reason", async ({ platform }) => {
    const { id } = await startJob(platform, { script: SLEEP });
    const wait = until(platform, id, { signal: AbortSignal.abort("no longer wanted") });
    await expect(wait).rejects.toBe("no longer wanted");
  });
});

describe("a wait for a job that goes on", () => {
  test("ends with its signal, and the job does not", async ({ platform }) => {
    const { id } = await startJob(platform, { script: SLEEP });
    await untilStarted(platform, id);
    const asking = new AbortController();
    const { get } = platform.jobs;
    const jobs = {
      ...platform.jobs,
      get: async (...args: Parameters<typeof get>) => {
        const job = await get(...args);
        queueMicrotask(() => asking.abort("enough"));
        return job;
      },
    };
    await expect(untilFinished({ jobs }, id, { signal: asking.signal })).rejects.toBe("enough");
    expect((await platform.jobs.status(id)).status).toBe("running");
  });

  test("has its timeout for all of it, and names the job", async ({ platform }) => {
    const { id } = await startJob(platform, { script: SLEEP });
    await expect(untilFinished(platform, id, { timeoutMs: 50 })).rejects.toMatchObject({
      code: "timed_out",
      message: expect.stringContaining(`Waiting for ${id} timed out`),
    });
  });

  test("sees it end", async ({ platform }) => {
    const { id } = await startJob(platform, { script: SLEEP });
    await untilStarted(platform, id);
    const wait = untilFinished(platform, id);
    await platform.jobs.kill(id);
    expect((await wait).status).toBe("cancelled");
  });
});
