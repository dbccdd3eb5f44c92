import { failure, HttpError } from "../http/http-error.ts";
import type { JobRecord } from "../state/job.ts";
import type { Action } from "../state/permissions.ts";
import type { ApiContext } from "./context.ts";

/** A job by id, or the caller's newest by name. @throws {HttpError} 400 if there is none. Source: protocol reference 3.10. */
export function findJob({ table }: ApiContext, idOrName: string, user: string): JobRecord {
  const job = table.get(idOrName) ?? table.newestNamed(idOrName, user);
  if (job === undefined) throw failure(400, `no such job ${idOrName}`);
  return job;
}

/** @throws {HttpError} 403 unless the caller may. Source: protocol reference 3.10. */
export function demand(
  { permissions }: ApiContext,
  user: string,
  right: { job: JobRecord; action: Action },
): void {
  const missing = permissions.missingOnJob(user, right.job, right.action);
  if (missing.length > 0) throw new HttpError(403, { missing });
}
