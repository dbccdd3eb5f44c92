import { fork } from "node:child_process";
import { once } from "node:events";
import { connectPlatform, loginFromPassedConfig } from "../src/client/index.ts";
import { openCaller } from "../src/operations/caller.ts";
import { reportJobs } from "../src/operations/report/index.ts";

const MEGABYTE = 1024 * 1024;
const SIZES = [10_000, 100_000];

/** A week's report of so many jobs of an emulator: time, and what the memory grows by meanwhile. */
export async function benchReport() {
  const figures = [];
  for (const jobs of SIZES) figures.push(await measure(jobs));
  return figures;
}

async function measure(jobs: number) {
  const server = fork(new URL("./report-server.ts", import.meta.url), {
    env: { ...process.env, BENCH_JOBS: String(jobs) },
    execArgv: ["--import", "tsx"],
  });
  const [config] = await once(server, "message");
  const platform = connectPlatform(loginFromPassedConfig(String(config)));
  const policy = { mode: "full", toolset: "all", ownedOnly: false, secrets: [] } as const;
  const caller = openCaller(platform, policy);
  try {
    const sample = watchMemory();
    const { signal } = new AbortController();
    const call = { caller, signal, progress: sample.look, changing: () => undefined };
    const cpu = process.cpuUsage();
    const since = new Date(Date.now() - 8 * 86_400_000);
    const report = await reportJobs(call, { since, by: ["owner", "preset"], projects: ["*"] });
    return {
      measurement: `report on ${report.jobs.toLocaleString("en-US")} jobs`,
      "read in, s": Number((report.reading.tookMs / 1000).toFixed(1)),
      "CPU of this process, s": Number((process.cpuUsage(cpu).user / 1e6).toFixed(1)),
      "memory growth, MB": Math.round(sample.grownBytes() / MEGABYTE),
      stopped: report.reading.stopped?.why ?? "no",
    };
  } finally {
    await caller.close();
    await platform.close();
    server.kill();
  }
}

/** The resident memory, looked at whenever the report tells how far it is. */
function watchMemory() {
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let most = before;
  const look = () => {
    most = Math.max(most, process.memoryUsage().rss);
  };
  return { look, grownBytes: () => most - before };
}
