import { setTimeout as elapse } from "node:timers/promises";
import { Agent, request as send } from "undici";
import { inParallel, quantile, until } from "../harness/measure.ts";
import { Platform } from "../harness/platform.ts";
import { end, MIB, Usage } from "../harness/process.ts";
import { request } from "../harness/product.ts";
import type { Bench, Row } from "../harness/row.ts";
import { heapBytes, serve } from "../harness/served.ts";

const CALLERS = 500;
/** With these all that is made once is there. */
const FIRST_CALLERS = 20;
const SECONDS = 15;
/** Until what is called often is compiled: before, a call in a hundred takes several times as long. */
const WARM_UP_SECONDS = 12;

/** Many callers of one server over HTTP, each with a login of their own and a call each second. */
export const http: readonly Bench[] = [
  {
    rows: ["p50", "p99", "processor", "memory", "caller", "raw-p99"].map((name) => `http/${name}`),
    run: () => callers(CALLERS),
  },
];

async function callers(count: number, seconds = SECONDS): Promise<Row[]> {
  const platform = await Platform.open({ callers: count });
  const server = await serve(platform);
  // The bench shares the processors with both: its own connections must not be what is slow.
  const agent = new Agent({ connections: null, pipelining: 1 });
  try {
    const job = await platform.start("sleep 600");
    await until(async () => (await platform.status(job)) === "running");
    const call = (token: string) => statusOver(server.url, { token, job, agent });
    const raw = (token: string) => rawStatus(platform, { token, job, agent });
    // The first call of each logs in.
    const { tokens } = platform.told;
    let next = 0;
    const usage = new Usage(server.child);
    const logIn = () => call(tokens[next++] ?? "");
    await inParallel(logIn, { times: FIRST_CALLERS, atOnce: 4 });
    const few = await heapBytes(server);
    await inParallel(logIn, { times: count - FIRST_CALLERS, atOnce: 4 });
    const rawTimes = await steady(tokens, raw, seconds / 3);
    await steady(tokens, call, WARM_UP_SECONDS);
    usage.forgetPeak();
    const cpuMs = usage.cpuMs();
    const times = await steady(tokens, call, seconds);
    const processorMs = usage.cpuMs() - cpuMs;
    const peak = usage.peakBytes();
    const what = `job_status of ${count} callers, one a second each`;
    return [
      { name: "http/p50", what, value: quantile(times, 0.5), unit: "ms" },
      { name: "http/p99", what, value: quantile(times, 0.99), unit: "ms", goal: { atMost: 100 } },
      {
        name: "http/processor",
        what,
        value: processorMs / times.length,
        unit: "ms of processor a call",
      },
      { name: "http/memory", what, value: peak / MIB, unit: "MiB", goal: { atMost: 250 } },
      {
        ...{ name: "http/caller", what: "heap for each more of them, garbage collected", unit: "KiB" },
        value: Math.max(0, (await heapBytes(server)) - few) / (count - FIRST_CALLERS) / 1024,
      },
      {
        ...{ name: "http/raw-p99", what: "the same calls to the emulator, raw", unit: "ms" },
        ...{ value: quantile(rawTimes, 0.99), hundredths: hundredthsOf(rawTimes) },
      },
    ];
  } finally {
    await end(server.child);
    await agent.destroy();
    await platform.close();
  }
}

/** A kept connection may be closed by the other side just then, on a busy machine many: a client asks again. */
async function asking(call: () => Promise<unknown>, triesLeft = 20): Promise<unknown> {
  try {
    return await call();
  } catch (error) {
    if (triesLeft === 0) throw error;
    return asking(call, triesLeft - 1);
  }
}

function hundredthsOf(times: readonly number[]): number[] {
  return Array.from({ length: 100 }, (_, at) => Number(quantile(times, at / 100).toPrecision(3)));
}

/** A call each second by each, evenly spread; how long each took, in milliseconds. */
async function steady(
  tokens: readonly string[],
  call: (token: string) => Promise<unknown>,
  seconds: number,
): Promise<number[]> {
  const times: number[] = [];
  const one = async (token: string) => {
    const startMs = performance.now();
    await asking(() => call(token));
    times.push(performance.now() - startMs);
  };
  await Promise.all(
    tokens.map(async (token, at) => {
      await elapse((1000 * at) / tokens.length);
      const calls: Promise<void>[] = [];
      for (let second = 0; second < seconds; second += 1) {
        calls.push(one(token));
        calls.at(-1)?.catch(() => undefined);
        await elapse(1000);
      }
      await Promise.all(calls);
    }),
  );
  return times;
}

interface Call {
  token: string;
  job: string;
  agent: Agent;
}

async function statusOver(url: string, { token, job, agent }: Call): Promise<void> {
  const { body } = await send(url, {
    method: "POST",
    dispatcher: agent,
    headers: {
      ...{ "content-type": "application/json", accept: "application/json, text/event-stream" },
      ...{ "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": "job_status" },
      authorization: `Bearer ${token}`,
    },
    body: request(1, "tools/call", { name: "job_status", arguments: { jobs: [job] } }),
  });
  const text = await body.text();
  if (!text.includes(job)) throw new Error(`a call failed: ${text.slice(0, 300)}`);
}

async function rawStatus({ told }: Platform, { token, job, agent }: Call): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  const { body } = await send(`${told.url}/jobs/${job}`, { dispatcher: agent, headers });
  await body.json();
}
