import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocket } from "ws";
import { Clock } from "../../../src/emulator/clock.ts";
import { openHome } from "../../../src/emulator/home.ts";
import { FileLogs } from "../../../src/emulator/logs/store.ts";
import { openRunner } from "../../../src/emulator/run/index.ts";
import type { EmulatorOptions } from "../../../src/emulator/serve.ts";
import { serve } from "../../../src/emulator/serve.ts";
import { QUICK_TIMING } from "../support/quick-timing.ts";

const TIMING = { ...QUICK_TIMING, killGraceMs: 300 };

/** The whole emulator with real processes, and callers for it. */
export async function startPlatform({ timing, ...options }: EmulatorOptions = {}, { isolate = false } = {}) {
  const clock = new Clock();
  const runner = openRunner({ isolate });
  const folder = mkdtempSync(join(tmpdir(), "monitoring-logs-"));
  const logs = new FileLogs(folder);
  const home = openHome(options.dataDir);
  const served = await serve({ ...options, timing: { ...TIMING, ...timing } }, { home, clock, runner, logs });
  const { origin } = served.context;
  const api = `${origin}/api/v1`;
  const headers = { authorization: `Bearer ${served.context.tokens.mint("alice")}` };

  const request = async (method: string, path: string, body?: unknown) =>
    fetch(`${api}${path}`, {
      method,
      headers: { ...headers, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  /** Creates a job from a shell script; its id. */
  const create = async (script: string, more: { job?: object; container?: object } = {}): Promise<string> => {
    const answer = await request("POST", "/jobs?from_preset", {
      image: "ubuntu:22.04",
      preset_name: served.context.platform.clusters[0]?.presets[0]?.name,
      entrypoint: "sh -c",
      command: `'${script.replaceAll("'", `'"'"'`)}'`,
      cluster_name: "default",
      org_name: "acme",
      project_name: "vision",
      ...more.container,
      ...more.job,
    });
    const body = await answer.text();
    if (answer.status !== 202) throw new Error(`${answer.status} ${body}`);
    return String(JSON.parse(body).id);
  };

  /** Resolves when the job has reached one of the statuses. */
  const reach = async (id: string, ...statuses: string[]): Promise<void> => {
    const { lifecycle, table } = served.context;
    const { signal } = new AbortController();
    const reached = () => statuses.includes(table.get(id)?.statuses.at(-1)?.status ?? "");
    while (!reached()) await lifecycle.change(id, signal, 60_000);
  };

  const run = async (script: string, more: { job?: object; container?: object } = {}) => {
    const id = await create(script, more);
    await reach(id, "running", "failed", "succeeded");
    return id;
  };

  const open = (path: string, protocols: string[] = []) =>
    new Line(new WebSocket(`${api.replace("http", "ws")}/jobs/${path}`, protocols, { headers }));

  return {
    ...served,
    api,
    clock,
    logs,
    request,
    create,
    reach,
    run,
    open,
    async close() {
      await served.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type Platform = Awaited<ReturnType<typeof startPlatform>>;

/** One WebSocket, with everything it received. */
class Line {
  readonly socket: WebSocket;
  readonly messages: Buffer[] = [];
  readonly texts: string[] = [];
  /** Status and `X-Error` of a refused handshake, or the close code and reason. */
  readonly end: Promise<{ code?: number; reason?: string; status?: number; error?: string | undefined }>;

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data: Buffer, isBinary) => {
      if (isBinary) this.messages.push(data);
      else this.texts.push(data.toString());
    });
    this.end = new Promise((resolve) => {
      socket.on("unexpected-response", (request, response) => {
        const error = response.headers["x-error"];
        response.resume();
        request.destroy();
        resolve({ status: response.statusCode ?? 0, error: error === undefined ? undefined : String(error) });
      });
      socket.on("close", (code, reason) => resolve({ code, reason: reason.toString() }));
      socket.on("error", () => undefined);
    });
  }

  async opened(): Promise<this> {
    if (this.socket.readyState === WebSocket.CONNECTING) await once(this.socket, "open");
    return this;
  }

  /** All payload so far. */
  get text(): string {
    return Buffer.concat(this.messages).toString();
  }

  /** Payload of one channel so far. */
  channel(number: number): string {
    return Buffer.concat(this.messages.filter((m) => m[0] === number).map((m) => m.subarray(1))).toString();
  }

  input(text: string): void {
    this.socket.send(Buffer.concat([Buffer.of(0), Buffer.from(text)]));
  }

  resize(text: string): void {
    this.socket.send(Buffer.concat([Buffer.of(4), Buffer.from(text)]));
  }
}
