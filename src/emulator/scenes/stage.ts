import { createHash, randomBytes } from "node:crypto";
import { presetResources } from "../api/preset.ts";
import type { Hold } from "../chaos.ts";
import type { ApiContext } from "../context.ts";
import type { TimedLine } from "../logs/writer.ts";
import type { JobContainer, JobRecord, StatusItem } from "../state/job.ts";
import { createdMs, step } from "../state/job-history.ts";
import jobs from "./jobs.json" with { type: "json" };
import type { Random } from "./random.ts";
import { rolled } from "./work.ts";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const UNITS: Record<string, number> = { s: 1000, m: MINUTE, h: HOUR, d: DAY };

/** A job as a scene describes it; what is left out is as usual. */
export interface Casting
  extends Partial<Omit<JobRecord, "container" | "presetName" | "statuses" | "maxRunTimeMinutes">>,
    Partial<Pick<JobContainer, "image" | "command" | "env" | "http">> {
  preset?: string;
  /** Null for no limit. */
  maxRunTimeMinutes?: number | null;
}

/** A job in JSON, with its times as in `26h`: one with a `hold` waits, one with an `end` is over, any other runs. */
export interface Entry extends Casting {
  ago: string;
  hold?: Hold;
  /** Absent or empty for one that never ran. */
  queued?: string;
  lasted?: string;
  end?: { status: string };
  lines?: string[];
  /** Whether its lines describe its end. */
  explained?: boolean;
}

/** The words in our JSON are those of the platform. */
const USUAL = jobs.usual as Pick<JobRecord, keyof typeof jobs.usual>;

export type End = { status: StatusItem["status"] } & Partial<Omit<StatusItem, "status" | "atMs">>;

export const SUCCEEDED: End = { status: "succeeded", exitCode: 0 };
export const OOM_KILLED: End = { status: "failed", reason: "OOMKilled", exitCode: 137 };

export function failed(exitCode: number, description: string | null = null): End {
  return { status: "failed", reason: "Error", exitCode, description };
}

export function neverRan(reason: string, description: string): End {
  return { status: "failed", reason, description };
}

export interface Past {
  createdAgo: number;
  /** From creation to the process; absent for one that never ran. */
  queuedMs?: number | undefined;
  /** Why it waited until the end, for one that never ran. */
  waitedFor?: string | undefined;
  /** From creation to the end. */
  lastedMs: number;
  end: End;
  restarts?: number;
  /** Spread evenly over its run. */
  lines?: readonly string[];
}

/** Puts jobs on the emulated platform as if they had been there before it was started. */
export class Stage {
  readonly random: Random;
  readonly nowMs: number;
  readonly #context: ApiContext;
  /** The end of an id is this emulator's own: jobs' processes are known by it, and others may play the same scene. */
  readonly #salt = randomBytes(16);
  readonly #cast: { job: JobRecord; play(): void }[] = [];

  constructor(context: ApiContext, random: Random) {
    this.#context = context;
    this.random = random;
    this.nowMs = context.clock.nowMs();
  }

  /** Jobs as they are described in JSON; dice in their lines are rolled. */
  play(entries: readonly Entry[]): void {
    for (const { ago, hold, queued = "", lasted = "", end, lines = [], explained, ...casting } of entries)
      if (hold !== undefined) this.pending(casting, msOf(ago), hold);
      else if (end === undefined) this.running(casting, msOf(ago), lines);
      else {
        const times = {
          createdAgo: msOf(ago),
          queuedMs: queued ? msOf(queued) : undefined,
          lastedMs: msOf(lasted),
        };
        const text = lines.map((line) => rolled(line, this.random));
        const described = explained ? { ...end, description: text.join("\n") } : end;
        // The statuses in our JSON are those of the platform.
        this.past(casting, { ...times, end: described as End, lines: text });
      }
  }

  past(casting: Casting, past: Past): void {
    const { createdAgo, queuedMs = 0, lastedMs, lines = [] } = past;
    const created = this.nowMs - createdAgo;
    const job = this.#record(casting, pastSteps(past, created));
    this.#cast.push({ job, play: () => this.#fill(job, lines, [created + queuedMs, created + lastedMs]) });
  }

