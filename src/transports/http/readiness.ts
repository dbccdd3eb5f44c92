import { notNow } from "./refusals.ts";

/** Anybody may ask: the platform is asked no more often than this. */
const FRESH_MS = 2000;
const RETRY_SECONDS = 5;

/** Whether calls can be answered now: the platform is reached, and the server is not ending. */
export class Readiness {
  readonly #reach: () => Promise<unknown>;
  #last: { atMs: number; problem: Promise<string | undefined> } | undefined;
  #isEnding = false;

  constructor(reach: () => Promise<unknown>) {
    this.#reach = reach;
  }

  async answer(): Promise<Response> {
    const problem = this.#isEnding ? "The server is ending." : await this.#problem();
    return problem === undefined ? new Response("ready\n") : notNow(problem, RETRY_SECONDS);
  }

  /** From now on others are to be called. */
  end(): void {
    this.#isEnding = true;
  }

  #problem(): Promise<string | undefined> {
    const nowMs = performance.now();
    if (this.#last === undefined || nowMs - this.#last.atMs > FRESH_MS) {
      const problem = this.#reach().then(
        () => undefined,
        (error: unknown) =>
          `The platform is not reached: ${error instanceof Error ? error.message : String(error)}`,
      );
      this.#last = { atMs: nowMs, problem };
    }
    return this.#last.problem;
  }
}
