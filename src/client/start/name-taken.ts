import { PlatformError } from "../errors.ts";

/** Source: protocol reference 3.8 */
const NAME_TAKEN = /job with name '([^']+)'.* already exists: '(job-[^']+)'/;

/** The name that a start was refused for, and the id of the active job that has it; undefined for other errors. */
export function nameTaken(error: unknown): { name: string; holder: string } | undefined {
  const text = error instanceof PlatformError ? (error.serverText ?? "") : "";
  const [, name, holder] = NAME_TAKEN.exec(text) ?? [];
  return name === undefined || holder === undefined ? undefined : { name, holder };
}
