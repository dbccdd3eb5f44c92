import type { PlatformError } from "../errors.ts";
import type { JobDescription } from "../job.ts";
import type { Base } from "../names/uris.ts";
import { Turns } from "../turns.ts";
import type { WireStartBody } from "./body.ts";

/** How long a start whose answer was lost may still turn into a job, in milliseconds. */
const GRACE_MS = 60_000;
const MAX_KEPT = 1000;

/** How a request to start a job ended. */
export type StartAnswer =
  | { job: JobDescription; isElsewhere?: boolean; isUnchecked?: boolean }
  | { refused: unknown }
  | { lost: PlatformError };

/** A start that was sent: it goes on, whoever waits for it. */
export interface SentStart {
  readonly body: WireStartBody;
  readonly pricePerHour: string;
  readonly answer: Promise<StartAnswer>;
  /** Resolves once its job is known, by its answer or otherwise; it may never. */
  readonly found: Promise<JobDescription>;
  /** `open` = not answered yet. */
  state: "open" | "found" | "refused" | "lost";
  /** Its job is one that another server made of the same request. */
  isElsewhere: boolean;
  /** Whether another server has made one, too, could not be looked up. */
  isUnchecked: boolean;
  /** When its answer was lost, by `performance.now()`: somebody may set the clock. */
  lostAtMs?: number;
  /** Sets its job, however that became known. */
  settle(job: JobDescription): void;
}

/** What identifies a start: its place and its request's tag. */
export function startKey({ cluster, org, project }: Base, tag: string): string {
  return `${cluster}/${org}/${project} ${tag}`;
}

/** The starts of one connection: those sent, by key, and the places of those about to be sent. */
export class Starts {
  readonly #sent = new Map<string, SentStart>();
  readonly #held = new Set<ReadonlyMap<string, string>>();
  /** One at a time by key: starts with one request id, checks of the limits. */
  readonly turns = new Turns();

  sent(key: string): SentStart | undefined {
    return this.#sent.get(key);
  }

  /** Keeps a start that is being sent until it is known that it made no job. */
  keep(
    key: string,
    { body, pricePerHour, answer }: Pick<SentStart, "body" | "pricePerHour" | "answer">,
  ): SentStart {
    let tell: (job: JobDescription) => void = () => {};
    const found = new Promise<JobDescription>((resolve) => {
      tell = resolve;
    });
    const settle = (job: JobDescription) => {
      sent.state = "found";
      tell(job);
    };
    const sent: SentStart = {
      body,
      pricePerHour,
      answer,
      found,
      settle,
      state: "open",
      isElsewhere: false,
      isUnchecked: false,
    };
    this.#sent.delete(key);
    this.#sent.set(key, sent);
    void answer.then((came) => {
      if ("job" in came) {
        sent.isElsewhere = came.isElsewhere === true;
        sent.isUnchecked = came.isUnchecked === true;
        settle(came.job);
      } else if (sent.state === "open") this.#fail(key, sent, came);
      this.#forgetOldest();
    });
    return sent;
  }

  /** A start that made no job: its id is free again. */
  forget(key: string): void {
    this.#sent.delete(key);
  }

  /** Takes places for starts about to be sent, by key, at their price per hour; call the result when they are over. */
  hold(prices: ReadonlyMap<string, string>): () => void {
    this.#held.add(prices);
    return () => this.#held.delete(prices);
  }

  /** Prices per hour, by key, of starts whose jobs the platform may not list yet. */
  unseen(): Map<string, string> {
    const unseen = new Map([...this.#held].flatMap((prices) => [...prices]));
    for (const [key, { state, lostAtMs = 0, pricePerHour }] of this.#sent) {
      if (state === "open" || (state === "lost" && performance.now() < lostAtMs + GRACE_MS))
        unseen.set(key, pricePerHour);
    }
    return unseen;
  }

  #fail(key: string, sent: SentStart, came: StartAnswer): void {
    sent.state = "lost" in came ? "lost" : "refused";
    sent.lostAtMs = performance.now();
    if (sent.state === "refused" && this.#sent.get(key) === sent) this.#sent.delete(key);
  }

  #forgetOldest(): void {
    for (const [key, { state }] of this.#sent) {
      if (this.#sent.size <= MAX_KEPT) return;
      if (state === "found") this.#sent.delete(key);
    }
  }
}
