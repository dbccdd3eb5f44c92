import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** After so many bytes: a pause, silence for good with an open connection, the end of the stream, or a reset. */
export interface Harm {
  bytes: number;
  comes: number | Promise<unknown> | "silence" | "end" | "reset";
}

/** Waits so many milliseconds, or for this. */
export async function holdFor(wait: number | Promise<unknown> | undefined): Promise<void> {
  await (typeof wait === "number" ? delay(wait) : wait);
}

/** Passes the bytes of one answer on, harming them at one place. */
export class Shaper {
  readonly #out: ServerResponse | Socket;
  readonly #harm: Harm | undefined;
  #passed = 0;
  #isOver = false;
  /** What came during a pause goes after it. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(out: ServerResponse | Socket, harm: Harm | undefined) {
    this.#out = out;
    this.#harm = harm;
  }

  write(chunk: Buffer): this {
    if (chunk.length === 0) return this;
    if (this.#harm === undefined) this.#out.write(chunk);
    else this.#turn = this.#turn.then(() => this.#pass(chunk));
    return this;
  }

  end(): void {
    this.#turn = this.#turn.then(() => {
      if (!this.#isOver) this.#out.end();
    });
  }

  reset(): void {
    this.#isOver = true;
    const socket = "socket" in this.#out ? this.#out.socket : this.#out;
    socket?.resetAndDestroy();
  }

  async #pass(chunk: Buffer): Promise<void> {
    if (this.#isOver) return;
    const { bytes, comes } = this.#harm ?? { bytes: Number.POSITIVE_INFINITY, comes: "end" };
    const before = chunk.subarray(0, Math.max(0, bytes - this.#passed));
    const isHere = this.#passed <= bytes && this.#passed + chunk.length > bytes;
    this.#passed += chunk.length;
    if (!isHere) return void this.#out.write(chunk);
    if (before.length > 0) await new Promise((resolve) => this.#out.write(before, resolve));
    if (comes === "silence" || comes === "end" || comes === "reset") return this.#stop(comes);
    await holdFor(comes);
    this.#out.write(chunk.subarray(before.length));
  }

  #stop(how: "silence" | "end" | "reset"): void {
    this.#isOver = true;
    if (how === "reset") this.reset();
    // A response that ends early although its length was told is cut, not ended: the connection goes.
    if (how === "end") ("socket" in this.#out ? this.#out.socket : this.#out)?.end();
  }
}
