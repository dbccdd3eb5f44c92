import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { request } from "undici";
import { end } from "./process.ts";

/** What an emulator begins with. */
export interface World {
  /** Jobs of the last week, which have ended. */
  jobs?: number;
  /** Jobs that have just ended, with logs. */
  logged?: { count: number; bytes: number; tag: string }[];
  /** How many callers get a login. */
  callers?: number;
  gpuNodes?: number;
  /** How long an image takes to come. */
  pendingMs?: number;
}

interface Told {
  url: string;
  token: string;
  passedConfig: string;
  /** Ids of the jobs with logs. */
  logged: string[];
  tokens: string[];
}

const bundles = fileURLToPath(new URL("../../node_modules/.cache/bench/", import.meta.url));

/** What is shipped is a bundle: the loader that runs these files slows the sources down. */
export async function bundled(source: URL): Promise<string> {
  mkdirSync(bundles, { recursive: true });
  const entry = fileURLToPath(source);
  const outfile = join(bundles, `${entry.replace(/\W+/g, "-")}.mjs`);
  const options = { bundle: true, platform: "node", format: "esm", packages: "external" } as const;
  await build({ ...options, entryPoints: [entry], outfile, logLevel: "warning" });
  return outfile;
}

/** An emulator in a process of its own. */
export class Platform {
  readonly told: Told;
  readonly child: ChildProcess;

  private constructor(child: ChildProcess, told: Told) {
    this.child = child;
    this.told = told;
  }

  static async open(world: World = {}): Promise<Platform> {
    const env = { ...process.env, BENCH_WORLD: JSON.stringify(world) };
    const child = fork(await bundled(new URL("./emulator.ts", import.meta.url)), { env });
    const [told] = await once(child, "message");
    return new Platform(child, told);
  }

  /** What was asked of it since this was asked last, e.g. "GET /api/v1/jobs". */
  async requests(): Promise<string[]> {
    this.child.send("requests");
    const [{ requests }] = await once(this.child, "message");
    return requests;
  }

  /** A request as it is, its JSON read. */
  async json(
    path: string,
    { method = "GET", body, headers = {} }: Raw = {},
  ): Promise<Record<string, unknown>> {
    const answer = await request(this.told.url + path, {
      method,
      headers: { authorization: `Bearer ${this.told.token}`, "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 400) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`);
    return text.startsWith("{") ? JSON.parse(text) : { text };
  }

  async start(command: string, more: object = {}): Promise<string> {
    const body = { image: "ubuntu", project_name: "vision", command, ...more };
    return String((await this.json("/jobs?from_preset", { method: "POST", body })).id);
  }

  async status(id: string): Promise<string> {
    return String((await this.json(`/jobs/${id}`)).status);
  }

  async close(): Promise<void> {
    if (this.child.connected) this.child.disconnect();
    await Promise.race([
      once(this.child, "exit"),
      new Promise((resolve) => setTimeout(resolve, 5000).unref()),
    ]);
    await end(this.child);
  }
}

interface Raw {
  method?: string;
  body?: object;
  headers?: Record<string, string>;
}
