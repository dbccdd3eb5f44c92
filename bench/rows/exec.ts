import { once } from "node:events";
import { inTurn, type Paired, until } from "../harness/measure.ts";
import { Platform } from "../harness/platform.ts";
import { MIB } from "../harness/process.ts";
import { Product } from "../harness/product.ts";
import { openSocket } from "../harness/raw-socket.ts";
import { type Bench, type Row, ratioRow } from "../harness/row.ts";
import { rawRequests } from "./status.ts";

const MUCH =
  "sh -c 'yes \"step loss=0.1234 lr=0.001 tokens/s=18432 and some more words\" | head -c 100000000'";

/** Commands in a running job, beside the WebSocket that they cannot do without. */
export const exec: readonly Bench[] = [
  { rows: ["exec/true", "exec/parts", "exec/100mb", "exec/100mb-memory"], run },
];

async function run(): Promise<Row[]> {
  const platform = await Platform.open();
  const product = new Product(platform.told.passedConfig);
  try {
    const id = await platform.start("sleep 600");
    await until(async () => (await platform.status(id)) === "running");
    const pair = (command: string, rounds: number): Promise<Paired> =>
      inTurn({
        ours: () => product.call("job_exec", { job: id, command }),
        baseline: () => rawExec(platform, id, command),
        rounds,
        warmUp: rounds > 10 ? 20 : 1,
      });
    const little = await pair("true", 60);
    const raw = rawRequests(platform, null);
    const parts = await inTurn({
      ours: async () => {
        await raw.get(`/api/v1/jobs/${id}`);
        await rawExec(platform, id, "sh -c true");
      },
      baseline: () => rawExec(platform, id, "true"),
      ...{ rounds: 60, warmUp: 20 },
    });
    await raw.close();
    product.usage.forgetPeak();
    const before = product.usage.residentBytes();
    const much = await pair(MUCH, 5);
    return [
      ratioRow(little, {
        ...{ name: "exec/true", what: "job_exec of true", against: "raw WebSocket", goal: { atMost: 1.3 } },
      }),
      ratioRow(parts, {
        ...{ name: "exec/parts", what: "raw GET of the job, then sh -c true", against: "raw WebSocket" },
      }),
      ratioRow(much, {
        ...{ name: "exec/100mb", what: "job_exec printing 100 MB", against: "raw WebSocket" },
        goal: { atMost: 1.5 },
      }),
      {
        ...{ name: "exec/100mb-memory", what: "job_exec printing 100 MB" },
        ...{ value: (product.usage.peakBytes() - before) / MIB, unit: "MiB more", goal: { atMost: 16 } },
      },
    ];
  } finally {
    await product.close();
    await platform.close();
  }
}

async function rawExec(platform: Platform, id: string, command: string): Promise<void> {
  const query = new URLSearchParams({ cmd: command, tty: "0", stdin: "0", stdout: "1", stderr: "1" });
  const socket = await openSocket(platform, `/${id}/exec?${query}`);
  socket.resume();
  await once(socket, "close");
}
