import { secrecyOf } from "./secret-names.ts";
import { isMixedWord, isPlainValue, looksLikeToken } from "./secret-values.ts";

/** Words joined are a secret by themselves from this length on. */
const SHORTEST_PHRASE = 16;
/** Words of letters alone are looked for from this length on: shorter ones stand in any log. */
const SHORTEST_WORD = 12;

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
