import { closeSync, constants, fstatSync, openSync, writeSync } from "node:fs";
import { oneLine } from "../foreign.ts";
import { log } from "../log.ts";
import type { CallEnd, ObservedCall } from "../operations/observer.ts";
import type { Reader } from "./index.ts";

/** Clients may call themselves anything. */
const MOST_CHARS = 100;
/** Several processes may append to one file. A pipe that nobody reads must not hold the server up. */
const APPEND = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | constants.O_NONBLOCK;
const OWNER_ONLY = 0o600;

/** A file with one line of JSON for each call that changed something on the platform, or may have. */
export class Audit implements Reader {
  readonly #path: string;
  #file: number;
  /** Lines that could not be written since the last one that could. */
  #lost = 0;
  /** The file ends within a line. */
  #isTorn = false;

  /** @throws where the file cannot be appended to */
  constructor(path: string) {
    this.#path = path;
    this.#file = openSync(path, APPEND, OWNER_ONLY);
  }

  call(call: ObservedCall) {
    return {
      ended: (end: CallEnd) => {
        if (end.changed.length > 0) this.#append(`${JSON.stringify(record(call, end))}\n`);
      },
    };
  }

  /** Goes on in the file that is at the path now, as after a rotation. */
  reopen(): void {
    try {
      const file = openSync(this.#path, APPEND, OWNER_ONLY);
      this.close();
      this.#file = file;
      this.#isTorn = false;
    } catch (error) {
      log("error", `--audit: ${this.#path} cannot be opened again, the old file is kept: ${textOf(error)}`);
    }
  }

  close(): void {
    closeSync(this.#file);
  }

  /** Never fails a call: what was done was done. */
  #append(line: string): void {
    try {
      if (fstatSync(this.#file).nlink === 0) this.#replaceLost();
      const bytes = Buffer.from(this.#isTorn ? `\n${line}` : line);
      const written = writeSync(this.#file, bytes);
      this.#isTorn = written < bytes.length || (this.#isTorn && written === 0);
      if (written < bytes.length) throw new Error(`only ${written} of ${bytes.length} bytes were written`);
      if (this.#lost > 0) log("warning", `--audit: lines are written again; ${this.#lost} were lost`);
      this.#lost = 0;
    } catch (error) {
      this.#lost += 1;
      if (this.#lost === 1) log("error", `--audit: ${this.#path} cannot be written to: ${textOf(error)}`);
    }
  }

  #replaceLost(): void {
    log("warning", `--audit: ${this.#path} was removed; a new one is begun`);
    this.reopen();
  }
}

function record({ user, client, target }: ObservedCall, { outcome, changed }: CallEnd) {
  return {
    time: new Date().toISOString(),
    user,
    client: client && { name: short(client.name), version: short(client.version) },
    tool: target,
    jobs: changed.map(({ id, name }) => ({ id, name })),
    outcome,
  };
}

function short(text: string): string {
  return oneLine(text.slice(0, MOST_CHARS));
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
