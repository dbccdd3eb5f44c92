import { z } from "zod";
import { oneLine, visible } from "../foreign.ts";
import { makeRedactor } from "../jobs/redact/index.ts";
import { isUnmistakable } from "../jobs/redact/job.ts";
import { logFormats, logLevels } from "../log.ts";
import { AUTHS, expectedOf, MODES, MOST_DRAIN_SECONDS, TOOLSETS } from "./described.ts";
import { nearest } from "./mistyped.ts";

const MOST_SHOWN = 80;
/** Kubernetes kills after 30 s. */
const DRAIN_SECONDS = 20;

const number = z
  .string()
  .regex(/^\d+(\.\d+)?$/)
  .transform(Number)
  // Digits without end are infinite, and would be no limit.
  .pipe(z.number());
const word = z.string().optional();
const isSet = z.literal("true").optional();

const onOff = z.stringbool({ truthy: ["true", "1", "yes", "on"], falsy: ["false", "0", "no", "off"] });

const HOST_NAME = /^(?:\[[\da-f:.]+\]|[\da-z](?:[\da-z.-]*[\da-z])?)$/;
/** Without port: names in the headers Host and Origin. */
const hostNames = z
  .string()
  .toLowerCase()
  .transform((text) => text.split(",").map((name) => name.trim()))
  .pipe(z.array(z.string().regex(HOST_NAME)));

/** What was given for each setting. */
export type SettingValues = z.infer<typeof settingValues>;

/** What a setting may be; each was written as text. */
export const settingValues = z.object({
  help: isSet,
  version: isSet,
  emulator: isSet,
  json: isSet,
  yes: isSet,
  print: isSet,
  remove: isSet,
  "with-token": isSet,
  host: word,
  token: word,
  data: word,
  scene: word,
  chaos: word,
  "memory-group": word,
  port: number.pipe(z.int().max(65_535)).optional(),
  /** MiB of output kept of each job. */
  "log-limit": number.pipe(z.number().positive()).optional(),
  mode: z.string().toLowerCase().pipe(z.enum(MODES)).default("full"),
  tools: z.string().toLowerCase().pipe(z.enum(TOOLSETS)).default("all"),
  "max-credits-per-job": number.optional(),
  "max-credits-per-hour": number.optional(),
  "max-jobs": number.pipe(z.int()).optional(),
  "owned-only": onOff.default(false),
  "allow-plain-secrets": onOff.default(false),
  http: onOff.default(false),
  auth: z.string().toLowerCase().pipe(z.enum(AUTHS)).optional(),
  "http-token-file": word,
  "tls-cert": word,
  "tls-key": word,
  "key-file": word,
  "trust-proxy": onOff.default(false),
  stateless: onOff.default(false),
  "allow-forward": onOff.default(false),
  "drain-seconds": number.pipe(z.number().max(MOST_DRAIN_SECONDS)).default(DRAIN_SECONDS),
  "allowed-host": hostNames.default([]),
  "log-level": z.string().toLowerCase().pipe(z.enum(logLevels)).default("warning"),
  "log-format": z.string().toLowerCase().pipe(z.enum(logFormats)).default("text"),
  audit: word,
  files: word,
});

const CHOICES: Partial<Record<string, readonly string[]>> = {
  mode: MODES,
  tools: TOOLSETS,
  auth: AUTHS,
  "log-level": logLevels,
  "log-format": logFormats,
};

/** A setting as it was written. */
export interface Given {
  /** The flag or the variable. */
  carrier: string;
  text: string;
}

/** Says what is wrong with a value, and what would be right. */
export function badValue(name: string, { carrier, text }: Given, secrets: readonly string[]): string {
  const expected = expectedOf(name);
  if (text.trim() === "" && carrier.startsWith("-")) return `${carrier} needs a value: ${expected}`;
  if (text.trim() === "") return `${carrier} is set but empty: give ${expected}, or remove it`;
  const meant = nearest(text, CHOICES[name] ?? []);
  const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
  return `${carrier}=${shown(text, secrets)}: expected ${expected}${hint}`;
}

/** A foreign value, short and without what looks like a secret or is one. */
export function shown(text: string, secrets: readonly string[] = []): string {
  const { text: safe } = makeRedactor(secrets.filter(isUnmistakable))(oneLine(text));
  return safe.length > MOST_SHOWN ? `${visible(safe.slice(0, MOST_SHOWN))}…` : safe;
}
