import { makeRedactor, type Redact } from "../jobs/redact/index.ts";
import { jobSecrets } from "../jobs/redact/job.ts";
import type { Caller } from "./caller.ts";

/** Hides secrets in what these jobs print, the values of their own environment among them. */
export function redactorFor(
  { policy }: Pick<Caller, "policy">,
  jobs: readonly Parameters<typeof jobSecrets>[0][],
): Redact {
  return makeRedactor([...policy.secrets, ...jobs.flatMap(jobSecrets)]);
}
