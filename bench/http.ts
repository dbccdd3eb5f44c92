import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as elapse } from "node:timers/promises";
import { Agent, request } from "undici";
import { startEmulator, startServer } from "./team.ts";

/**
 * Callers of the built server over HTTP, each with a login of their own and a call each second, on the emulator: how
 * long their calls take, and what the server takes of processor and memory. Then one caller, over HTTP and stdio.
 * Usage: bench/http.ts [callers] [seconds]
 */
const [CALLERS, SECONDS] = [Number(process.argv[2] ?? 500), Number(process.argv[3] ?? 20)];
const ALONE = 300;
const VERSION = "2026-07-28";
const CAPABILITIES = "io.modelcontextprotocol/clientCapabilities";

const { emulator, world } = await startEmulator(CALLERS);
const agent = new Agent({ connections: null });
const server = await startServer(world);
try {
  const all = await manyCallers();
  console.table([all]);
  console.table(await oneCaller());
} finally {
  server.child.kill();
  await once(server.child, "exit");
  emulator.disconnect();
  await agent.destroy();
}

async function manyCallers() {
  const times: number[] = [];
  const failures: string[] = [];
  const call = async (token: string) => {
    const startMs = performance.now();
    const text = await overHttp(token).catch((error: unknown) => String(error));
    times.push(performance.now() - startMs);
    if (!text.includes(world.job)) failures.push(text.slice(0, 200));
  };
  // The first call of each logs in.
  for (const token of world.tokens) await call(token);
  const first = times.splice(0);
  const before = await seen();
  await Promise.all(
    world.tokens.map(async (token, n) => {
      await elapse((1000 * n) / CALLERS);
      const calls: Promise<void>[] = [];
      for (let second = 0; second < SECONDS; second += 1) {
        calls.push(call(token));
        await elapse(1000);
      }
      await Promise.all(calls);
    }),
  );
  const after = await seen();
  if (failures.length > 0) console.warn(`${failures.length} calls failed, e.g. ${failures[0]}`);
  return {
    callers: CALLERS,
    calls: times.length,
    "first call, p50 ms": rounded(share(first, 0.5)),
    "p50, ms": rounded(share(times, 0.5)),
    "p99, ms": rounded(share(times, 0.99)),
    "processor, ms a call": rounded((1000 * (after.cpuSeconds - before.cpuSeconds)) / times.length),
    "event loop late, p99 ms": rounded(after.lateSeconds * 1000),
    "memory, MiB": rounded(after.bytes / 2 ** 20),
  };
}

/** One after the other, in turn over both: the same for both, whatever else the machine does. */
async function oneCaller() {
  const [token = ""] = world.tokens;
  const stdio = overStdio();
  const times: Record<string, number[]> = { http: [], stdio: [] };
  for (let n = 0; n < ALONE; n += 1)
    for (const [name, call] of [
      ["http", () => overHttp(token)],
      ["stdio", stdio.call],
    ] as const) {
      const startMs = performance.now();
      await call();
      times[name]?.push(performance.now() - startMs);
      // Stays under what one caller may call.
      if (name === "stdio") await elapse(50);
    }
  stdio.end();
  return Object.entries(times).map(([over, all]) => ({
    "job_status over": over,
    "p50, ms": rounded(share(all, 0.5)),
    "p99, ms": rounded(share(all, 0.99)),
  }));
}

async function overHttp(token: string): Promise<string> {
  const { body } = await request(server.url, {
    method: "POST",
    dispatcher: agent,
    headers: {
      ...{ "content-type": "application/json", accept: "application/json, text/event-stream" },
      ...{ "mcp-protocol-version": VERSION, "mcp-method": "tools/call", "mcp-name": "job_status" },
      authorization: `Bearer ${token}`,
    },
    body: statusCall(1),
  });
  return body.text();
}

function statusCall(id: number): string {
  const _meta = { "io.modelcontextprotocol/protocolVersion": VERSION, [CAPABILITIES]: {} };
  const params = { name: "job_status", arguments: { jobs: [world.job] }, _meta };
  return JSON.stringify({ jsonrpc: "2.0", id, method: "tools/call", params });
}

function overStdio() {
  const child = spawn(process.execPath, ["dist/main.js"], {
    stdio: ["pipe", "pipe", "ignore"],
    env: { PATH: process.env.PATH, HOME: "/nonexistent", APOLO_PASSED_CONFIG: world.passedConfig },
  });
  const lines = createInterface(child.stdout);
  let id = 0;
  return {
    async call() {
      id += 1;
      child.stdin.write(`${statusCall(id)}\n`);
      await once(lines, "line");
    },
    end: () => child.kill(),
  };
}

/** What the server tells of itself. */
async function seen() {
  const { body } = await request(new URL("/metrics", server.url), { dispatcher: agent });
  const text = await body.text();
  const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1]);
  return {
    cpuSeconds: value("process_cpu_seconds_total"),
    lateSeconds: value("nodejs_eventloop_lag_p99_seconds"),
    bytes: value("process_resident_memory_bytes"),
  };
}

function share(times: number[], part: number): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * part)] ?? Number.NaN;
}

function rounded(value: number): number {
  return Number(value.toFixed(2));
}