  /** A job that has been running for a while, and does run. */
  running(casting: Casting, runningFor: number, lines: readonly string[] = []): void {
    const startedMs = this.nowMs - runningFor;
    const job = this.#record(casting, [...queuedSteps(startedMs - 8000), step("running", startedMs)]);
    job.materialized = true;
    const play = () => {
      this.#fill(job, lines, [startedMs, this.nowMs]);
      this.#context.lifecycle.start(job, { resumed: true });
    };
    this.#cast.push({ job, play });
  }

  /** A job that waits, and will wait until it is killed. */
  pending(casting: Casting, waitingFor: number, hold: Hold): void {
    const created = this.nowMs - waitingFor;
    const { reason, description = null } = hold;
    const waits = step("pending", created + 6000, { reason, description });
    const job = this.#record(casting, [...queuedSteps(created), waits]);
    job.materialized = true;
    this.#context.pinned.set(job.id, hold);
    this.#cast.push({ job, play: () => this.#context.lifecycle.start(job, { resumed: true }) });
  }

  /** Running jobs that a member of acme may have. */
  quota(user: string, runningJobs: number): void {
    const { accounts } = this.#context;
    const key = { cluster: "default", org: "acme", user };
    accounts.set(key, { ...accounts.get(key), runningJobs });
  }

  open(): void {
    for (const { job, play } of this.#cast.sort((a, b) => createdMs(a.job) - createdMs(b.job))) {
      this.#context.table.add(job);
      play();
    }
  }

  #fill({ id }: JobRecord, lines: readonly string[], [fromMs, toMs]: [number, number]): void {
    const gap = (toMs - fromMs) / Math.max(1, lines.length);
    const timed = lines.map((text, index): TimedLine => ({ atMs: fromMs + gap * index, text }));
    if (lines.length > 0) this.#context.logs.fill(id, timed);
  }

  #record(casting: Casting, statuses: StatusItem[]): JobRecord {
    const { preset: presetName = "cpu-small", image, command, env, http, ...rest } = casting;
    const { maxRunTimeMinutes = 1440, ...own } = rest;
    const given = Object.fromEntries(
      Object.entries({ image, command, env, http }).filter(([, value]) => value !== undefined),
    );
    const preset = this.#context.platform.clusters[0]?.presets.find(({ name }) => name === presetName);
    if (preset === undefined) throw new Error(`No preset ${presetName}`);
    return {
      ...USUAL,
      id: this.#id(),
      presetName,
      schedulerEnabled: preset.scheduler_enabled,
      preemptibleNode: preset.preemptible_node,
      pricePerHour: preset.credits_per_hour,
      ...own,
      maxRunTimeMinutes: maxRunTimeMinutes ?? undefined,
      tags: [...(own.tags ?? [])].sort(),
      container: {
        ...jobs.usualContainer,
        ...given,
        resources: { ...presetResources(preset), shm: true },
      },
      statuses,
    };
  }

  #id(): string {
    const { random } = this;
    const [first, second, third, fourth] = [random.hex(8), random.hex(4), random.hex(3), random.hex(3)];
    const tail = createHash("sha256").update(this.#salt).update(random.hex(12)).digest("hex").slice(0, 12);
    return `job-${first}-${second}-4${third}-a${fourth}-${tail}`;
  }
}

function msOf(time: string): number {
  return Number.parseInt(time, 10) * (UNITS[time.slice(-1)] ?? 0);
}

function queuedSteps(created: number): StatusItem[] {
  return [
    step("pending", created, { reason: "Creating" }),
    step("pending", created + 1100, { reason: "Scheduling" }),
  ];
}

function pastSteps(
  { queuedMs, lastedMs, waitedFor, end, restarts = 0 }: Past,
  created: number,
): StatusItem[] {
  const startedMs = created + (queuedMs ?? 0);
  const endedMs = created + lastedMs;
  const again = Array.from({ length: restarts }, (_, index) => {
    const atMs = startedMs + ((endedMs - startedMs) * (index + 1)) / (restarts + 1);
    return [step("running", atMs, { reason: "Restarting" }), step("running", atMs + 500)];
  });
  return [
    ...queuedSteps(created),
    ...(waitedFor === undefined ? [] : [step("pending", created + 2000, { reason: waitedFor })]),
    ...(queuedMs === undefined ? [] : [step("running", startedMs), ...again.flat()]),
    step(end.status, endedMs, end),
  ];
}
