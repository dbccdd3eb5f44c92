import { setTimeout as sleep } from "node:timers/promises";
import { connectPlatform, isFinished, loginFromPassedConfig } from "../src/client/index.ts";
import { startEmulator } from "../src/emulator/index.ts";

const LINES = 3_000_000;
const SEARCH = { lines: 100_000, maxBytes: 8 * 2 ** 20 };

/** What the end of a log costs whose three million lines were printed in a few seconds. */
export async function benchBurst() {
  const emulator = await startEmulator({ logLimitBytes: 2 ** 30 });
  const platform = connectPlatform(loginFromPassedConfig(emulator.passedConfig));
  try {
    const command = `seq -f 'line %.0f of a burst that is printed in no time' 1 ${LINES}`;
    let job = await platform.jobs.start({ image: "ubuntu", command });
    while (!isFinished(job.status)) {
      await sleep(200);
      job = await platform.jobs.get(job.id);
    }
    const figures = [];
    for (const options of [{ lines: 100 }, SEARCH]) {
      const startMs = performance.now();
      const { bytesRead } = await platform.jobs.tail(job.id, { ...options, job });
      figures.push({
        measurement: `last ${options.lines.toLocaleString("en-US")} lines of a burst`,
        ms: Math.round(performance.now() - startMs),
        "MB read": Number((bytesRead / 1e6).toFixed(1)),
        "heap, MB": Math.round(process.memoryUsage().heapUsed / 1e6),
      });
    }
    return figures;
  } finally {
    await platform.close();
    await emulator.close();
  }
}
