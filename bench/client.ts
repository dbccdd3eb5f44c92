import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { Agent, request } from "undici";
import type * as Client from "../src/client/index.ts";

type Platform = Client.Platform;

/** One figure, and whether it is within its bound. */
export interface ClientFigure {
  name: string;
  value: number;
  unit: string;
  bound: string;
  ok: boolean;
}

const PARALLEL = 50;
const ROUNDS = 9;
const MEGABYTE = 1024 * 1024;

/** The client beside raw undici requests to the same server: time of one call, throughput, memory. */
export async function benchClient(): Promise<ClientFigure[]> {
  const { url, server } = await startServer();
  const { connectPlatform, loginFromPassedConfig } = await bundledClient();
  const platform = connectPlatform(loginFromPassedConfig(passedConfig(url)));
  const raw = new Agent({ connections: null });
  try {
    await platform.context();
    const figures: ClientFigure[] = [];
    for (const measured of subjects(platform, { url, raw })) figures.push(...(await compare(measured)));
    figures.push(await memory(platform));
    return figures;
  } finally {
    await platform.close();
    await raw.destroy();
    server.kill();
  }
}

interface Subject {
  name: string;
  ours(): Promise<unknown>;
  raw(): Promise<unknown>;
  /** Calls made one after another, and in all at 50 in parallel. */
  single: number;
  total: number;
}

function subjects(platform: Platform, { url, raw }: { url: string; raw: Agent }): Subject[] {
  const id = "job-00000000-0000-4000-8000-000000000001";
  const headers = { authorization: "Bearer x", accept: "application/x-ndjson" };
  const get = async (path: string) => (await request(url + path, { dispatcher: raw, headers })).body;
  const status: Subject = {
    name: "status",
    ours: () => platform.jobs.get(id),
    raw: async () => (await get(`/jobs/${id}`)).json(),
    single: 1000,
    total: 2500,
  };
  const lists = [20, 1000, 100_000].map((limit): Subject => {
    const share = Math.max(1, Math.ceil(20_000 / limit));
    return {
      name: `list of ${limit}`,
      ours: () => count(platform.jobs.list({ limit })),
      raw: async () => parseLines(await get(`/jobs?limit=${limit}`)),
      single: Math.max(7, Math.min(300, share)),
      // Fifty lists of 100,000 jobs would be gigabytes.
      total: limit > 1000 ? 0 : Math.max(PARALLEL, Math.min(500, share)),
    };
  });
  return [status, ...lists];
}

/** Both in turn, A B A B …, call by call: what else the machine does falls on both alike. */
async function compare({ name, ours, raw, single, total }: Subject): Promise<ClientFigure[]> {
  for (let warmUp = 0; warmUp < 2; warmUp += 1) await Promise.all([ours(), raw()]);
  const times: { ours: number[]; raw: number[] } = { ours: [], raw: [] };
  for (let done = 0; done < single; done += 1) {
    times.ours.push(await timed(ours));
    times.raw.push(await timed(raw));
  }
  const time = median(times.ours) / median(times.raw);
  const one = `${name}: time of one call`;
  const figures = [{ name: one, value: time, unit: "x raw", bound: "at most 1.5", ok: time <= 1.5 }];
  if (total === 0) return figures;
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    rates.push((await inParallel(raw, total)) / (await inParallel(ours, total)));
  const rate = median(rates);
  const many = `${name}: throughput at ${PARALLEL} in parallel`;
  return [...figures, { name: many, value: rate, unit: "x raw", bound: "at least 0.6", ok: rate >= 0.6 }];
}

async function memory(platform: Platform): Promise<ClientFigure> {
  await count(platform.jobs.list({ limit: 1000 }));
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let most = before;
  let seen = 0;
  for await (const _ of platform.jobs.list({ limit: 100_000 })) {
    seen += 1;
    if (seen % 1000 === 0) most = Math.max(most, process.memoryUsage().rss);
  }
  const value = (most - before) / MEGABYTE;
  return { name: "list of 100000: memory growth", value, unit: "MiB", bound: "less than 32", ok: value < 32 };
}

async function timed(call: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await call();
  return performance.now() - startedAt;
}

async function inParallel(call: () => Promise<unknown>, times: number): Promise<number> {
  const startedAt = performance.now();
  let left = times;
  const worker = async () => {
    for (; left > 0; ) {
      left -= 1;
      await call();
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  return performance.now() - startedAt;
}

async function count(jobs: AsyncIterable<unknown>): Promise<number> {
  let seen = 0;
  for await (const _ of jobs) seen += 1;
  return seen;
}

/** The least that a reader of the list must do: cut into lines and parse each, keeping none. */
async function parseLines(body: AsyncIterable<Buffer>): Promise<number> {
  let rest = "";
  let seen = 0;
  for await (const chunk of body) {
    const lines = (rest + chunk.toString("utf8")).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (JSON.parse(line) !== null) seen += 1;
  }
  return seen;
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** What is shipped is a bundle: the loader that runs this file slows the sources down. */
async function bundledClient(): Promise<typeof Client> {
  const outfile = fileURLToPath(new URL("../dist/bench-client.mjs", import.meta.url));
  const entryPoints = [fileURLToPath(new URL("../src/client/index.ts", import.meta.url))];
  await build({ entryPoints, outfile, bundle: true, platform: "node", format: "esm", packages: "external" });
  return await import(outfile);
}

async function startServer(): Promise<{ url: string; server: ChildProcess }> {
  const folder = new URL("../test/fixtures/wire/", import.meta.url);
  const cases = JSON.parse(await readFile(new URL("cases.json", folder), "utf8"));
  const { config_response } = JSON.parse(await readFile(new URL("login.json", folder), "utf8"));
  const found = cases.find(({ id }: { id: string }) => id === "status/full-failed");
  const data = { job: JSON.stringify(found.script.job), config: JSON.stringify(config_response) };
  const server = fork(new URL("./client-server.ts", import.meta.url), {
    env: { ...process.env, BENCH_DATA: JSON.stringify(data) },
    execArgv: ["--import", "tsx"],
  });
  const [port] = await once(server, "message");
  return { url: `http://127.0.0.1:${port}/api/v1`, server };
}

function passedConfig(url: string): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const token = `${part({ alg: "none" })}.${part({ identity: "alice" })}.x`;
  const fields = { token, cluster: "default", url, org_name: "acme", project_name: "vision" };
  return Buffer.from(JSON.stringify(fields)).toString("base64");
}
