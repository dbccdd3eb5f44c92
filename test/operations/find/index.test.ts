import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  AmbiguousError,
  type JobDescription,
  type Platform,
  PlatformError,
  type StatusOutcome,
} from "../../../src/client/index.ts";
import { resolveAll, resolveMany } from "../../../src/operations/find/index.ts";
import { errorText } from "../../../src/tools/errors.ts";
import { sampleJob } from "../../jobs/sample-job.ts";

const signal = new AbortController().signal;
const job = sampleJob();
const twin = sampleJob({ id: "job-1a2bffff-5e6f-4a7b-8c9d-0e1f2a3b4c5d", owner: "bob" });

/** A platform that answers a status of many with these outcomes. */
function platformWith(outcomes: Record<string, JobDescription | PlatformError>): Platform {
  const statusMany = async (refs: readonly string[]): Promise<StatusOutcome[]> =>
    refs.map((ref) => {
      const found = outcomes[ref];
      if (found === undefined) throw new Error(`nothing is said about ${ref}`);
      return found instanceof PlatformError ? { ref, error: found } : { ref, job: found };
    });
  // Other projects are never done with their answer.
  async function* list(_filter: unknown, { signal }: { signal: AbortSignal }) {
    if (!signal.aborted) await once(signal, "abort");
    yield await Promise.reject(signal.reason);
  }
  const selection = { cluster: "default", org: "acme", project: "vision" };
  const context = async () => ({ user: "alice", selection, projects: [] });
  // Nothing else is used.
  return { context, jobs: { statusMany, list } } as unknown as Platform;
}

const platform = platformWith({
  train: job,
  "job-1a2b": new AmbiguousError('The id prefix "job-1a2b" fits 2 jobs.', [job, twin]),
  trian: new PlatformError("not_found", 'There is no job "trian". Near names: train.'),
  away: new PlatformError("unavailable", "The platform is away."),
});

/** As long as other projects may take. */
const inTime = () => vi.advanceTimersByTimeAsync(3000);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("resolveMany", () => {
  test("gives each job once, in order, and in time what is wrong with the rest", async () => {
    const refs = ["train", "trian", "train", "job-1a2b"];
    const [{ jobs, failed }] = await Promise.all([
      resolveMany(platform, { refs, where: {} }, signal),
      inTime(),
    ]);
    expect(jobs).toEqual([job]);
    expect(failed.map(({ ref }) => ref)).toEqual(["trian", "job-1a2b"]);
    const call = { tool: "job_list", arguments: { name: "trian", projects: ["*"] } };
    expect(failed[0]?.error).toMatchObject({ hints: [{ reason: "search", call }] });
  });

  test("is one error, not many, when the platform is away", async () => {
    await expect(resolveMany(platform, { refs: ["away"], where: {} }, signal)).rejects.toThrow("away");
  });
});

describe("resolveAll", () => {
  test("refuses all when one is wrong, and shows what an ambiguous one may mean", async () => {
    const refs = ["train", "trian", "job-1a2b"];
    const [refusal] = await Promise.all([
      resolveAll(platform, { refs, where: {} }, signal).catch((error) => error),
      inTime(),
    ]);
    expect(refusal).toMatchObject({ code: "not_found" });
    expect(errorText(refusal)).toMatch(/Near names: train[\s\S]*- job-1a2bf: .*owner bob/);
  });

  test("passes one ambiguous ref on with its candidates", async () => {
    const refusal = await resolveAll(platform, { refs: ["job-1a2b"], where: {} }, signal).catch(
      (error) => error,
    );
    expect(refusal).toBeInstanceOf(AmbiguousError);
    expect(errorText(refusal)).toMatch(/- job-1a2b3: .*owner alice[\s\S]*- job-1a2bf: .*owner bob/);
  });
});
