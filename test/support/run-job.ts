import { vi } from "vitest";
import type { JobDescription, Platform, StartOptions } from "../../src/client/index.ts";
import { SOON_MS } from "./busy.ts";

/** Starts a job whose container runs `script` with `sh`. */
export function startJob(
  platform: Platform,
  { script = "true", ...options }: Partial<StartOptions> & { script?: string } = {},
): Promise<JobDescription> {
  const command = `sh -c '${script.replaceAll("'", `'\\''`)}'`;
  return platform.jobs.start({ image: "ubuntu:22.04", command, ...options });
}

/** Waits until a job is in one of `statuses`. */
export function untilStatus(
  platform: Platform,
  { id }: JobDescription,
  ...statuses: JobDescription["status"][]
): Promise<JobDescription> {
  return vi.waitFor(
    async () => {
      const job = await platform.jobs.status(id);
      if (!statuses.includes(job.status)) throw new Error(`${id} is ${job.status}`);
      return job;
    },
    { timeout: 30_000, interval: 50 },
  );
}

/** Waits until a job has ended. */
export function untilEnded(platform: Platform, job: JobDescription): Promise<JobDescription> {
  return untilStatus(platform, job, "succeeded", "failed", "cancelled");
}

/** Waits until a job's log has a line. */
export function untilPrinted(platform: Platform, { id }: JobDescription, text: string): Promise<void> {
  return vi.waitFor(
    async () => {
      const { lines } = await platform.jobs.tail(id);
      if (!lines.some((line) => line.text.includes(text))) throw new Error(`${id} has not printed ${text}`);
    },
    { timeout: 30_000, interval: 50 },
  );
}

/** Reads the ends of logs as long as that takes on a busy machine: something was printed in each of them before. */
export function readPatiently({ jobs }: Pick<Platform, "jobs">): void {
  const tail = jobs.tail.bind(jobs);
  jobs.tail = (id, options) => tail(id, { ...options, silenceMs: SOON_MS });
}
