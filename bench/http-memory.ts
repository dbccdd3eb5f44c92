import { setTimeout as elapse } from "node:timers/promises";
import { Agent, request } from "undici";
import { openSession, postModern } from "../test/support/http-requests.ts";
import { startEmulator, startServer } from "./team.ts";

/**
 * What stays in the memory of the built server when clients have come and gone: sessions of the old era that are
 * ended, those that are abandoned, and streams of the new one. Usage: bench/http-memory.ts [how many]
 */
const MANY = Number(process.argv[2] ?? 1000);
const AT_ONCE = 20;
const ON_SIGNAL = 'data:text/javascript,process.on("SIGUSR2",()=>{gc();gc()})';

type Headers = Record<string, string>;

const agent = new Agent({ connections: AT_ONCE });
// More than one may have: each is allowed so many calls a second.
const CALLERS = 100;
const { emulator, world } = await startEmulator(CALLERS);
const server = await startServer(world, ["--expose-gc", "--import", ON_SIGNAL]);
const url = new URL(server.url);
try {
  const rows = [];
  for (const [what, act] of [
    ["sessions ended", endedSession],
    ["streams given up", givenUpStream],
    ["sessions abandoned", abandonedSession],
  ] as const) {
    // What is made once is made.
    await repeat(act, MANY / 4);
    const before = await heapMiB();
    await repeat(act, MANY);
    const after = await heapMiB();
    rows.push({
      ...{ what, times: MANY, "heap before, MiB": before.toFixed(1), after: after.toFixed(1) },
      ratio: (after / before).toFixed(2),
    });
  }
  console.table(rows);
} finally {
  server.child.kill();
  emulator.disconnect();
  await agent.destroy();
}

async function endedSession(headers: Headers): Promise<void> {
  const session = await openSession(url, { headers });
  await (await fetch(url, { method: "DELETE", headers: session })).text();
}

async function abandonedSession(headers: Headers): Promise<void> {
  await openSession(url, { headers });
}

async function givenUpStream(headers: Headers): Promise<void> {
  const giving = new AbortController();
  const notifications = { resourcesListChanged: true };
  const answer = await postModern(
    url,
    "subscriptions/listen",
    { notifications },
    {
      headers,
      signal: giving.signal,
    },
  );
  await answer.body?.getReader().read();
  giving.abort();
}

async function repeat(act: (headers: Headers) => Promise<void>, times: number): Promise<void> {
  let left = times;
  const worker = async () => {
    for (; left > 0; ) {
      left -= 1;
      await act({ authorization: `Bearer ${world.tokens[left % CALLERS]}` });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** After two collections, once what has ended is let go. */
async function heapMiB(): Promise<number> {
  await elapse(1000);
  server.child.kill("SIGUSR2");
  await elapse(500);
  const { body } = await request(new URL("/metrics", url), { dispatcher: agent });
  const bytes = /^nodejs_heap_size_used_bytes (\S+)$/m.exec(await body.text())?.[1];
  return Number(bytes) / 2 ** 20;
}
