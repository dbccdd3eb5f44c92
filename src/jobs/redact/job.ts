import type { JobDescription } from "../../client/index.ts";
import { makeRedactor, type Redact } from "./index.ts";
import { jobSecrets } from "./job-secrets.ts";

/** What stands for a value that is never shown. */
const HIDDEN = "[redacted]";

/**
 * A job without its secrets, still of the documented shape: no environment value is shown (their names are),
 * and every text that a person or a program wrote goes through `redact`.
 */
export function redactJob(job: JobDescription, redact: Redact): JobDescription {
  const { container, history } = job;
  const redactOwn = makeRedactor(jobSecrets(job));
  const hide = (text: string) => redact(redactOwn(text).text).text;
  return {
    ...job,
    ...changed(job, ["description"], hide),
    tags: job.tags.map(hide),
    history: {
      ...history,
      ...changed(history, ["reason", "description"], hide),
      transitions: history.transitions.map((item) => ({
        ...item,
        ...changed(item, ["reason", "description"], hide),
      })),
    },
    container: {
      ...container,
      ...changed(container, ["entrypoint", "command", "working_dir"], hide),
      env: Object.fromEntries(Object.keys(container.env).map((name) => [name, HIDDEN])),
    },
  };
}

function changed<T extends object, K extends keyof T & string>(
  from: T,
  keys: readonly K[],
  change: (text: string) => string,
): Partial<Record<K, string>> {
  const changes: Partial<Record<K, string>> = {};
  for (const key of keys) {
    const value = from[key];
    if (typeof value === "string") changes[key] = change(value);
  }
  return changes;
}
