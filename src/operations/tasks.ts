import { z } from "zod";
import { parseJson } from "../json.ts";
import { packIds, unpackIds } from "./packed-ids.ts";
import type { Seals } from "./seals.ts";

const PURPOSE = "task";
/** How long the outcome of a wait can be fetched after the wait's own end. */
const KEPT_MS = 24 * 3_600_000;
const MOST_CANCELLED = 1000;
const HEAD_BYTES = 2;

/** What a call waits for. Times are Unix milliseconds. */
export interface Wait {
  startedMs: number;
  /** It is over by then, whatever the jobs do. */
  deadlineMs: number;
  /** By id. */
  jobs: string[];
  /** What else its tool has to know to look again: something short that survives JSON. */
  facts?: unknown;
}

/** A wait as it was given out. */
export interface Task extends Wait {
  tool: string;
  /** Until then it can be asked for. */
  endMs: number;
  isCancelled: boolean;
}

const taskHead = z.tuple([z.string(), z.number(), z.number(), z.unknown()]);

/**
 * Waits that go on between calls without being remembered: an id says all that there is to look at. It is sealed, so
 * every server with the caller's key takes it, also after a restart, and nobody else does.
 */
export class Tasks {
  readonly #seals: Seals;
  readonly #cancelled = new Set<string>();

  constructor(seals: Seals) {
    this.#seals = seals;
  }

  /** The id of a wait that a tool begins. */
  issue(tool: string, { startedMs, deadlineMs, jobs, facts = null }: Wait): { id: string; endMs: number } {
    const head = Buffer.from(JSON.stringify([tool, startedMs, deadlineMs, facts]));
    const length = Buffer.alloc(HEAD_BYTES);
    length.writeUInt16BE(head.length);
    const endMs = deadlineMs + KEPT_MS;
    const body = Buffer.concat([length, head, packIds(jobs)]);
    return { id: this.#seals.seal(PURPOSE, body, endMs - Date.now()), endMs };
  }

  /** Undefined for everything that was not given to this caller, or is too old: it does not matter which. */
  read(id: string): Task | undefined {
    const opened = this.#seals.open(PURPOSE, id);
    if (typeof opened === "string") return undefined;
    const { body, mark } = opened;
    const headEnd = HEAD_BYTES + body.readUInt16BE();
    // Another version of this server may have written something else.
    const head = taskHead.safeParse(parseJson(body.toString("utf8", HEAD_BYTES, headEnd)));
    if (!head.success) return undefined;
    const [tool, startedMs, deadlineMs, facts] = head.data;
    const jobs = unpackIds(body.subarray(headEnd));
    const endMs = deadlineMs + KEPT_MS;
    return { tool, startedMs, deadlineMs, jobs, facts, endMs, isCancelled: this.#cancelled.has(mark) };
  }

  /**
   * Ends the waiting, never a job; false for an id that is not the caller's. Only this process remembers it, for a
   * bounded number of waits: another one, or this one after a restart, goes on saying how the jobs stand.
   */
  cancel(id: string): boolean {
    const opened = this.#seals.open(PURPOSE, id);
    if (typeof opened === "string") return false;
    this.#cancelled.add(opened.mark);
    for (const oldest of this.#cancelled) {
      if (this.#cancelled.size <= MOST_CANCELLED) break;
      this.#cancelled.delete(oldest);
    }
    return true;
  }
}
