import { join } from "node:path";
import { z } from "zod";
import type { JobRecord } from "./job.ts";
import { JobTable } from "./job-table.ts";
import { Journal } from "./journal.ts";

const step = z.looseObject({ status: z.string(), atMs: z.number() });
/** What may change in a job after it was made; `steps` are those since the last line about it. */
const change = z.looseObject({ id: z.string(), steps: z.array(step) });
const job = z.looseObject({
  id: z.string(),
  owner: z.string(),
  container: z.looseObject({}),
  statuses: z.array(step).min(1),
});

/** A line of the journal. It was written by this program: what it must at least hold. */
const line = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("job"), job }),
  z.object({ kind: z.literal("change"), change }),
  z.object({ kind: z.literal("removed"), id: z.string() }),
  z.object({
    kind: z.literal("value"),
    collection: z.string(),
    key: z.string(),
    value: z.unknown().optional(),
  }),
]);

/** What survives a restart: the jobs, and named collections. Without a folder nothing is written. */
export class Store {
  readonly table: JobTable;
  readonly #collections = new Map<string, Collection<unknown>>();
  /** Jobs that were read and are not in the table yet. */
  readonly #read = new Map<string, JobRecord>();
  readonly #written = new Map<string, number>();
  readonly #journal: Journal | undefined;

  constructor(folder: string | undefined) {
    let journal: Journal | undefined;
    this.table = new JobTable({
      saved: (job) => {
        const known = this.#written.get(job.id);
        this.#written.set(job.id, job.statuses.length);
        journal?.append(
          known === undefined ? { kind: "job", job } : { kind: "change", change: changeOf(job, known) },
        );
      },
      removed: (id) => {
        this.#written.delete(id);
        journal?.append({ kind: "removed", id });
      },
    });
    if (folder === undefined) return;
    const opened = new Journal({
      folder: join(folder, "state"),
      replay: (entry) => this.#replay(entry),
      snapshot: () => this.#lines(),
    });
    for (const job of [...this.#read.values()]) this.table.add(job);
    this.#read.clear();
    journal = opened;
    this.#journal = opened;
  }

  get damage(): string | undefined {
    return this.#journal?.damage;
  }

  /** The same name always gives the same values; each name belongs to one type of value. */
  collection<T>(name: string): Collection<T> {
    const known =
      this.#collections.get(name) ??
      // While the journal is read there is none to write to.
      new Collection((key, value) => this.#journal?.append({ kind: "value", collection: name, key, value }));
    this.#collections.set(name, known);
    // One name, one type: that is the contract of this function.
    return known as Collection<T>;
  }

  close(): void {
    this.#journal?.close();
  }

  #replay(entry: unknown): boolean {
    const { success, data } = line.safeParse(entry);
    // A record as this program wrote it, of which the schema names the least.
    if (data?.kind === "job") this.#read.set(data.job.id, data.job as unknown as JobRecord);
    if (data?.kind === "removed") this.#read.delete(data.id);
    if (data?.kind === "change") {
      const { steps, ...rest } = data.change;
      const job = this.#read.get(rest.id);
      if (job !== undefined) Object.assign(job, rest, { statuses: [...job.statuses, ...steps] });
    }
    if (data?.kind === "value") {
      const { key, value } = data;
      const values = this.collection(data.collection);
      if (value === undefined) values.delete(key);
      else values.set(key, value);
    }
    return success;
  }

  *#lines(): Generator<unknown> {
    for (const [collection, values] of this.#collections)
      for (const [key, value] of values) yield { kind: "value", collection, key, value };
    for (const job of [...this.#read.values(), ...this.table.list({})]) yield { kind: "job", job };
  }
}

function changeOf(job: JobRecord, known: number) {
  const { id, maxRunTimeMinutes, materialized, beingDropped, logsRemoved } = job;
  const steps = job.statuses.slice(known);
  return { id, steps, maxRunTimeMinutes, materialized, beingDropped, logsRemoved };
}

export class Collection<T> extends Map<string, T> {
  readonly #changed: (key: string, value: T | undefined) => void;

  constructor(changed: (key: string, value: T | undefined) => void) {
    super();
    this.#changed = changed;
  }

  override set(key: string, value: T): this {
    super.set(key, value);
    this.#changed(key, value);
    return this;
  }

  override delete(key: string): boolean {
    const had = super.delete(key);
    if (had) this.#changed(key, undefined);
    return had;
  }
}
