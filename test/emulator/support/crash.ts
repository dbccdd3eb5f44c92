import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import type { EmulatorProcess } from "./bin.ts";
import { spawnEmulator } from "./bin.ts";

const jobShape = z.object({
  id: z.string(),
  status: z.string(),
  history: z.object({ reason: z.string().nullable() }),
});
type Job = z.infer<typeof jobShape>;
/** What was acknowledged or shown so far, by id. */
type Seen = Map<string, Job>;

const FINISHED = ["succeeded", "failed", "cancelled"];

/** What one round of start, work, SIGKILL and start again came to. */
export interface CrashReport {
  acknowledged: number;
  /** One sentence for everything that was lost. */
  losses: string[];
}

interface CrashRound {
  round: number;
  killAfterMs?: number;
  enough?: (seen: readonly Job[]) => boolean;
}

/**
 * Starts jobs as fast as they are acknowledged, kills the emulator after a while or once `enough` was seen, and looks at what the next
 * one knows: every acknowledged job, no finished one changed, no running one left, every secret.
 */
export async function crashRound(
  folder: string,
  { round, killAfterMs, enough = () => false }: CrashRound,
): Promise<CrashReport> {
  const first = await spawnEmulator(["--data", folder]);
  const seen: Seen = new Map();
  let killed = killAfterMs === undefined ? undefined : delay(killAfterMs).then(() => first.kill());
  const secrets = await work(first, round, {
    seen,
    looked: () => {
      if (enough([...seen.values()])) killed ??= first.kill();
    },
  });
  await killed;
  const second = await spawnEmulator(["--data", folder]);
  try {
    return { acknowledged: seen.size, losses: await compare(second, seen, secrets) };
  } finally {
    await second.kill();
  }
}

/** Works until the emulator is gone: with a request under way when it is killed. */
async function work(
  emulator: EmulatorProcess,
  round: number,
  { seen, looked }: { seen: Seen; looked: () => void },
): Promise<string[]> {
  const secrets: string[] = [];
  try {
    for (let index = 0; ; index += 1) {
      const command = ["true", "sleep 30", "sh -c 'exit 3'"][index % 3];
      const body = { image: "ubuntu", project_name: "vision", command, tags: [`round-${round}`] };
      const { json } = await emulator.call("POST", "/jobs?from_preset", body);
      const job = jobShape.parse(json);
      seen.set(job.id, job);
      looked();
      const key = `key-${round}-${index}`;
      const secret = { key, value: "dg==", project_name: "vision", org_name: "acme" };
      const secretsUrl = "/../../default/secrets";
      if ((await emulator.call("POST", secretsUrl, secret)).status === 201) secrets.push(key);
      const { json: list } = await emulator.call("GET", `/jobs?tag=round-${round}`);
      for (const shown of z.object({ jobs: z.array(jobShape) }).parse(list).jobs) seen.set(shown.id, shown);
      looked();
    }
  } catch {
    return secrets;
  }
}

async function compare(emulator: EmulatorProcess, seen: Seen, secrets: string[]): Promise<string[]> {
  const losses: string[] = [];
  for (const before of seen.values()) {
    const { status, json } = await emulator.call("GET", `/jobs/${before.id}`);
    const after = jobShape.safeParse(json);
    if (status !== 200 || !after.success) losses.push(`${before.id} is unknown`);
    else losses.push(...changesOf(before, after.data));
  }
  const { json } = await emulator.call("GET", "/../../default/secrets?org_name=acme&project_name=vision");
  const kept = JSON.stringify(json);
  losses.push(...secrets.filter((key) => !kept.includes(`"${key}"`) && !kept.includes(`\\"${key}\\"`)));
  return losses;
}

function changesOf(before: Job, after: Job): string[] {
  const shown = `${before.id}: ${before.status} became ${after.status}/${after.history.reason}`;
  if (FINISHED.includes(before.status)) return after.status === before.status ? [] : [shown];
  if (before.status === "running" && !FINISHED.includes(after.status)) return [shown];
  return [];
}
