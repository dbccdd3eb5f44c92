import type { JobDescription } from "../client/index.ts";
import { secrecyOf } from "./redact/secret-names.ts";
import { isPlainValue } from "./redact/secret-values.ts";

/**
 * The values of a job's plain variables whose names say that they are secrets: what the job prints may hold
 * them in any form, so they are looked for by value. Secret references have no values here.
 */
export function jobSecrets({ container: { env } }: Pick<JobDescription, "container">): string[] {
  return Object.entries(env)
    .filter(([name, value]) => secrecyOf(name) === "sure" && !isPlainValue(value))
    .map(([, value]) => value);
}
