import { Server } from "node:http";
import { Clock } from "../../src/emulator/clock.ts";
import { openHome } from "../../src/emulator/home.ts";
import { FileLogs } from "../../src/emulator/logs/store.ts";
import { openRunner } from "../../src/emulator/run/index.ts";
import { serve } from "../../src/emulator/serve.ts";
import type { JobRecord } from "../../src/emulator/state/job.ts";
import { encodeConfig } from "../../src/emulator/state/tokens.ts";
import { record } from "../../test/emulator/support/records.ts";
import { logBlocks } from "./log-text.ts";
import type { World } from "./platform.ts";

// The emulator in a process of its own, with what is wanted of jobs, logs and logins; it counts its requests.
const DAYS = 7;
const DAY_MS = 86_400_000;
const PLACE = { user: "alice", cluster: "default", org: "acme", project: "vision" };
/** A log of a job that has ended was printed at this rate. */
const BYTES_PER_MS = 2000;

const world: World = JSON.parse(process.env.BENCH_WORLD ?? "{}");
const requests: string[] = [];
Server.prototype.emit = new Proxy(Server.prototype.emit, {
  apply(emit, server, told) {
    const [event, request] = told;
    if ((event === "request" || event === "upgrade") && isRequest(request))
      requests.push(`${request.method} ${request.url}`);
    return Reflect.apply(emit, server, told);
  },
});

const home = openHome(undefined);
const clock = new Clock();
const logs = new FileLogs(home.folders.logs, 4 * 1024 ** 3);
const timing = world.pendingMs === undefined ? {} : { pullMs: world.pendingMs };
const { context, token } = await serve(
  { gpuNodes: world.gpuNodes, timing },
  { home, clock, runner: openRunner(), logs },
);
const nowMs = clock.nowMs();

const { jobs = 0, logged = [], callers = 0 } = world;
for (let index = 0; index < jobs; index += 1) {
  const atMs = nowMs - DAYS * DAY_MS + (index * DAYS * DAY_MS) / jobs;
  context.table.add(moved(record(index, who(index)), atMs));
}
let last = jobs;
const withLogs = logged.flatMap(({ count, bytes, tag }) =>
  Array.from({ length: count }, () => {
    last += 1;
    return addLogged(last, bytes, tag);
  }),
);

function who(index: number): Partial<JobRecord> {
  return { owner: `user-${index % 500}`, presetName: `preset-${index % 20}` };
}

/** A job that has just ended, with a log of so many bytes. */
function addLogged(index: number, bytes: number, tag: string): string {
  const tookMs = Math.ceil(bytes / BYTES_PER_MS) + 1000;
  const job = moved(record(index, { owner: "alice", project: "vision", tags: [tag] }), nowMs - tookMs - 1000);
  const statuses = job.statuses.map((step, at) =>
    at === 2 ? { ...step, atMs: nowMs - 500, exitCode: 0, status: "succeeded" as const } : step,
  );
  context.table.add({ ...job, statuses });
  let done = 0;
  for (const block of logBlocks(bytes, index)) {
    logs.append(job.id, block, nowMs - tookMs + done / BYTES_PER_MS);
    done += block.length;
  }
  logs.end(job.id);
  return job.id;
}

/** The same job at another time. */
function moved(job: JobRecord, createdMs: number): JobRecord {
  const [first] = job.statuses;
  const byMs = createdMs - (first?.atMs ?? 0);
  return { ...job, statuses: job.statuses.map((step) => ({ ...step, atMs: step.atMs + byMs })) };
}

function isRequest(value: unknown): value is { method: string; url: string } {
  return typeof value === "object" && value !== null && "method" in value && "url" in value;
}

process.send?.({
  url: `${context.origin}/api/v1`,
  token,
  passedConfig: encodeConfig({ ...PLACE, token, origin: context.origin }),
  logged: withLogs,
  tokens: Array.from({ length: callers }, (_, n) => context.tokens.mint(`alice/service-accounts/${n}`)),
});
process.on("message", () => process.send?.({ requests: requests.splice(0) }));

// Whoever asked for it may have been killed.
process.once("disconnect", () => process.exit());
