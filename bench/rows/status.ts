import { Agent, request } from "undici";
import { inParallel, inTurn, type Paired, until } from "../harness/measure.ts";
import { parseLines } from "../harness/parse-lines.ts";
import { bundled, Platform } from "../harness/platform.ts";
import { Product } from "../harness/product.ts";
import { type Bench, type Row, ratioRow } from "../harness/row.ts";

const PARALLEL = 50;
const CALLS = 500;
/** What no server on this SDK can be faster than. */
const RELAY = "an SDK server that only passes the answer on";
const LISTED = 100_000;

/** Short answers: the built server over stdio beside the same requests to the platform as they are. */
export const status: readonly Bench[] = [
  { rows: ["status/one", "status/relay", "status/parallel", "status/parallel-relay"], run: statusRows },
  { rows: ["list/100000"], run: listRow },
];

async function statusRows(): Promise<Row[]> {
  const platform = await Platform.open();
  const { passedConfig, url, token } = platform.told;
  const product = new Product(passedConfig);
  const relay = new Product("", await bundled(new URL("../harness/relay.ts", import.meta.url)), {
    BENCH_TOLD: JSON.stringify({ url, token }),
  });
  const raw = rawRequests(platform, null);
  try {
    const id = await platform.start("sleep 600");
    await until(async () => (await platform.status(id)) === "running");
    const ask = (server: Product) => () => server.call("job_status", { jobs: [id] });
    const baseline = () => raw.get(`/api/v1/jobs/${id}`);
    const one = (server: Product) => inTurn({ ours: ask(server), baseline, rounds: 400, warmUp: 100 });
    const load = { times: CALLS, atOnce: PARALLEL };
    const many = (server: Product) =>
      inTurn({
        ours: () => inParallel(ask(server), load),
        baseline: () => inParallel(baseline, load),
        rounds: 11,
      });
    const against = "raw GET of the job";
    return [
      ratioRow(await one(product), {
        ...{ name: "status/one", what: "job_status", against, goal: { atMost: 1.6 } },
      }),
      ratioRow(await one(relay), { name: "status/relay", what: `the same by ${RELAY}`, against }),
      { ...throughputRow(await many(product), "status/parallel", "job_status"), goal: { atLeast: 0.5 } },
      throughputRow(await many(relay), "status/parallel-relay", RELAY),
    ];
  } finally {
    await relay.close();
    await product.close();
    await raw.close();
    await platform.close();
  }
}

function throughputRow({ ours, baseline, ratio }: Paired, name: string, what: string): Row {
  return {
    name,
    what: `${what}, ${PARALLEL} at a time: ${perSecond(ours.median)}`,
    against: `raw GETs: ${perSecond(baseline.median)}`,
    value: 1 / ratio.median,
    unit: "× its throughput",
    range: [1 / ratio.high, 1 / ratio.low],
  };
}

/** A list also counts, and sums up, the newest thousand: the raw request is read as far. */
async function listRow() {
  const platform = await Platform.open({ jobs: LISTED });
  const product = new Product(platform.told.passedConfig);
  const raw = rawRequests(platform, null);
  try {
    const ours = () => product.call("job_list", { limit: 20 });
    await ours();
    await platform.requests();
    const { result } = await ours();
    const lookedAt = Number(
      result.structuredContent?.looked_at ?? result.structuredContent?.counts_of_newest ?? 1000,
    );
    const asked = (await platform.requests()).map((line) => line.replace(/^GET /, ""));
    const first = await inTurn({
      ours,
      baseline: () => Promise.all(asked.map((path) => raw.lines(path, lookedAt))),
      rounds: 100,
      warmUp: 30,
    });
    const what = "job_list of 20 among 100,000";
    const against = `the same ${asked.length === 1 ? "query" : `${asked.length} queries`}, raw: ${lookedAt} jobs`;
    return [ratioRow(first, { name: "list/100000", what, against, goal: { atMost: 1.6 } })];
  } finally {
    await product.close();
    await raw.close();
    await platform.close();
  }
}

/** What an answer cannot do without: the same requests by undici, their JSON read. */
export function rawRequests({ told: { url, token } }: Platform, connections: number | null) {
  const dispatcher = new Agent({ connections });
  const headers = { authorization: `Bearer ${token}`, accept: "application/x-ndjson" };
  return {
    async get(path: string) {
      const { body } = await request(new URL(path, url), { dispatcher, headers });
      return body.json();
    },
    /** The first lines of a stream. */
    async lines(path: string, most?: number) {
      const { body } = await request(new URL(path, url), { dispatcher, headers });
      return parseLines(body, most);
    },
    close: () => dispatcher.destroy(),
  };
}

function perSecond(ms: number): string {
  return `${Math.round((1000 * CALLS) / ms).toLocaleString("en-US")} /s`;
}
