import type { JobDescription } from "../../client/index.ts";
import { makeRedactor, type Redact } from "./index.ts";
import { secrecyOf } from "./secret-names.ts";
import { isMixedWord, isPlainValue, looksLikeToken } from "./secret-values.ts";
import { MARK } from "./spans.ts";

/** From this length on, joined words are a secret by themselves. */
const SHORTEST_PHRASE = 16;
/** From this length on, letters alone are looked for: shorter words stand in any log. */
const SHORTEST_WORD = 12;

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
      env: Object.fromEntries(Object.keys(container.env).map((name) => [name, MARK])),
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

/**
 * The values of a job's plain variables whose names say that they are secrets: what the job prints may hold
 * them in any form, so they are looked for by value. Secret references have no values here.
 */
export function jobSecrets({ container: { env } }: { container: { env: Record<string, string> } }): string[] {
  return Object.entries(env).flatMap(([name, value]) =>
    isSecret(name, value) ? [value, ...withinLogin(name, value)] : [],
  );
}

/** A passed login is base64 of JSON; what is printed may be the JSON, or the token within. Source: protocol reference 1.5 */
function withinLogin(name: string, value: string): string[] {
  if (!/_PASSED_CONFIG$/.test(name)) return [];
  const json = Buffer.from(value, "base64").toString("utf8");
  const tokens = Array.from(json.matchAll(/"[\w-]*token"\s*:\s*"([^"]+)"/g), ([, token = ""]) => token);
  return [json, ...tokens];
}

/**
 * Whether a value alone is known for a secret, whatever is called by it: `postgres`, `resnet50` or a path is also
 * the name of something else, and hiding it would break that name.
 */
export function isUnmistakable(value: string): boolean {
  return looksLikeToken(value) || (value.length >= SHORTEST_PHRASE && !isPlainValue(value));
}

function isSecret(name: string, value: string): boolean {
  const secrecy = secrecyOf(name);
  if (secrecy === "no" || isPlainValue(value)) return false;
  if (isMixedWord(value) || looksLikeToken(value)) return true;
  return secrecy === "sure" && value.length >= SHORTEST_WORD;
}
