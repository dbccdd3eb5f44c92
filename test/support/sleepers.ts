import type { JobDescription, Platform } from "../../src/client/index.ts";

/** The command of a job that goes on until it is ended. */
export const SLEEP = "sleep 600";

/** Every job of the selected org, oldest first. */
export async function listAll(platform: Platform): Promise<JobDescription[]> {
  const jobs: JobDescription[] = [];
  for await (const job of platform.jobs.list()) jobs.push(job);
  return jobs;
}
