import { isDeepStrictEqual } from "node:util";
import { PlatformError } from "../../../src/client/index.ts";
import type { WireCase, WireRequest } from "./case.ts";
import { innermostText, kindsFor, missingRights } from "./kinds.ts";
import { record } from "./values.ts";

/** What this client did with a case. */
export interface Outcome {
  requests: WireRequest[];
  result?: unknown;
  error?: unknown;
}

/** Every difference between what was recorded (deviations applied) and what happened; empty = the same. */
export function differences(wanted: WireCase, outcome: Outcome): string[] {
  return [...requestDifferences(wanted, outcome.requests), ...resultDifferences(wanted, outcome)];
}

function requestDifferences({ requests }: WireCase, got: WireRequest[]): string[] {
  if (requests.length !== got.length)
    return [
      `requests: expected ${requests.map(line).join(", ") || "none"}; sent ${got.map(line).join(", ") || "none"}`,
    ];
  return requests.flatMap((request, index) => {
    const sent = got[index];
    return sent === undefined ? [] : oneRequest(request, sent);
  });
}

function oneRequest(wanted: WireRequest, sent: WireRequest): string[] {
  const found: string[] = [];
  const check = (what: string, a: unknown, b: unknown) => {
    if (!isDeepStrictEqual(a, b)) found.push(`${what}: expected ${show(a)}; got ${show(b)}`);
  };
  check("method", wanted.method, sent.method);
  check("path", wanted.path, sent.path);
  check("query", pairs(wanted), pairs(sent));
  check("body", plain(wanted.json), plain(sent.json));
  check("frames", wanted.frames ?? [], sent.frames ?? []);
  check("authorization", wanted.auth !== undefined, sent.auth?.startsWith("Bearer ") === true);
  for (const [name, value] of Object.entries(wanted.headers ?? {})) {
    const key = name.toLowerCase();
    if (!UNCOMPARED.has(key)) check(`header ${name}`, value, sent.headers?.[key]);
  }
  return found;
}

const UNCOMPARED = new Set(["user-agent", "b3", "sentry-trace"]);

function line({ method, path }: WireRequest): string {
  return `${method} ${path}`;
}

/** As a multiset, instants in one form. */
function pairs({ query }: WireRequest): string[] {
  return query
    .map(([key, value]) => `${key}=${key === "since" || key === "until" ? instant(value) : value}`)
    .sort();
}

function instant(text: string): string {
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? "";
  const seconds = Math.floor(Date.parse(text) / 1000);
  return `${seconds}.${fraction.padEnd(6, "0").slice(0, 6)}`;
}

function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

function resultDifferences(wanted: WireCase, { result, error }: Outcome): string[] {
  if (wanted.error !== undefined) return errorDifferences(wanted, error);
  if (error !== undefined) return [`result: expected ${show(wanted.result)}; failed with ${String(error)}`];
  const a = withoutEnd(tidy(wanted.result));
  const b = withoutEnd(tidy(shaped(result, wanted.result)));
  return isDeepStrictEqual(a, b) ? [] : [`result: expected ${show(a)}; got ${show(b)}`];
}

function errorDifferences(wanted: WireCase, error: unknown): string[] {
  const name = wanted.error?.class;
  if (!(error instanceof PlatformError)) return [`error: expected ${name}; got ${show(error)}`];
  if (wanted.requests.length === 0)
    return error.code === "invalid_argument" ? [] : [`error: expected a local refusal; got ${error.code}`];
  const kinds = kindsFor(wanted);
  const found: string[] = [];
  if (!kinds.includes(error.code))
    found.push(`error: expected ${kinds.join(" or ")} (${name}); got ${error.code}`);
  const text = innermostText(wanted);
  const carried = `${error.message}\n${error.serverText ?? ""}`;
  if (text !== undefined && !carried.includes(text))
    found.push(`error text: expected "${text}" in "${error.message}"`);
  for (const right of missingRights(wanted))
    if (!error.message.includes(right)) found.push(`error text: expected "${right}" in "${error.message}"`);
  return found;
}

/** Absent and null are one; what the official dataclasses lack is left out. */
function tidy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => (item === null ? null : tidy(item)));
  const fields = record(value);
  if (fields === undefined) return value ?? undefined;
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, item]): [string, unknown][] => {
      if (key === "env" || key === "secret_env") return [[key, item]];
      if (item === null || item === undefined || item === "" || EXTRA.has(key)) return [];
      return [[key, TIMES.has(key) ? instant(String(item)) : tidy(item)]];
    }),
  );
}

const EXTRA = new Set([
  "org_project_hash",
  "materialized",
  "being_dropped",
  "logs_removed",
  "health_check_path",
  "_internal",
  "memory_mb",
]);
const TIMES = new Set(["created_at", "started_at", "finished_at", "transition_time"]);

/** A recorded list of ids stands for the jobs; `null` for a call without a result. */
function shaped(result: unknown, wanted: unknown): unknown {
  return wanted === null || wanted === undefined ? undefined : result;
}

/** A stream that was closed without an exit code may be recorded with or without a last null. */
function withoutEnd(value: unknown): unknown {
  return Array.isArray(value) && value.at(-1) === null ? value.slice(0, -1) : value;
}

function show(value: unknown): string {
  const text = value instanceof Error ? String(value) : (JSON.stringify(value) ?? "nothing");
  return text.length > 600 ? `${text.slice(0, 600)}…` : text;
}
