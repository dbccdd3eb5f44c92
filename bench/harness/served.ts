import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as elapse } from "node:timers/promises";
import type { Platform } from "./platform.ts";
import { environment } from "./product.ts";

const ON_SIGNAL = 'data:text/javascript,process.on("SIGUSR2",()=>{gc();gc()})';

/** The built server over HTTP. */
export interface Served {
  url: string;
  child: ChildProcess;
}

/** One for whoever has a token of the platform, that collects its garbage when told to. */
export async function serve({ told }: Platform): Promise<Served> {
  const node = ["--expose-gc", "--import", ON_SIGNAL];
  const flags = ["--http", "--port", "0", "--auth", "platform", "--log-level", "info"];
  const child = spawn(process.execPath, [...node, "dist/main.js", ...flags], {
    stdio: ["ignore", "ignore", "pipe"],
    env: environment({ APOLO_URL: told.url }),
  });
  for await (const line of createInterface(child.stderr)) {
    const url = /MCP at (\S+)/.exec(line)?.[1];
    if (url === undefined) continue;
    child.stderr.resume();
    return { url, child };
  }
  throw new Error("the server did not start");
}

/** What its heap holds after two collections, once what has ended is let go. */
export async function heapBytes({ url, child }: Served): Promise<number> {
  await elapse(1000);
  child.kill("SIGUSR2");
  await elapse(500);
  const text = await (await fetch(new URL("/metrics", url))).text();
  return Number(/^nodejs_heap_size_used_bytes (\S+)$/m.exec(text)?.[1]);
}
