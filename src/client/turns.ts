import { orAbort, orTimeOut } from "./call.ts";

/** Lets one piece of work at a time run for each key, in the order asked. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /**
   * Waits for a turn as long as `signal` allows, then runs `work` to its end: a caller that stops waiting does not
   * end the turn.
   */
  async run<T>(key: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve();
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const last = before.then(() => ended);
    this.#last.set(key, last);
    void last.then(() => {
      if (this.#last.get(key) === last) this.#last.delete(key);
    });
    try {
      await orTimeOut(before, { signal }, "Waiting for an earlier call");
    } catch (error) {
      end();
      throw error;
    }
    // The end of the call's time does not end this: work that goes on would be reported as not done.
    return orAbort(work().finally(end), signal);
  }
}
