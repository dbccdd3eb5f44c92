import { setTimeout as delay } from "node:timers/promises";
import pMap from "p-map";
import type { Random } from "../../src/emulator/scenes/random.ts";
import type { Fault } from "../support/fault-proxy.ts";
import type { Product } from "../support/product.ts";

const AT_ONCE = 8;
const MOST_WAITED_MS = 300;
const image = "python:3.12";

interface About {
  job: string;
  uri: string;
  project: string;
  /** Tells one call's start and file from another's. */
  nth: number;
}

type Call = [name: string, args: object];

/** Every tool, also wrongly called, and those that wait. */
export function toolCalls({ job, project, nth }: About): Call[] {
  const jobs = [job];
  // Starts are remembered, up to a thousand: that is no leak.
  const requestId = `mixed-${nth % 50}`;
  return [
    ["apolo_context", {}],
    ["job_list", { limit: 5 }],
    ["job_status", { jobs }],
    ["job_logs", { jobs }],
    ["job_logs", { jobs, grep: "tick" }],
    ["job_logs", { jobs, from: "start" }],
    ["job_capacity", {}],
    ["job_report", {}],
    ["job_compare", { jobs, metric: "loss", history: true }],
    ["job_exec", { job, command: "echo done" }],
    ["job_files", { job, path: "data.bin" }],
    ["job_files", { job, path: "data.bin", save_to: `saved-${nth}` }],
    ["job_start", { image, command: "true", project, request_id: requestId }],
    ["job_start", { image, command: "true", project, dry_run: true }],
    ["job_kill", { name_pattern: "nobody-*" }],
    ["job_kill", { jobs: ["nobody"] }],
    ["job_status", {}],
    ["job_nothing", {}],
    ...waitingCalls({ job }),
  ];
}

/** Those that go on until they are given up. */
export function waitingCalls({ job }: Pick<About, "job">, wait_seconds = 1): Call[] {
  const jobs = [job];
  return [
    ["job_wait", { jobs, wait_seconds }],
    ["job_wait", { jobs, until: "log", pattern: "never", wait_seconds }],
    ["job_logs", { jobs, until_pattern: "never", wait_seconds }],
    ["job_telemetry", { job, seconds: wait_seconds }],
    ["job_attach", { job, wait_seconds }],
    ["job_exec", { job, command: "sleep 600", timeout_seconds: wait_seconds }],
  ];
}

/** Makes so many calls at random, some of which are given up. */
export async function mixedCalls(
  server: Product,
  { random, from, count, ...about }: Omit<About, "nth"> & { random: Random; from: number; count: number },
): Promise<void> {
  const { uri } = about;
  const requests = ["resources/read", "resources/subscribe", "resources/unsubscribe", "subscriptions/listen"];
  await pMap(
    Array.from({ length: count }, (_, index) => from + index),
    async (nth) => {
      const giveUp = new AbortController();
      const isRequest = random.chance(0.15);
      const [name, args] = random.pick(toolCalls({ ...about, nth }));
      const method = random.pick(requests);
      const isGivenUp = random.chance(0.3) || (isRequest && method === "subscriptions/listen");
      const over = isGivenUp && delay(random.between(0, MOST_WAITED_MS)).then(() => giveUp.abort());
      const listening = { notifications: { resourceSubscriptions: [uri] } };
      const params = method === "subscriptions/listen" ? listening : { uri };
      const asked = isRequest
        ? server.ask(method, params, giveUp.signal)
        : server.call(name, args, giveUp.signal);
      await Promise.all([asked, over]);
    },
    { concurrency: AT_ONCE },
  );
  await server.ask("resources/unsubscribe", { uri });
}

/** Faults of any request. */
export function anyFault(random: Random): () => Fault | undefined {
  const bytes = () => random.between(0, 3000);
  const faults: (() => Fault)[] = [
    () => ({ before: random.between(1, 300) }),
    () => ({ answer: random.between(1, 300) }),
    () => ({ answer: "lost" }),
    () => ({ instead: "reset" }),
    () => ({ instead: { status: random.pick([500, 502, 503, 504]) } }),
    () => ({ after: { bytes: bytes(), comes: "reset" } }),
    () => ({ after: { bytes: bytes(), comes: "end" } }),
    () => ({ after: { bytes: bytes(), comes: random.between(1, 300) } }),
  ];
  return () => (random.chance(0.12) ? random.pick(faults)() : undefined);
}
