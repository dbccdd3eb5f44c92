import type { JobDescription, PlatformObserver } from "../client/index.ts";

/** Whoever runs the server is told of each request of a client: never what was given or answered. */
export interface Observer extends PlatformObserver {
  call(call: ObservedCall): CallUnderWay;
}

export interface ObservedCall {
  /** Of the protocol: `tools/call`. */
  method: string;
  /** The tool or prompt, where there is one of that name. */
  target?: string | undefined;
  /** Who the platform takes the caller for, where that is known. */
  user?: string | undefined;
  client?: { name: string; version: string } | undefined;
  /** As the client sent it, unchecked: `traceparent`, `tracestate`. */
  meta?: Readonly<Record<string, unknown>> | undefined;
}

export interface CallUnderWay {
  /** Runs the work of the call: the requests that it makes belong to it. */
  run<T>(work: () => Promise<T>): Promise<T>;
  ended(end: CallEnd): void;
}

export interface CallEnd {
  /** `ok`, `cancelled`, or the code that begins an error's text. */
  outcome: string;
  /** What was changed, or may have been. */
  changed: readonly ChangedJob[];
}

/** Without an id where a start may have happened. */
export type ChangedJob = Partial<Pick<JobDescription, "id" | "name">>;
