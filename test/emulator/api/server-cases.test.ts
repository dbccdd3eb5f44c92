import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { text as textOf } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Scripted, startScripted } from "../support/scripted.ts";

/** A request, and what the real server's own handlers answered. */
interface Case {
  id: string;
  method: string;
  path: string;
  accept?: string;
  body?: unknown;
  raw?: string;
  /** Absent for alice, null for no token. */
  user?: string | null;
  remember?: string;
  keepsStatus?: boolean;
  envOnlySet?: string;
  real: { status: number; text?: string; ct?: string; names?: string[]; body?: Record<string, unknown> };
}

const cases: Case[] = readFileSync("test/fixtures/server-cases/cases.jsonl", "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line));

const JOB_ID = /job-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

let platform: Scripted;
const ids = new Map<string, string>();
beforeAll(async () => {
  // The real handlers ran without the service that moves jobs on.
  platform = await startScripted({ timing: { schedulingMs: 3_600_000 } });
});
afterAll(() => platform.close());

// One conversation: each answer depends on what was asked before.
describe("the real server's answers, in order", { shuffle: false }, () => {
  test.each(cases)("$method $path: $id", async (one) => {
    const { real } = one;
    if (one.id === "get by name: newest") await startAgain();
    const answer = await ask(one);
    if (one.remember !== undefined) ids.set(one.remember, JSON.parse(answer.raw).id);
    expect(answer.status, answer.text).toBe(real.status);
    if (real.text !== undefined) expect(answer).toMatchObject(textOfCase(one));
    if (real.names !== undefined) expect(namesIn(answer.raw)).toEqual(real.names);
    if (real.body !== undefined)
      expect(comparable(JSON.parse(answer.raw), one)).toEqual(comparable(real.body, one));
  });
});

/** The case that started it is not among these. */
async function startAgain(): Promise<void> {
  const seed = cases.find(({ remember }) => remember === "s-one");
  if (seed === undefined) throw new Error("no case starts s-one");
  await ask({ ...seed, body: { ...Object(seed.body), command: "true", tags: ["seed"] } });
}

/** With the path exactly as it stands: `fetch` would tidy it. */
async function ask({ method, path, accept, body, raw, user = "alice" }: Case) {
  const { tokens, origin } = platform.context;
  const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const headers = {
    ...(accept === undefined ? {} : { accept }),
    ...(user === null ? {} : { authorization: `Bearer ${tokens.mint(user)}` }),
    ...(sent === undefined
      ? {}
      : { "content-type": "application/json", "content-length": Buffer.byteLength(sent) }),
  };
  const asked = request(origin, { method, path: `/api/v1${placed(path)}`, headers });
  asked.end(sent);
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  const text = (await textOf(answer)).replaceAll(`/api/v1${placed(path)}`, "PATH");
  return {
    status: answer.statusCode,
    text: sortedParts(text),
    ct: answer.headers["content-type"]?.split(";")[0],
    raw: text,
  };
}

function placed(path: string): string {
  return path.replace(/\{(s-\w+)\}/, (_, name) => ids.get(name) ?? name);
}

/** The framework, which writes JSON and its type, was stood in for: spaces and charset are not compared. */
function textOfCase({ real: { text = "", ct } }: Case) {
  return { text: sortedParts(text), ...(ct === undefined ? {} : { ct: ct.split(";")[0] }) };
}

/** The server builds some texts from unordered sets. */
function sortedParts(text: string): string {
  return text
    .replace(JOB_ID, "JOBID")
    .replace(/" ?: ?/g, '":')
    .split(/[{},]\s*/)
    .sort()
    .join("\n");
}

function namesIn(text: string): string[] {
  const jobs: { name?: string }[] = text.startsWith('{"jobs"')
    ? JSON.parse(text).jobs
    : text
        .trim()
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line));
  return jobs.map(({ name = "-" }) => name);
}

const SHARES = ["cpu", "memory", "memory_mb"];

/** A job without what differs from one run to the next. */
function comparable(job: Record<string, unknown>, { method, keepsStatus = false, envOnlySet }: Case): object {
  const { total_price_credits: _, ...shown } = replaced(job, String(job.id)) as Record<string, unknown>;
  const { container, preset_name } = shown;
  // The machine on which the answers were recorded was cut into other shares.
  if (preset_name !== undefined) for (const key of SHARES) delete Object(container).resources[key];
  if (envOnlySet !== undefined) Object.assign(Object(container).env, { [envOnlySet]: "SET" });
  if (method === "POST") return shown;
  const { history, status, statuses, materialized: __, ...later } = shown;
  if (!keepsStatus) return later;
  const last = Array.isArray(statuses) ? statuses.slice(-1) : statuses;
  return {
    ...later,
    status,
    statuses: last,
    history: { ...Object(history), run_time_seconds: 0, started_at: "T" },
  };
}

function replaced(value: unknown, id: string): unknown {
  if (typeof value === "string")
    return /^\d{4}-\d\d-\d\dT/.test(value)
      ? "TIME"
      : /^https?:/.test(value)
        ? "URL"
        : value.replaceAll(id, "JOBID");
  if (Array.isArray(value)) return value.map((item) => replaced(item, id));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaced(item, id)]));
}
