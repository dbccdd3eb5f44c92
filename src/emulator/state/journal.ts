import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

/** Lines that together say the whole state, each a JSON value. */
export interface Journal {
  /** Writes one line; it survives the death of this process from here on. */
  append(entry: unknown): void;
  close(): void;
}

export interface JournalOptions {
  folder: string;
  /** Called with every line written so far, oldest first, before the journal opens. */
  replay(entry: unknown): void;
  /** The shortest lines that say the state as it is now. */
  snapshot(): Iterable<unknown>;
  /** Journal size from which it is worth writing a snapshot. */
  compactBytes?: number;
}

const COMPACT_BYTES = 16 * 1024 * 1024;

/**
 * Opens a journal: a snapshot and the lines since, in files that carry a generation number. A snapshot counts
 * from the moment it is renamed, so a death at any point leaves one complete generation. A torn last line is
 * cut off.
 */
export function openJournal(options: JournalOptions): Journal {
  const { folder, compactBytes = COMPACT_BYTES } = options;
  mkdirSync(folder, { recursive: true });
  let generation = newest(folder);
  let snapshotBytes = replayFile(join(folder, snapshotName(generation)), options.replay);
  const path = () => join(folder, journalName(generation));
  let bytes = replayFile(path(), options.replay);
  let file = openSync(path(), "a");
  truncate(path(), bytes);

  const compact = () => {
    const fresh = join(folder, "snapshot.tmp");
    snapshotBytes = writeLines(fresh, options.snapshot());
    renameSync(fresh, join(folder, snapshotName(generation + 1)));
    closeSync(file);
    generation += 1;
    bytes = 0;
    file = openSync(path(), "w");
    dropOthers(folder, generation);
  };
  if (bytes > compactBytes) compact();
  dropOthers(folder, generation);

  return {
    append(entry) {
      const line = Buffer.from(`${JSON.stringify(entry)}\n`);
      writeSync(file, line);
      bytes += line.length;
      if (bytes > Math.max(compactBytes, snapshotBytes)) compact();
    },
    close: () => closeSync(file),
  };
}

function snapshotName(generation: number): string {
  return `snapshot-${generation}.jsonl`;
}

function journalName(generation: number): string {
  return `journal-${generation}.jsonl`;
}

function newest(folder: string): number {
  const numbers = readdirSync(folder).map((name) => Number(/^snapshot-(\d+)\.jsonl$/.exec(name)?.[1] ?? 0));
  return Math.max(0, ...numbers);
}

function dropOthers(folder: string, generation: number): void {
  for (const name of readdirSync(folder)) {
    const own = [snapshotName(generation), journalName(generation)].includes(name);
    if (!own && /^(snapshot|journal)[-.]/.test(name)) rmSync(join(folder, name), { force: true });
  }
}

/** Hands over every whole line of a file and returns where the last of them ends. */
function replayFile(path: string, replay: (entry: unknown) => void): number {
  if (!existsSync(path)) return 0;
  const file = openSync(path, "r");
  const block = Buffer.alloc(1024 * 1024);
  let [rest, end] = [Buffer.alloc(0), 0];
  for (let read = readSync(file, block); read > 0; read = readSync(file, block)) {
    const text = Buffer.concat([rest, block.subarray(0, read)]);
    let start = 0;
    for (let stop = text.indexOf(10); stop >= 0; stop = text.indexOf(10, start)) {
      parseLine(text.subarray(start, stop), replay);
      start = stop + 1;
    }
    end += start;
    rest = text.subarray(start);
  }
  closeSync(file);
  return end;
}

/** A line that is not JSON says nothing; the others still do. */
function parseLine(line: Buffer, replay: (entry: unknown) => void): void {
  let entry: unknown;
  try {
    entry = JSON.parse(line.toString("utf8"));
  } catch {
    return;
  }
  replay(entry);
}

function truncate(path: string, bytes: number): void {
  const file = openSync(path, "r+");
  ftruncateSync(file, bytes);
  closeSync(file);
}

function writeLines(path: string, entries: Iterable<unknown>): number {
  const file = openSync(path, "w");
  let bytes = 0;
  let batch: string[] = [];
  const flush = () => {
    if (batch.length === 0) return;
    bytes += writeSync(file, `${batch.join("\n")}\n`);
    batch = [];
  };
  for (const entry of entries) {
    batch.push(JSON.stringify(entry));
    if (batch.length >= 500) flush();
  }
  flush();
  closeSync(file);
  return bytes;
}
