import { spawnSync } from "node:child_process";
import { closeSync, constants, mkdirSync, openSync, rmSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";

/** Names made by one run of mkfifo. */
const BATCH = 30;

/** One pipe: a stream here, and a descriptor to hand to a program and to close then. */
export interface Pipe {
  ours: Socket;
  theirs: number;
}

/**
 * Pipes for the streams of programs, as containers have them. Node gives its children sockets instead, which
 * cannot be opened by name: `/dev/stdout` would fail. It makes no pipes, so they begin as files and lose their
 * names when both ends are open.
 */
export class Pipes {
  readonly folder: string;
  #names: string[] = [];
  #count = 0;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** What a program writes comes out of `ours`. @throws {Error} if the system has no more descriptors. */
  output(): Pipe {
    const [ours, theirs] = this.#opened(constants.O_RDONLY | constants.O_NONBLOCK, constants.O_WRONLY);
    return { ours: new Socket({ fd: ours, readable: true, writable: false }), theirs };
  }

  /** What is written to `ours` is what a program reads. @throws {Error} if the system has no more descriptors. */
  input(): Pipe {
    // Opened for both first, so that neither end waits for the other.
    const both = constants.O_RDWR | constants.O_NONBLOCK;
    const ends = this.#opened(both, constants.O_RDONLY, constants.O_WRONLY | constants.O_NONBLOCK);
    const [opener, theirs, ours] = ends;
    closeSync(opener);
    return { ours: new Socket({ fd: ours, readable: false, writable: true }), theirs };
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
    this.#names = [];
  }

  /** Opens one pipe in so many ways, in their order, and takes its name away. */
  #opened<Flags extends number[]>(...flags: Flags): { [K in keyof Flags]: number } {
    const path = this.#take();
    const opened: number[] = [];
    try {
      for (const flag of flags) opened.push(openSync(path, flag));
    } catch (error) {
      for (const descriptor of opened) closeSync(descriptor);
      throw error;
    } finally {
      rmSync(path);
    }
    // One descriptor for each flag.
    return opened as { [K in keyof Flags]: number };
  }

  #take(): string {
    if (this.#names.length === 0) {
      mkdirSync(this.folder, { recursive: true, mode: 0o700 });
      const names = Array.from({ length: BATCH }, (_, index) => join(this.folder, `${this.#count + index}`));
      this.#count += BATCH;
      if (spawnSync("mkfifo", names).status === 0) this.#names = names;
    }
    const name = this.#names.pop();
    if (name === undefined) throw new Error(`No pipes can be made in ${this.folder}.`);
    return name;
  }
}
