import { join } from "node:path";
import { z } from "zod";
import { Collection } from "./collection.ts";
import type { JobRecord, StatusItem } from "./job.ts";
import { openJobTable } from "./job-table.ts";
import { type Journal, openJournal } from "./journal.ts";

export type Store = ReturnType<typeof openStore>;

/** What may change in a job after it was made. */
interface JobChange {
  id: string;
  /** Steps since the last line about this job. */
  steps: StatusItem[];
  maxRunTimeMinutes?: number | undefined;
  materialized: boolean;
  beingDropped: boolean;
  logsRemoved: boolean;
}

const steps = z.array(z.object({ status: z.string(), atMs: z.number() }));
/** What every job has, in whatever way a line was damaged. */
const wholeJob = z.object({
  id: z.string(),
  owner: z.string(),
  container: z.object({}),
  statuses: steps.min(1),
});
const change = z.object({ id: z.string(), steps });

/** A line of the journal; what stands in it was written by this program. */
const line = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("job"), job: z.custom<JobRecord>((job) => wholeJob.safeParse(job).success) }),
  z.object({
    kind: z.literal("change"),
    change: z.custom<JobChange>((item) => change.safeParse(item).success),
  }),
  z.object({ kind: z.literal("removed"), id: z.string() }),
  z.object({
    kind: z.literal("value"),
    collection: z.string(),
    key: z.string(),
    value: z.unknown().optional(),
  }),
]);

/** Opens what is to survive: the jobs, and named collections; without a folder nothing is written. */
export function openStore(folder: string | undefined) {
  const values = new Map<string, Map<string, unknown>>();
  const jobs = new Map<string, JobRecord>();
  /** How many steps of a job have been written. */
  const written = new Map<string, number>();
  let journal: Journal | undefined;

  const table = openJobTable({
    saved(job) {
      const known = written.get(job.id);
      written.set(job.id, job.statuses.length);
      journal?.append(
        known === undefined ? { kind: "job", job } : { kind: "change", change: changeOf(job, known) },
      );
    },
    removed(id) {
      written.delete(id);
      journal?.append({ kind: "removed", id });
    },
  });
  const replay = (entry: unknown) => {
    const parsed = line.safeParse(entry);
    if (parsed.success) apply(parsed.data, jobs, values);
    return parsed.success;
  };
  if (folder !== undefined) {
    const opened = openJournal({
      folder: join(folder, "state"),
      replay,
      // While the journal opens, the jobs are not in the table yet.
      snapshot: () => lines([...jobs.values(), ...table.list({})], values),
    });
    for (const job of [...jobs.values()]) table.add(job);
    jobs.clear();
    journal = opened;
  }

  return {
    table,
    /** What of the state could not be read, as a sentence for people. */
    damage: journal?.damage,
    /** The same name always gives the same values; each name belongs to one type of value. */
    collection<T>(name: string): Collection<T> {
      const known = values.get(name) ?? new Map<string, unknown>();
      values.set(name, known);
      // One name, one type: that is the contract of this function.
      return new Collection(known as Map<string, T>, (key, value) =>
        journal?.append({ kind: "value", collection: name, key, value }),
      );
    },
    close: () => journal?.close(),
  };
}

function apply(
  entry: z.infer<typeof line>,
  jobs: Map<string, JobRecord>,
  values: Map<string, Map<string, unknown>>,
): void {
  if (entry.kind === "job") jobs.set(entry.job.id, entry.job);
  if (entry.kind === "removed") jobs.delete(entry.id);
  if (entry.kind === "change") {
    const { steps, ...rest } = entry.change;
    const job = jobs.get(rest.id);
    if (job !== undefined) Object.assign(job, rest, { statuses: [...job.statuses, ...steps] });
  }
  if (entry.kind === "value") {
    const named = values.get(entry.collection) ?? new Map<string, unknown>();
    values.set(entry.collection, named);
    if (entry.value === undefined) named.delete(entry.key);
    else named.set(entry.key, entry.value);
  }
}

function changeOf(job: JobRecord, known: number): JobChange {
  const { id, maxRunTimeMinutes, materialized, beingDropped, logsRemoved } = job;
  const steps = job.statuses.slice(known);
  return { id, steps, maxRunTimeMinutes, materialized, beingDropped, logsRemoved };
}

function* lines(jobs: readonly JobRecord[], values: Map<string, Map<string, unknown>>): Generator<unknown> {
  for (const [collection, entries] of values)
    for (const [key, value] of entries) yield { kind: "value", collection, key, value };
  for (const job of jobs) yield { kind: "job", job };
}
