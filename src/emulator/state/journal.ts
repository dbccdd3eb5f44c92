import * as fs from "node:fs";
import { join } from "node:path";

interface JournalOptions {
  folder: string;
  /** Called with each line written so far, oldest first; returns false for one it cannot use. */
  replay(entry: unknown): boolean;
  /** The fewest lines that hold the current state. */
  snapshot(): Iterable<unknown>;
  /** Journal size from which it is worth writing a snapshot. */
  compactBytes?: number;
}

/** Characters of a snapshot written at once. */
const BATCH_LENGTH = 256 * 1024;
const COMPACT_BYTES = 16 * 1024 * 1024;
const DAMAGED = "damaged.jsonl";

/**
 * Lines that together hold the whole state: a snapshot and the lines since, in files that carry a generation number. A
 * snapshot counts from the moment it is renamed, so a death at any point leaves one complete generation. Lines that
 * cannot be read are put aside, and so is a torn last one.
 */
export class Journal {
  /** What could not be read when it was opened, as a sentence for people. */
  readonly damage: string | undefined;
  readonly #options: JournalOptions;
  #generation: number;
  #file: number;
  /** Bytes in the journal, and those of the snapshot it follows. */
  #bytes: number;
  #snapshotBytes: number;
  #waiting: Buffer[] = [];

