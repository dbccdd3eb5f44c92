/** Which matches of a rule are harmed. */
export interface Counting {
  /** Matches that pass unharmed first; 0 if absent. */
  skip?: number | undefined;
  /** Matches harmed after that; all if absent. */
  times?: number | undefined;
}

/** What can be made to go wrong with one request. */
export type RequestFault =
  /** Waits before anything else happens, in milliseconds. */
  | { kind: "delay"; ms: number }
  /** Never answers; the connection stays open until the caller gives up. */
  | { kind: "drop" }
  /** Resets the TCP connection at once. */
  | { kind: "reset" }
  /** Answers this instead of doing the work. */
  | {
      kind: "answer";
      status: number;
      body?: unknown;
      headers?: Record<string, string> | undefined;
    }
  /** Does the work, then resets the connection in place of the answer. */
  | { kind: "lose_answer" }
  /** Cuts a stream (WebSocket or HTTP body) after so much was sent; `code` closes a WebSocket politely. */
  | {
      kind: "cut";
      afterBytes?: number | undefined;
      afterMs?: number | undefined;
      code?: number | undefined;
    };

/** Harms requests to the platform, WebSockets included. */
export interface RequestRule {
  /** Which: `*` in a path stands for anything within a segment, `**` for anything at all. */
  on: Counting & { method?: string | undefined; path?: string | undefined };
  do: RequestFault;
}

/** Keeps a job pending, with the reason that is shown for it. */
export interface HoldFault {
  kind: "hold";
  /** E.g. `Cluster Scaling Up`. */
  reason: string;
  description?: string | undefined;
}

/** Plays a log instead of running anything. */
export interface CannedLogFault {
  kind: "canned_log";
  lines: string[];
  /** 10 by default. */
  linesPerSecond?: number | undefined;
  /** 0 to 255; 0 by default. */
  exitCode?: number | undefined;
}

/** Takes the node of a job away. */
export interface LoseNodeFault {
  kind: "lose_node";
  /** Milliseconds after the job began to run, by the emulator's clock. */
  afterMs: number;
}

/** What can be made to happen to a job. */
export type JobFault = HoldFault | CannedLogFault | LoseNodeFault;

/** Chooses what happens to jobs; a `*` in a name, tag, image, preset or owner stands for anything. */
export interface JobRule {
  job: Counting & {
    name?: string | undefined;
    tag?: string | undefined;
    image?: string | undefined;
    preset?: string | undefined;
    owner?: string | undefined;
  };
  do: JobFault;
}

/** Moves the emulator's clock. */
export interface ClockRule {
  /** Milliseconds after the start of the emulator. */
  afterMs: number;
  do: { kind: "advance_clock"; ms: number };
}

/** One fault of requests, of jobs or of the clock. */
export type ChaosRule = RequestRule | JobRule | ClockRule;

/** The faults that are injected now. */
export interface Chaos {
  /** Adds a rule; the returned function takes it back (and lets held jobs go). @throws {Error} for one that makes no sense */
  add(rule: ChaosRule): () => void;
  /** Takes all of them back. */
  clear(): void;
}
