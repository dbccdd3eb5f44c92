import { createHash, randomBytes } from "node:crypto";
import { presetResources } from "../api/preset.ts";
import type { TimedLine } from "../logs/store.ts";
import type { Preset } from "../state/hardware.ts";
import type { JobContainer, JobRecord, StatusItem } from "../state/job.ts";
import { step } from "../state/job-history.ts";
import type { Random } from "./random.ts";

/**
 * The end of an id differs from emulator to emulator: they know the processes of their jobs by it, and two of
 * them with the same scene on one machine would end each other's.
 */
const SALT = randomBytes(16);
const ownTail = (hex: string) => createHash("sha256").update(SALT).update(hex).digest("hex").slice(0, 12);

/** A job as a scene describes it; what is left out is as usual. */
export interface Casting {
  name?: string;
  owner?: string;
  org?: string;
  project?: string;
  preset?: string;
  image?: string;
  command?: string;
  description?: string;
  tags?: string[];
  env?: Record<string, string>;
  secretEnv?: Record<string, string>;
  httpPort?: number;
  lifeSpanMinutes?: number;
  restartPolicy?: JobRecord["restartPolicy"];
}

/** How a job of the past went, in milliseconds. */
export interface Past {
  /** Before now. */
  createdAgo: number;
  /** From creation to the process; absent for one that never ran. */
  queuedMs?: number;
  /** Why it waited until the end, for one that never ran. */
  waitedFor?: string;
  /** From creation to the end. */
  lastedMs: number;
  status: "succeeded" | "failed" | "cancelled";
  reason?: string;
  description?: string;
  exitCode?: number;
  restarts?: number;
  lines?: readonly TimedLine[];
}

/** The record of a job that a scene describes. */
export function castJob(
  casting: Casting,
  from: { preset: Preset; random: Random; statuses: StatusItem[] },
): JobRecord {
  const { preset, random, statuses } = from;
  const uuid = `${random.hex(8)}-${random.hex(4)}-4${random.hex(3)}-a${random.hex(3)}-${ownTail(random.hex(12))}`;
  return {
    id: `job-${uuid}`,
    owner: casting.owner ?? "alice",
    cluster: "default",
    org: casting.org ?? "acme",
    project: casting.project ?? "vision",
    tags: [...(casting.tags ?? [])].sort(),
    presetName: preset.name,
    container: containerOf(casting, { ...presetResources(preset), shm: true }),
    schedulerEnabled: preset.scheduler_enabled,
    preemptibleNode: preset.preemptible_node,
    passConfig: false,
    privileged: false,
    waitForJobsQuota: false,
    restartPolicy: casting.restartPolicy ?? "never",
    priority: "normal",
    pricePerHour: preset.credits_per_hour,
    maxRunTimeMinutes: casting.lifeSpanMinutes ?? 1440,
    materialized: false,
    beingDropped: false,
    logsRemoved: false,
    statuses,
    ...(casting.name === undefined ? {} : { name: casting.name }),
    ...(casting.description === undefined ? {} : { description: casting.description }),
  };
}

/** The first steps of every job. */
export function queuedSteps(createdMs: number): StatusItem[] {
  return [
    step("pending", createdMs, { reason: "Creating" }),
    step("pending", createdMs + 1100, { reason: "Scheduling" }),
  ];
}

/** All steps of a job that is over. */
export function pastSteps(past: Past, createdMs: number): StatusItem[] {
  const { queuedMs, lastedMs, status, restarts = 0 } = past;
  const startedMs = createdMs + (queuedMs ?? 0);
  const endedMs = createdMs + lastedMs;
  const again = Array.from({ length: restarts }, (_, index) => {
    const atMs = startedMs + ((endedMs - startedMs) * (index + 1)) / (restarts + 1);
    return [step("running", atMs, { reason: "Restarting" }), step("running", atMs + 500)];
  });
  return [
    ...queuedSteps(createdMs),
    ...(past.waitedFor === undefined ? [] : [step("pending", createdMs + 2000, { reason: past.waitedFor })]),
    ...(queuedMs === undefined ? [] : [step("running", startedMs), ...again.flat()]),
    step(status, endedMs, {
      reason: past.reason ?? null,
      description: past.description ?? null,
      ...(past.exitCode === undefined ? {} : { exitCode: past.exitCode }),
    }),
  ];
}

function containerOf(casting: Casting, resources: JobContainer["resources"]): JobContainer {
  const { httpPort } = casting;
  return {
    image: casting.image ?? "pytorch/pytorch:2.4.0-cuda12.1-cudnn9-runtime",
    command: casting.command ?? "python train.py",
    resources,
    env: casting.env ?? {},
    volumes: [],
    secret_env: casting.secretEnv ?? {},
    secret_volumes: [],
    disk_volumes: [],
    tty: false,
    ...(httpPort === undefined
      ? {}
      : { http: { port: httpPort, health_check_path: "/", requires_auth: true } }),
  };
}