  constructor(options: JournalOptions) {
    this.#options = options;
    const { folder } = options;
    fs.mkdirSync(folder, { recursive: true });
    fs.chmodSync(folder, 0o700);
    this.#generation = newest(folder);
    const reader = new Reader(folder, options.replay);
    const snapshot = snapshotName(this.#generation);
    if (this.#generation > 0 && !fs.existsSync(join(folder, snapshot)))
      reader.lose(`${snapshot} is missing`, Buffer.alloc(0), true);
    this.#snapshotBytes = reader.read(snapshot);
    this.#bytes = reader.read(journalName(this.#generation));
    this.#file = openOwn(join(folder, journalName(this.#generation)), "a");
    fs.ftruncateSync(this.#file, this.#bytes);
    if (this.#bytes > this.#compactBytes || reader.recurs) this.#compact();
    dropOthers(folder, this.#generation);
    this.damage = reader.damage;
  }

  /** Writes one line, which survives this process from here on; on a full disk it waits until there is room. */
  append(entry: unknown): void {
    this.#waiting.push(Buffer.from(`${JSON.stringify(entry)}\n`));
    this.#flush();
    if (this.#bytes > Math.max(this.#compactBytes, this.#snapshotBytes)) this.#compact();
  }

  close(): void {
    this.#flush();
    fs.closeSync(this.#file);
  }

  get #compactBytes(): number {
    return this.#options.compactBytes ?? COMPACT_BYTES;
  }

  #compact(): void {
    const { folder, snapshot } = this.#options;
    const next = this.#generation + 1;
    const [fresh, named] = [join(folder, "snapshot.tmp"), join(folder, snapshotName(next))];
    try {
      const size = writeLines(fresh, snapshot());
      fs.renameSync(fresh, named);
      const opened = openOwn(join(folder, journalName(next)), "w");
      fs.closeSync(this.#file);
      [this.#file, this.#bytes, this.#snapshotBytes, this.#generation] = [opened, 0, size, next];
      dropOthers(folder, next);
    } catch {
      for (const unfinished of [fresh, named]) fs.rmSync(unfinished, { force: true });
      // Tried again when it has grown by as much once more.
      this.#snapshotBytes = this.#bytes + this.#compactBytes;
    }
  }

  #flush(): void {
    try {
      const text = Buffer.concat(this.#waiting);
      fs.writeFileSync(this.#file, text);
      this.#bytes += text.length;
      this.#waiting = [];
    } catch (error) {
      if (this.#waiting.length === 1)
        process.emitWarning(`The emulator cannot keep its state: ${String(error)}`);
      try {
        // Removes the part of a line that did not fit.
        fs.ftruncateSync(this.#file, this.#bytes);
      } catch {
        // Then it is a torn line, which is told when it is read.
      }
    }
  }
}

const snapshotName = (generation: number) => `snapshot-${generation}.jsonl`;
const journalName = (generation: number) => `journal-${generation}.jsonl`;

/** A journal is begun after its snapshot: where there is one there was the other. */
function newest(folder: string): number {
  const names = fs.readdirSync(folder).map((name) => /^(?:snapshot|journal)-(\d+)\.jsonl$/.exec(name));
  return Math.max(0, ...names.map((found) => Number(found?.[1] ?? 0)));
}

function dropOthers(folder: string, generation: number): void {
  for (const name of fs.readdirSync(folder)) {
    const own = [snapshotName(generation), journalName(generation)].includes(name);
    if (!own && /^(snapshot|journal)[-.]/.test(name)) fs.rmSync(join(folder, name), { force: true });
  }
}

/** Replays the lines of files and records those that cannot be read. */
class Reader {
  readonly #folder: string;
  readonly #replay: (entry: unknown) => boolean;
  readonly #lost: string[] = [];
  #kept = 0;
  /** Whether the next start would find the same damage. */
  recurs = false;

  constructor(folder: string, replay: (entry: unknown) => boolean) {
    this.#folder = folder;
    this.#replay = replay;
  }

  get damage(): string | undefined {
    const lost = this.#lost;
    if (lost.length === 0) return undefined;
    const more = lost.length > SHOWN ? ` and ${lost.length - SHOWN} more` : "";
    return (
      `The state in ${this.#folder} is damaged: ${lost.slice(0, SHOWN).join(", ")}${more}. ` +
      `${this.#kept} lines were kept; what cannot be read is in ${join(this.#folder, DAMAGED)}.`
    );
  }

  lose(what: string, bytes: Uint8Array, recurs: boolean): void {
    this.#lost.push(what);
    this.recurs ||= recurs;
    fs.appendFileSync(join(this.#folder, DAMAGED), Buffer.concat([bytes, Buffer.from("\n")]), {
      mode: 0o600,
    });
  }

  /** Reads a file and returns where its last whole line ends. */
  read(name: string): number {
    const path = join(this.#folder, name);
    if (!fs.existsSync(path)) return 0;
    const file = fs.openSync(path, "r");
    const block = Buffer.alloc(1024 * 1024);
    let [rest, end, number] = [Buffer.alloc(0), 0, 0];
    for (let read = fs.readSync(file, block); read > 0; read = fs.readSync(file, block)) {
      const text = Buffer.concat([rest, block.subarray(0, read)]);
      let start = 0;
      for (let stop = text.indexOf(10); stop >= 0; stop = text.indexOf(10, start)) {
        number += 1;
        const line = text.subarray(start, stop);
        if (this.#understands(line)) this.#kept += 1;
        else this.lose(`line ${number} of ${name} cannot be read`, line, true);
        start = stop + 1;
      }
      end += start;
      rest = text.subarray(start);
    }
    fs.closeSync(file);
    // A journal is cut there.
    if (rest.length > 0) this.lose(`the last line of ${name} is torn`, rest, name.startsWith("snapshot"));
    return end;
  }

  #understands(line: Buffer): boolean {
    try {
      return this.#replay(JSON.parse(line.toString("utf8")));
    } catch {
      return false;
    }
  }
}

/** The most damaged places that are named. */
const SHOWN = 5;

/** For its owner only, even where it existed before. */
function openOwn(path: string, flags: "a" | "w"): number {
  const file = fs.openSync(path, flags, 0o600);
  fs.fchmodSync(file, 0o600);
  return file;
}

/** Returns the size of the file. */
function writeLines(path: string, entries: Iterable<unknown>): number {
  const file = openOwn(path, "w");
  let batch = "";
  try {
    for (const entry of entries) {
      batch += `${JSON.stringify(entry)}\n`;
      if (batch.length < BATCH_LENGTH) continue;
      fs.writeFileSync(file, batch);
      batch = "";
    }
    fs.writeFileSync(file, batch);
    return fs.fstatSync(file).size;
  } finally {
    fs.closeSync(file);
  }
}
