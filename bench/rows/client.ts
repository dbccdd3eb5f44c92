import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { Agent, request } from "undici";
import type * as Client from "../../src/client/index.ts";
import { inParallel, inTurn } from "../harness/measure.ts";
import { parseLines } from "../harness/parse-lines.ts";
import { bundled } from "../harness/platform.ts";
import { MIB } from "../harness/process.ts";
import { type Bench, type Row, ratioRow } from "../harness/row.ts";

type Platform = Client.Platform;

const JOB = "job-00000000-0000-4000-8000-000000000001";
const LISTS = [20, 1000, 100_000];
const GOAL = { atMost: 1.5 };

/** The client alone beside raw undici, at a platform that costs next to nothing. */
export const client: readonly Bench[] = [
  {
    rows: [
      "client/status",
      "client/parallel",
      ...LISTS.map((limit) => `client/list-${limit}`),
      "client/memory",
    ],
    run,
  },
];

async function run(): Promise<Row[]> {
  const { url, server } = await startStub();
  const path = await bundled(new URL("../../src/client/index.ts", import.meta.url));
  const { connectPlatform, loginFromPassedConfig }: typeof Client = await import(path);
  const platform = connectPlatform(loginFromPassedConfig(passedConfig(url)));
  const raw = new Agent({ connections: null });
  try {
    await platform.context();
    const rows = await statusRows(platform, { url, raw });
    for (const limit of LISTS) rows.push(await listRow(limit, platform, { url, raw }));
    return [...rows, await memoryRow(platform)];
  } finally {
    await platform.close();
    await raw.destroy();
    server.kill();
  }
}

interface Stub {
  url: string;
  raw: Agent;
}

async function get({ url, raw }: Stub, path: string) {
  const headers = { authorization: "Bearer x", accept: "application/x-ndjson" };
  return (await request(url + path, { dispatcher: raw, headers })).body;
}

async function statusRows(platform: Platform, stub: Stub): Promise<Row[]> {
  const ours = () => platform.jobs.get(JOB);
  const baseline = async () => (await get(stub, `/jobs/${JOB}`)).json();
  const load = { times: 2500, atOnce: 50 };
  const one = await inTurn({ ours, baseline, rounds: 1000, warmUp: 100 });
  const many = await inTurn({
    ours: () => inParallel(ours, load),
    baseline: () => inParallel(baseline, load),
    rounds: 9,
  });
  const against = "raw undici";
  return [
    ratioRow(one, { name: "client/status", what: "jobs.get", against, goal: GOAL }),
    {
      ...{ name: "client/parallel", what: "jobs.get, 50 at a time", against, unit: "× its throughput" },
      ...{ value: 1 / many.ratio.median, goal: { atLeast: 0.6 } },
    },
  ];
}

async function listRow(limit: number, platform: Platform, stub: Stub): Promise<Row> {
  const paired = await inTurn({
    ours: () => count(platform.jobs.list({ limit })),
    baseline: async () => parseLines(await get(stub, `/jobs?limit=${limit}`)),
    rounds: Math.max(7, Math.min(300, 20_000 / limit)),
  });
  return ratioRow(paired, {
    name: `client/list-${limit}`,
    what: `jobs.list of ${limit.toLocaleString("en-US")}`,
    against: "raw undici, each line parsed",
    goal: GOAL,
  });
}

async function memoryRow(platform: Platform): Promise<Row> {
  await count(platform.jobs.list({ limit: 1000 }));
  const before = process.memoryUsage().rss;
  let [most, seen] = [before, 0];
  for await (const _ of platform.jobs.list({ limit: 100_000 })) {
    seen += 1;
    if (seen % 1000 === 0) most = Math.max(most, process.memoryUsage().rss);
  }
  const what = "jobs.list of 100,000, none kept";
  return {
    name: "client/memory",
    what,
    value: (most - before) / MIB,
    unit: "MiB more",
    goal: { atMost: 32 },
  };
}

async function count(jobs: AsyncIterable<unknown>): Promise<number> {
  let seen = 0;
  for await (const _ of jobs) seen += 1;
  return seen;
}

async function startStub(): Promise<{ url: string; server: ChildProcess }> {
  const folder = new URL("../../test/fixtures/wire/", import.meta.url);
  const cases: { id: string; script: { job: object } }[] = JSON.parse(
    await readFile(new URL("cases.json", folder), "utf8"),
  );
  const { config_response } = JSON.parse(await readFile(new URL("login.json", folder), "utf8"));
  const found = cases.find(({ id }) => id === "status/full-failed");
  const data = { job: JSON.stringify(found?.script.job), config: JSON.stringify(config_response) };
  const env = { ...process.env, BENCH_DATA: JSON.stringify(data) };
  const server = fork(await bundled(new URL("../harness/stub.ts", import.meta.url)), { env });
  const [port] = await once(server, "message");
  return { url: `http://127.0.0.1:${port}/api/v1`, server };
}

function passedConfig(url: string): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const token = `${part({ alg: "none" })}.${part({ identity: "alice" })}.x`;
  const fields = { token, cluster: "default", url, org_name: "acme", project_name: "vision" };
  return Buffer.from(JSON.stringify(fields)).toString("base64");
}
