import { type Base, parseUri } from "../names/uris.ts";

/** Variables as typed. */
export type TypedEnv = readonly string[] | Record<string, string>;

/** Variables that a bare name may copy. */
export type HostEnv = Record<string, string | undefined>;

/** Plain variables, and variables whose value is a secret. */
export interface Environment {
  env: Record<string, string>;
  secretEnv: Record<string, string>;
}

/**
 * Reads `NAME=VALUE` entries, later ones winning, or a map; a value `secret:key` becomes a secret reference; a
 * bare `NAME` copies that variable of `host`, which is empty unless the caller opened it.
 * @throws {PlatformError} `invalid_argument`. Source: protocol reference 6.4.
 */
export function parseEnv(typed: TypedEnv, base: Base, host: HostEnv = {}): Environment {
  const result: Environment = { env: {}, secretEnv: {} };
  const pairs = isList(typed) ? typed.map((text) => splitPair(text, host)) : Object.entries(typed);
  for (const [name, value] of new Map(pairs)) {
    if (value.startsWith("secret:")) result.secretEnv[name] = parseUri(value, "secret", base);
    else result.env[name] = value;
  }
  return result;
}

function isList(typed: TypedEnv): typed is readonly string[] {
  return Array.isArray(typed);
}

function splitPair(text: string, host: HostEnv): [string, string] {
  const equals = text.indexOf("=");
  return equals < 0 ? [text, host[text] ?? ""] : [text.slice(0, equals), text.slice(equals + 1)];
}
