import { setTimeout as elapse } from "node:timers/promises";
import { until } from "../harness/measure.ts";
import { Platform } from "../harness/platform.ts";
import { Product } from "../harness/product.ts";
import type { Bench, Row } from "../harness/row.ts";

const SECONDS = 20;

/** What is asked of the platform while many jobs are waited for, or watched, in which nothing happens. */
export const watching: readonly Bench[] = [{ rows: ["wait/100", "watch/200"], run }];

async function run(): Promise<Row[]> {
  const wait = await requestsPerSecond(100, "wait");
  const watch = await requestsPerSecond(200, "watch");
  const about = { unit: "requests/s", goal: { atMost: 1 } };
  return [
    { name: "wait/100", what: "job_wait for 100 jobs", value: wait, ...about },
    { name: "watch/200", what: "subscriptions to 200 jobs", value: watch, ...about },
  ];
}

async function requestsPerSecond(jobs: number, how: "wait" | "watch"): Promise<number> {
  // Their images never come: the emulator has nothing to do for them.
  const platform = await Platform.open({ pendingMs: 3_600_000 });
  const product = new Product(platform.told.passedConfig);
  try {
    const ids: string[] = [];
    while (ids.length < jobs) ids.push(await platform.start("true"));
    void begin(product, ids, how);
    await until(async () => (await platform.requests()).length > 0);
    // What it costs to begin is over.
    await elapse(3000);
    await platform.requests();
    await elapse(SECONDS * 1000);
    return (await platform.requests()).length / SECONDS;
  } finally {
    await product.close();
    await platform.close();
  }
}

/** Goes on until the server ends. */
export async function begin(product: Product, ids: readonly string[], how: "wait" | "watch"): Promise<void> {
  if (how === "wait") await product.call("job_wait", { jobs: ids, wait_seconds: 50 });
  else {
    const resourceSubscriptions = ids.map((id) => `job://default/acme/vision/${id}`);
    await product.ask("subscriptions/listen", { notifications: { resourceSubscriptions } });
  }
}
