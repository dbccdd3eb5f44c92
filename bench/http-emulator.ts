import { connectPlatform, loginFromPassedConfig } from "../src/client/index.ts";
import { startEmulator } from "../src/emulator/index.ts";

// An emulator in a process of its own, with a job that runs, and a token for each of `BENCH_CALLERS` callers.
const emulator = await startEmulator();
const platform = connectPlatform(loginFromPassedConfig(emulator.passedConfig));
const job = await platform.jobs.start({ image: "ubuntu", command: "sleep 600" });
await platform.close();
const tokens = Array.from({ length: Number(process.env.BENCH_CALLERS) }, (_, n) =>
  emulator.tokenFor(`alice/service-accounts/${n}`),
);
const { url, passedConfig } = emulator;
process.send?.({ url, passedConfig, job: job.id, tokens });

// Whoever asked for it may have been killed.
process.once("disconnect", () => void emulator.close().then(() => process.exit()));
