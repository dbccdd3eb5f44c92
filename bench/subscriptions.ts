import { setTimeout as elapse } from "node:timers/promises";
import { Client as NewClient, InMemoryTransport as NewTransport } from "@modelcontextprotocol/client";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { ResourceUpdatedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import {
  connectPlatform,
  type JobDescription,
  loginFromPassedConfig,
  type Platform,
} from "../src/client/index.ts";
import { startEmulator } from "../src/emulator/index.ts";
import { jobUri } from "../src/jobs/names/ids.ts";
import { type Caller, openCaller } from "../src/operations/caller.ts";
import { createServer } from "../src/server/index.ts";
import { countRequests } from "../test/support/requests.ts";

/**
 * Many subscribers to many jobs for a minute: what is asked of the platform meanwhile, and how long a change
 * takes to be told. Each session subscribes to every job and to its log; every second another job changes.
 * Usage: bench/subscriptions.ts [seconds] [eras of the sessions, e.g. old,new]
 */
const JOBS = 50;
const [SECONDS, ERAS] = [Number(process.argv[2] ?? 60), (process.argv[3] ?? "old,new").split(",")];
const SESSIONS = ERAS.length;

/** Prints only when told to, so that each notice has one known cause. */
const COMMAND =
  "sh -c 'echo ready; while true; do if [ -e say ]; then rm say; echo said; fi; sleep 0.5; done'";

const emulator = await startEmulator({ gpuNodes: JOBS });
const platform = connectPlatform(loginFromPassedConfig(emulator.passedConfig));
const caller = openCaller(platform, { mode: "full", toolset: "all", ownedOnly: false, secrets: [] });
const changer = connectPlatform(loginFromPassedConfig(emulator.passedConfig));
try {
  const jobs = await Promise.all(
    Array.from({ length: JOBS }, (_, n) => startRunning(changer, `job${n}-watched`)),
  );
  const notices: Notice[] = [];
  const setUp = countRequests();
  const clients = await Promise.all(
    ERAS.map((era) => (era === "new" ? listenToAll : subscribeAll)(caller, jobs, notices)),
  );
  await elapse(3000);
  notices.length = 0;
  setUp.stop();
  const requests = countRequests();
  const changes = await changeSome(jobs);
  const result = {
    eras: ERAS.join(),
    seconds: SECONDS,
    jobs: JOBS,
    subscriptions: JOBS * SESSIONS * 2,
    // The changes made here are requests of this process too.
    "to subscribe: HTTP requests": setUp.http(),
    "to subscribe: log streams": setUp.sockets(),
    "HTTP requests by the watcher": requests.http() - changes.length,
    "log streams opened meanwhile": requests.sockets(),
    changes: changes.length,
    notices: notices.length,
    "slowest notice, ms": Math.round(Math.max(...changes.map(({ uri, atMs }) => delayOf(uri, atMs)))),
  };
  console.table(result);
  await Promise.all(clients.map((client) => client.close()));

  function delayOf(uri: string, atMs: number): number {
    const seen = notices.filter((notice) => notice.uri === uri && notice.atMs >= atMs);
    return seen.length < SESSIONS
      ? Number.POSITIVE_INFINITY
      : Math.max(...seen.slice(0, SESSIONS).map((n) => n.atMs)) - atMs;
  }
} finally {
  await platform.close();
  await changer.close();
  await emulator.close();
}

/** Each job is changed at most once: its life span grows. */
async function changeSome(jobs: JobDescription[]): Promise<{ uri: string; atMs: number }[]> {
  const changes: { uri: string; atMs: number }[] = [];
  const endMs = performance.now() + SECONDS * 1000;
  for (const job of jobs) {
    if (performance.now() > endMs - 2500) break;
    await changer.jobs.bumpLifeSpan(job.id, 3600);
    changes.push({ uri: jobUri(job), atMs: performance.now() });
    // Not in step with the looks of the watcher.
    await elapse(1130);
  }
  await elapse(Math.max(0, endMs - performance.now()));
  return changes;
}

async function startRunning(on: Platform, name: string): Promise<JobDescription> {
  const { id } = await on.jobs.start({ image: "ubuntu", command: COMMAND, preset: "a100", name });
  for (;;) {
    const job = await on.jobs.get(id);
    if (job.status === "running") return job;
    await elapse(200);
  }
}

interface Notice {
  uri: string;
  atMs: number;
}

async function listenToAll(on: Caller, jobs: JobDescription[], notices: Notice[]): Promise<NewClient> {
  const options = { versionNegotiation: { mode: { pin: "2026-07-28" } } };
  const client = new NewClient({ name: "bench", version: "0" }, options);
  client.setNotificationHandler("notifications/resources/updated", ({ params: { uri } }) => {
    notices.push({ uri, atMs: performance.now() });
  });
  const [near, far] = NewTransport.createLinkedPair();
  await createServer(on).connect(far);
  await client.connect(near);
  await client.listen({ resourceSubscriptions: jobs.flatMap((job) => [jobUri(job), `${jobUri(job)}/logs`]) });
  return client;
}

async function subscribeAll(on: Caller, jobs: JobDescription[], notices: Notice[]): Promise<Client> {
  const client = new Client({ name: "bench", version: "0" });
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params: { uri } }) => {
    notices.push({ uri, atMs: performance.now() });
  });
  const [near, far] = InMemoryTransport.createLinkedPair();
  await Promise.all([createServer(on).connect(far), client.connect(near)]);
  for (const job of jobs) {
    await client.subscribeResource({ uri: jobUri(job) });
    await client.subscribeResource({ uri: `${jobUri(job)}/logs` });
  }
  return client;
}
