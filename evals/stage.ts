import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import {
  connectPlatform,
  isActive,
  type JobDescription,
  loginFromPassedConfig,
  type Platform,
} from "../src/client/index.ts";
import { type ChaosRule, type Emulator, startEmulator } from "../src/emulator/index.ts";
import { openCaller, type Policy } from "../src/operations/caller.ts";
import { createServer } from "../src/server/index.ts";
import { readSettings } from "../src/settings/index.ts";
import type { Seen } from "./check.ts";
import type { SetupStep, StagedJob, Task, VerifyStep } from "./task.ts";

const LOOK_MS = 30;
const READY_MS = 30_000;

type Step<Steps, Key extends string> = Extract<Steps, Record<Key, unknown>>;

/** The platform as a task finds it, and how the agent's server is to be started. */
export interface Stage {
  emulator: Emulator;
  /** The first user's, who asks the agent. */
  platform: Platform;
  /** Of the server. */
  flags: string[];
  policy: Policy;
  /** What the person answers whom the server asks; absent where nobody is there. */
  person: "accept" | "decline" | undefined;
  /** Every job that there is now. */
  jobs(): Promise<JobDescription[]>;
  /** How the platform is once the agent has answered: no fault is in the way any more. */
  look(): Promise<Pick<Seen, "after" | "outputs">>;
  close(): Promise<void>;
}

/** Starts an emulator for a task and plays its set-up. */
export async function openStage({ spec: { setup, verify } }: Task): Promise<Stage> {
  const [scene] = pick(setup, "apolo.scene");
  const [server] = pick(setup, "apolo.server");
  const [person] = pick(setup, "apolo.person");
  const emulator = await startEmulator({ scene: scene?.["apolo.scene"].name });
  const users = new Map<string, Platform>();
  const as = (user: string) => {
    const login = { ...loginFromPassedConfig(emulator.passedConfig), token: emulator.tokenFor(user) };
    const platform = users.get(user) ?? connectPlatform(login);
    users.set(user, platform);
    return platform;
  };
  const platform = as(emulator.user);
  const flags = server?.["apolo.server"].flags ?? [];
  const { policy } = readSettings(flags, { env: {}, cwd: "/", home: "/" });
  const close = async () => {
    await Promise.all([...users.values()].map((user) => user.close()));
    await emulator.close();
  };
  try {
    await Promise.all(pick(setup, "apolo.job").map((step) => stageJob(as, step["apolo.job"])));
    for (const step of pick(setup, "apolo.call")) await callEarlier(platform, policy, step["apolo.call"]);
  } catch (error) {
    await close();
    throw error;
  }
  const jobs = () => everyJob(platform);
  const look = async () => {
    emulator.chaos.clear();
    const after = await jobs();
    return { after, outputs: await outputsIn(platform, after, pick(verify, "apolo.output")) };
  };
  return { emulator, platform, flags, policy, person: person?.["apolo.person"].answers, jobs, look, close };
}

/** Lets the faults of a task begin: not before the platform was looked at. */
export function beginFaults({ emulator }: Stage, { spec: { setup } }: Task): void {
  // The emulator itself checks the rule.
  for (const step of pick(setup, "apolo.chaos"))
    emulator.chaos.add(step["apolo.chaos"] as unknown as ChaosRule);
}

function pick<Steps extends SetupStep | VerifyStep, Key extends string>(
  steps: readonly Steps[],
  key: Key,
): Step<Steps, Key>[] {
  return steps.filter((step): step is Step<Steps, Key> => key in step);
}

/** What commands print in jobs that are named, by command. */
async function outputsIn(
  platform: Platform,
  jobs: readonly JobDescription[],
  steps: readonly Step<VerifyStep, "apolo.output">[],
): Promise<Map<string, string>> {
  const outputs = new Map<string, string>();
  for (const { "apolo.output": wanted } of steps) {
    const job = jobs.find(({ name, status }) => name === wanted.job && status === "running");
    if (job === undefined) continue;
    const { stdout } = await platform.jobs.execAndCollect(job.id, { command: wanted.command });
    outputs.set(wanted.command, stdout.head);
  }
  return outputs;
}

async function everyJob(platform: Platform): Promise<JobDescription[]> {
  const jobs: JobDescription[] = [];
  for await (const job of platform.jobs.list()) jobs.push(job);
  return jobs;
}

/** Starts a job as its owner and waits until it is as far as the task wants it. */
async function stageJob(as: (user: string) => Platform, staged: StagedJob): Promise<void> {
  const { owner, script, until, prints, life_span_seconds: lifeSpanSeconds, http_port: port } = staged;
  const { jobs } = as(owner);
  const { id } = await jobs.start({
    ...{ name: staged.name, image: staged.image, preset: staged.preset, tags: staged.tags, lifeSpanSeconds },
    command: `sh -c '${script.replaceAll("'", `'\\''`)}'`,
    ...(port === undefined ? {} : { http: { port } }),
    ...(staged.project === undefined ? {} : { where: { project: staged.project } }),
  });
  await untilTrue(`${staged.name} is ${until}`, async () => {
    const { status } = await jobs.status(id);
    // A short one may have run and ended between two looks.
    return until === "pending" || !isActive(status) || status === until;
  });
  if (prints === undefined) return;
  await untilTrue(`${staged.name} prints ${prints}`, async () => {
    const { lines } = await jobs.tail(id);
    return lines.some(({ text }) => text.includes(prints));
  });
}

async function untilTrue(what: string, look: () => Promise<boolean>): Promise<void> {
  const deadlineMs = Date.now() + READY_MS;
  while (!(await look())) {
    if (Date.now() > deadlineMs) throw new Error(`The set-up has no end: ${what} does not come`);
    await sleep(LOOK_MS);
  }
}

/** A call of a session that is over when the agent comes. */
async function callEarlier(
  platform: Platform,
  policy: Policy,
  { tool, arguments: args }: { tool: string; arguments: Record<string, unknown> },
): Promise<void> {
  const caller = openCaller(platform, policy);
  const client = new Client({ name: "earlier", version: "0" });
  const [near, far] = InMemoryTransport.createLinkedPair();
  await Promise.all([createServer(caller).connect(far), client.connect(near)]);
  const { isError, content } = await client.callTool({ name: tool, arguments: args });
  await client.close();
  await caller.close();
  if (isError === true) throw new Error(`The set-up's ${tool} failed: ${JSON.stringify(content)}`);
}
