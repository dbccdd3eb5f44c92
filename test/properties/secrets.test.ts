import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { trace } from "@opentelemetry/api";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import fc from "fast-check";
import { onTestFinished } from "vitest";
import { connectPlatform } from "../../src/client/index.ts";
import { loginFromDatabase } from "../../src/client/login/database.ts";
import { openObservers } from "../../src/observe/open.ts";
import { check, TIMES } from "../support/check.ts";
import { faultProxy } from "../support/fault-proxy.ts";
import { connectAgent, openPolicy, test } from "../support/fixtures.ts";
import { token } from "../support/jobs.ts";
import { leaks, PLANTED } from "../support/planted.ts";
import { startJob, untilPrinted } from "../support/run-job.ts";
import { savedLogin } from "../support/saved-login.ts";
import { SLEEP } from "../support/sleepers.ts";
import { stillCode } from "../support/terminal-codes.ts";

const SECRETS = [PLANTED.env, PLANTED.refresh, token("alice")];
const JOBS = { jobs: ["real"] };
const CALLS: [string, Record<string, unknown>][] = [
  ["job_list", {}],
  ["job_status", JOBS],
  ["job_logs", JOBS],
  ["job_logs", { ...JOBS, grep: "planted" }],
  ["job_exec", { job: "real", command: "env; cat /etc/hostname" }],
  ["job_rerun", { job: "real", dry_run: true }],
  ["job_report", {}],
  ["job_capacity", {}],
  ["job_compare", JOBS],
  ["job_kill", { ...JOBS, dry_run: true }],
  ["apolo_context", {}],
  ["job_start", { image: "ubuntu", command: "true", wait_seconds: 0 }],
];

/** A secret, in the forms in which programs and platforms show one. */
const shown = fc
  .tuple(
    fc.constantFrom(...SECRETS),
    fc.constantFrom(
      (secret: string) => secret,
      (secret: string) => `Authorization: Bearer ${secret}`,
      (secret: string) => `https://user:${secret}@host/?token=${encodeURIComponent(secret)}`,
      (secret: string) => JSON.stringify({ error: `"${secret}"`, nested: [secret] }),
      (secret: string) => `\u001b[31m${secret}\u001b[0m`,
      (secret: string) => `${"x".repeat(3000)} ${secret} ${"y".repeat(3000)}`,
    ),
  )
  .map(([secret, form]) => form(secret));
/** The same with what a terminal obeys before or in the middle of it. */
const colored = fc
  .tuple(fc.constantFrom(...SECRETS), stillCode, stillCode, fc.nat(20))
  .map(([secret, before, within, at]) => `${before}${secret.slice(0, at)}${within}${secret.slice(at)} end`);

/** Puts a text into what a platform tells of jobs, or into its refusals. */
const placed = fc.constantFrom(
  "description",
  "reason",
  "command",
  "env",
  "tags",
  "error",
  "header",
  "other error",
);

function lace(body: string, where: string, text: string): string {
  const change = (job: Record<string, never>) => {
    const { history, container } = Object(job) as { history?: object; container?: object };
    if (history === undefined) return job;
    if (where === "description" || where === "reason")
      return { ...job, history: { ...history, [where]: text } };
    if (where === "command") return { ...job, container: { ...container, command: text } };
    if (where === "env") return { ...job, container: { ...container, env: { NOTE: text } } };
    return { ...job, [where]: [text] };
  };
  return body
    .split("\n")
    .map((line) => (line.startsWith("{") ? JSON.stringify(change(JSON.parse(line))) : line))
    .join("\n");
}

/** An agent of a server that is watched in every way, with the login that `apolo login` saved. */
async function watchedAgent(url: string, accessToken: string) {
  const folder = mkdtempSync(join(tmpdir(), "secrets-"));
  const spans = [new SimpleSpanProcessor(new InMemorySpanExporter())];
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: spans }));
  const { observer, metrics, close } = await openObservers({ audit: join(folder, "audit"), metrics: true });
  const login = await loginFromDatabase(await savedLogin({ url, token: accessToken }));
  const platform = connectPlatform(login, { observer });
  const agent = await connectAgent(platform, openPolicy, undefined, {}, observer);
  onTestFinished(async () => {
    await agent.client.close();
    await platform.close();
    close();
    trace.disable();
    rmSync(folder, { recursive: true });
  });
  return {
    agent,
    async tellMetrics() {
      leaks.saw({}, "the metrics", (await metrics?.text()) ?? "");
    },
  };
}

test("what the server knows to be secret leaves it in no form, wherever the platform puts it", {
  tags: "secrets",
  timeout: 90_000 * TIMES,
}, async ({ emulator, platform }) => {
  const script = SECRETS.map((secret) => `echo "saw ${secret}"`).join("; ");
  const job = await startJob(platform, { name: "real", script: `${script}; echo on; ${SLEEP}` });
  await untilPrinted(platform, job, "on");
  const proxy = await faultProxy(emulator);
  const { agent, tellMetrics } = await watchedAgent(`${proxy.origin}/api/v1`, emulator.token);
  const holds = fc.asyncProperty(placed, fc.oneof(shown, colored), async (where, text) => {
    const body = JSON.stringify({ error: text });
    const headers = { "x-error": encodeURIComponent(text), "x-token": encodeURIComponent(text) };
    const isError = where === "error" || where === "header" || where === "other error";
    const status = where === "error" ? 403 : 422;
    proxy.clear();
    if (isError) proxy.add({ path: /jobs/, instead: { status, headers, body } });
    else proxy.add({ path: /\/jobs/, method: "GET", body: (given) => lace(given, where, text) });
    await Promise.all(CALLS.map(([name, args]) => agent.call(name, args)));
    await tellMetrics();
    leaks.check();
  });
  await check(holds, 2, 60_000);
});
