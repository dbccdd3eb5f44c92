import { isFinished, PlatformError } from "../../client/index.ts";
import type { Asking } from "../caller.ts";
import { within } from "../within.ts";
import type { Meant } from "./owned.ts";
import { RefusedError } from "./refused.ts";

type Named = Pick<Meant, "job" | "again">;

/** Refuses early, with a better answer than the platform's own. @throws {RefusedError} it does not run */
export function requireRunning({ job, again }: Named): void {
  if (job.status !== "running") throw new RefusedError({ reason: "not_running", job, again });
}

/** @throws {RefusedError} it has ended */
export function requireActive({ job, again }: Named): void {
  if (isFinished(job.status)) throw new RefusedError({ reason: "not_running", job, again });
}

/** Looks again at a job that ran when it was found, and says why the platform says that it does not. */
export async function requireProcess(
  error: unknown,
  { job, again }: Named,
  { caller: { platform }, signal }: Asking,
): Promise<void> {
  if (!(error instanceof PlatformError) || error.code !== "not_running") return;
  // If this look fails, the platform's first answer stands.
  const now = await within(signal, (until) => platform.jobs.status(job.id, {}, { signal: until })).catch(
    () => job,
  );
  requireRunning({ job: now, again });
  if (now.restart_policy !== "never")
    throw new RefusedError({ reason: "between_starts", job: now, again }, error);
}
