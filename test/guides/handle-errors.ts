import { AmbiguousError, isFinished, type Platform, PlatformError } from "apolo-jobs-mcp/client";

/** Ends the job with this name, if there is one; says what happened. */
export async function stop({ jobs }: Platform, name: string): Promise<string> {
  try {
    const job = await jobs.resolve(name, {}, { timeoutMs: 30_000 });
    if (isFinished(job.status)) return `${job.id} has already ${job.status}`;
    await jobs.kill(job.id);
    return `killed ${job.id}`;
  } catch (error) {
    if (error instanceof AmbiguousError) return `which? ${error.candidates.map(({ id }) => id).join(", ")}`;
    if (error instanceof PlatformError && error.code === "not_found") return "there is none";
    throw error;
  }
}
