import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as elapse } from "node:timers/promises";
import { inTurn, spread, timed, until } from "../harness/measure.ts";
import { Platform } from "../harness/platform.ts";
import { MIB } from "../harness/process.ts";
import { Product } from "../harness/product.ts";
import { openSocket } from "../harness/raw-socket.ts";
import { type Bench, type Row, ratioRow } from "../harness/row.ts";

const GIGABYTE = 1_000_000_000;
const PATTERN = "RuntimeError|CUDA out of memory";
const ROUNDS = 7;

/** Prints a tenth of a megabyte a hundred times a second. */
const GROWING = `node -e '
  const line = "[trainer] loss=0.1234 lr=0.001 tokens/s=18432 gpu_mem=61.2 GiB eta 3:12:07 and some more words ok\\n";
  const block = line.repeat(Math.ceil(100000 / line.length));
  setInterval(() => process.stdout.write(block), 10)'`;
const QUIET = "sh -c 'seq -f \"line %.0f of a job that then says nothing\" 1 5000; sleep 600'";

/** Ends of logs, and searches in whole ones. */
export const logs: readonly Bench[] = [
  { rows: tailNames("finished"), run: () => finished() },
  { rows: ["logs/grep", "logs/grep-memory", "logs/grep-progress", "emulator/log"], run: grep },
  { rows: tailNames("growing"), run: () => live("growing", GROWING, { waitMs: 4000, goalMs: 1000 }) },
  { rows: tailNames("quiet"), run: () => live("quiet", QUIET, { waitMs: 3000, goalMs: 300 }) },
];

function tailNames(kind: string): string[] {
  return ["", "-read", "-memory"].map((what) => `logs/${kind}${what}`);
}

async function finished(): Promise<Row[]> {
  const platform = await Platform.open({ logged: [{ count: 1, bytes: GIGABYTE, tag: "whole" }] });
  const product = new Product(platform.told.passedConfig);
  try {
    const [id = ""] = platform.told.logged;
    const rows = await tailRows(product, id, { kind: "finished", goalMs: 300 });
    const wholeMs = await timed(() => readWhole(platform, id));
    return rows.map((row) =>
      row.unit === "ms" ? { ...row, against: `reading all of 1 GB: ${Math.round(wholeMs)} ms` } : row,
    );
  } finally {
    await product.close();
    await platform.close();
  }
}

async function live(kind: string, command: string, { waitMs, goalMs }: { waitMs: number; goalMs: number }) {
  const platform = await Platform.open();
  const product = new Product(platform.told.passedConfig);
  try {
    const id = await platform.start(command);
    await until(async () => (await platform.status(id)) === "running");
    await elapse(waitMs);
    return await tailRows(product, id, { kind, goalMs });
  } finally {
    await product.close();
    await platform.close();
  }
}

/** The last hundred lines: time, bytes that the server read for them, and what its memory grew by. */
async function tailRows(product: Product, id: string, { kind, goalMs }: { kind: string; goalMs: number }) {
  const ask = () => product.call("job_logs", { jobs: [id], lines: 100 });
  await ask();
  const { usage } = product;
  usage.forgetPeak();
  const before = usage.residentBytes();
  const [times, bytes]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const readBefore = usage.readBytes();
    times.push(await timed(ask));
    bytes.push((usage.readBytes() - readBefore) / 1e6);
  }
  const [ms, read] = [spread(times), spread(bytes)];
  const what = `job_logs, last 100 lines, ${kind}`;
  const rows: Row[] = [
    {
      name: `logs/${kind}`,
      what,
      value: ms.median,
      unit: "ms",
      range: [ms.low, ms.high],
      goal: { atMost: goalMs },
    },
    {
      ...{
        name: `logs/${kind}-read`,
        what,
        value: read.median,
        unit: "MB read",
        range: [read.low, read.high],
      },
      goal: { atMost: 1 },
    },
    {
      ...{ name: `logs/${kind}-memory`, what, value: (usage.peakBytes() - before) / MIB, unit: "MiB more" },
      goal: { atMost: 16 },
    },
  ];
  return rows;
}

async function grep(): Promise<Row[]> {
  const platform = await Platform.open({ logged: [{ count: 1, bytes: GIGABYTE, tag: "whole" }] });
  const product = new Product(platform.told.passedConfig);
  try {
    const [id = ""] = platform.told.logged;
    // A server that has worked is what its growth is counted from.
    await product.call("job_logs", { jobs: [id], lines: 100 });
    const { usage } = product;
    usage.forgetPeak();
    const before = usage.residentBytes();
    let [calls, searched] = [0, 0];
    const paired = await inTurn({
      ours: async () => {
        const args = { jobs: [id], grep: PATTERN, lines: 1000 };
        const { result } = await product.call("job_logs", args, { progressToken: `grep-${calls}` });
        calls += 1;
        searched = linesRead(result.structuredContent);
      },
      baseline: () => pipeThroughGrep(platform, id),
      rounds: 3,
      warmUp: 0,
    });
    const what = `job_logs with grep over 1 GB, ${searched.toLocaleString("en-US")} lines searched`;
    const grownMiB = (usage.peakBytes() - before) / MIB;
    const progress = product.notices.get("notifications/progress") ?? 0;
    const rawMs = await timed(() => readWhole(platform, id));
    return [
      ratioRow(paired, {
        name: "logs/grep",
        what,
        against: "its stream through grep -E",
        goal: { atMost: 2.5 },
      }),
      { name: "logs/grep-memory", what, value: grownMiB, unit: "MiB more", goal: { atMost: 16 } },
      { name: "logs/grep-progress", what, value: progress / calls, unit: "notices", goal: { atLeast: 2 } },
      {
        name: "emulator/log",
        what: "the emulator's own: a log of 1 GB, read raw",
        value: GIGABYTE / 1000 / rawMs,
        unit: "MB/s",
      },
    ];
  } finally {
    await product.close();
    await platform.close();
  }
}

function linesRead(data: unknown): number {
  const {
    logs: [log],
  } = data as { logs: { lines_read?: number }[] };
  return log?.lines_read ?? 0;
}

const logQuery = (id: string) => `/${id}/log_ws?timestamps=true&separator=x`;

async function readWhole(platform: Platform, id: string): Promise<void> {
  const socket = await openSocket(platform, logQuery(id));
  socket.resume();
  await once(socket, "close");
}

async function pipeThroughGrep(platform: Platform, id: string): Promise<void> {
  const child = spawn("grep", ["-E", "-c", PATTERN], { stdio: ["pipe", "ignore", "ignore"] });
  const socket = await openSocket(platform, logQuery(id));
  socket.on("message", (bytes: Buffer) => {
    if (child.stdin.write(bytes)) return;
    socket.pause();
    child.stdin.once("drain", () => socket.resume());
  });
  socket.once("close", () => child.stdin.end());
  await once(child, "exit");
}
