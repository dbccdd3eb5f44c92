import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { z } from "zod";
import type { Random } from "../../src/emulator/scenes/random.ts";
import { type EmulatorProcess, spawnEmulator } from "../emulator/support/bin.ts";
import { faultProxy } from "../support/fault-proxy.ts";
import { type Product, startHttp, startStdio, type ToolAnswer } from "../support/product.ts";
import { randomFaults } from "./faults.ts";

const listed = z.object({
  jobs: z.array(z.object({ id: z.string(), status: z.string(), tags: z.array(z.string()).optional() })),
});

interface Asked {
  requestId: string;
  tag: string;
}

/** A long run leaves many folders behind. */
const CLEANING_MS = 120_000;

/** A login that was handed over has selected it, a bare token has not. */
const PLACE = "default/acme/vision";

/** What happens to a call while it is under way. */
export type Interruption = "cancel" | "kill -9" | "platform restarts";

export type StartWorld = Awaited<ReturnType<typeof openStartWorld>>;

/**
 * The built product four times, two servers over stdio and two replicas over HTTP, all of one user, before the built
 * emulator behind a proxy that harms starts.
 */
export async function openStartWorld(random: Random, { isLong }: { isLong: boolean }) {
  const folder = mkdtempSync(join(tmpdir(), "soak-starts-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }), CLEANING_MS);
  const keyFile = join(folder, "key");
  writeFileSync(keyFile, random.hex(64), { mode: 0o600 });
  let emulator = await spawnEmulator(["--data", join(folder, "data")]);
  onTestFinished(() => emulator.kill());
  const { port } = new URL(emulator.url);
  const proxy = await faultProxy(emulator);
  const faults = randomFaults(random, { isLong });
  const stdio = () => startStdio({ env: { APOLO_PASSED_CONFIG: proxy.passedConfig } });
  const http = () => startHttp({ url: `${proxy.origin}/api/v1`, token: emulator.token, keyFile });
  const makers = [stdio, stdio, http, http];
  const servers: Promise<Product>[] = makers.map((make) => make());
  await Promise.all(servers);
  const counts = { calls: 0, interrupted: { cancel: 0, "kill -9": 0, "platform restarts": 0 } };
  let restarting: Promise<EmulatorProcess> | undefined;

  async function interrupt(how: Interruption, { at, giveUp }: { at: number; giveUp: AbortController }) {
    await delay(random.between(0, 400));
    counts.interrupted[how] += 1;
    if (how === "cancel") return giveUp.abort();
    if (how === "kill -9") {
      const dying = servers[at];
      servers[at] = Promise.resolve(dying).then(async (server) => {
        await server?.kill();
        return (makers[at] ?? stdio)();
      });
      await servers[at];
      return;
    }
    restarting ??= emulator
      .kill()
      .then(() => spawnEmulator(["--data", join(folder, "data"), "--port", port]));
    emulator = await restarting;
    restarting = undefined;
  }

  const list = async (tag: string) =>
    listed.parse((await emulator.call("GET", `/jobs?tag=${tag}`)).json).jobs;
  return {
    ...{ counts, struck: faults.struck, servers: makers.length },
    /** A start by one of the servers; undefined where it was not answered. */
    async start(at: number, { requestId, tag }: Asked, how?: Interruption): Promise<ToolAnswer | undefined> {
      const giveUp = new AbortController();
      counts.calls += 1;
      const server = await servers[at];
      const job = {
        image: "python:3.12",
        command: "sleep 600",
        preset: "cpu-small",
        life_span: "2h",
        project: PLACE,
      };
      const args = { ...job, tags: [tag], request_id: requestId };
      const answer = server?.call("job_start", args, giveUp.signal);
      if (how !== undefined) await interrupt(how, { at, giveUp });
      return answer;
    },
    harm: (isOn: boolean) => proxy.choose(isOn ? faults.choose : undefined),
    /** Once all that was held back has come. */
    async quiet() {
      while (faults.held.size > 0) await Promise.all(faults.held);
    },
    /** The platform's jobs with a tag, oldest first, by request: those left, and how many were taken back. */
    async jobs(tag: string): Promise<{ left: Map<string, string[]>; takenBack: number }> {
      const left = new Map<string, string[]>();
      const jobs = await list(tag);
      for (const { id, status, tags = [] } of jobs) {
        const requestId = tags.find((each) => each.startsWith("mcp:"))?.slice(4) ?? "";
        if (status !== "cancelled") left.set(requestId, [...(left.get(requestId) ?? []), id]);
      }
      return { left, takenBack: jobs.filter(({ status }) => status === "cancelled").length };
    },
    /** Makes room for others. */
    async end(tag: string) {
      for (const { id } of await list(tag)) await emulator.call("DELETE", `/jobs/${id}`);
    },
  };
}
