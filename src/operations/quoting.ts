import { type JobDescription, PlatformError } from "../client/index.ts";
import { type Caller, redactorFor } from "./caller.ts";

/**
 * A failure without the secrets of the jobs that it is about: the platform may quote what they were started with, and
 * whoever may act on a job need not know that. The server's own text stays as it is, for what decides by it.
 */
export function withoutSecretsOf<E>(
  jobs: readonly Pick<JobDescription, "container">[],
  error: E,
  caller: Pick<Caller, "policy">,
): E | PlatformError {
  if (!(error instanceof PlatformError)) return error;
  const { text, hidden } = redactorFor(caller, jobs)(error.message);
  return hidden === 0 ? error : error.restate({ message: text });
}
