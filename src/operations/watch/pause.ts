/** A wait that others may end early. */
export class Pause {
  #wake: () => void = () => undefined;

  /** Resolves after `ms`, at `wake`, or when the signal fires, whichever comes first. Holds no process back. */
  wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms).unref();
      signal.addEventListener("abort", done, { once: true });
      this.#wake = done;
      if (signal.aborted) done();
    });
  }

  wake(): void {
    this.#wake();
  }
}
