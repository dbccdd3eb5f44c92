import type { JobDescription } from "./job.ts";

/** What a caller can do about a failure; stable across versions. */
export type ErrorCode =
  | "invalid_argument"
  | "invalid_request"
  | "not_authenticated"
  | "not_permitted"
  | "not_found"
  | "ambiguous"
  | "not_running"
  | "conflict"
  | "no_credits"
  | "quota"
  | "rate_limited"
  | "unavailable"
  | "platform_error"
  | "protocol_error"
  | "timed_out"
  | "unknown_outcome"
  | "no_login";

/** The request that failed, fit to be shown: no token, no query values that could hold a secret. */
export interface FailedRequest {
  method: string;
  /** Origin and path. */
  url: string;
  /** HTTP status, where there was one. */
  status?: number;
  /** Of a WebSocket that ended early. */
  closeCode?: number;
}

/** What a caller gave that cannot be used. */
export type Subject =
  | "image"
  | "volumes"
  | "secret_env"
  | "job"
  | "project"
  | "preset"
  | "life_span"
  | "command"
  | "argv"
  | "local_port";

/** What a call that failed has changed on the platform. */
export type Outcome = "nothing" | "unknown" | "done";

/** What a failure knows besides its code and its message. */
export interface ErrorDetails {
  cause?: unknown;
  request?: FailedRequest | undefined;
  /** What the server said, bounded. */
  serverText?: string | undefined;
  /** Overrides what the code says about trying the same call again. */
  retryable?: boolean | undefined;
  /** How long the server asked to wait, in milliseconds. */
  retryAfterMs?: number | undefined;
  /** What the call that failed has changed, where that is known. */
  outcome?: Outcome | undefined;
  /** The message without its advice to try again, which would be wrong where something may have changed. */
  said?: string | undefined;
  /** Of `invalid_argument`: which one. */
  about?: Subject | undefined;
}

/**
 * Every failure of this client. `message` says what failed, for what, and what to try next; `retryable` says
 * whether the same call may succeed if made again unchanged. Several callers may share one failure, so it is
 * never changed: `restate` makes a new one of it.
 */
export class PlatformError extends Error {
  override readonly name: string = "PlatformError";
  declare readonly message: string;
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly request: FailedRequest | undefined;
  readonly serverText: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly outcome: Outcome | undefined;
  readonly said: string;
  readonly about: Subject | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.retryable = details.retryable ?? RETRYABLE.has(code);
    this.request = details.request;
    this.serverText = details.serverText;
    this.retryAfterMs = details.retryAfterMs;
    this.outcome = details.outcome;
    this.said = details.said ?? message;
    this.about = details.about;
  }

  /** The same failure as one caller has to see it. */
  restate({
    message = this.message,
    outcome = this.outcome,
    about = this.about,
  }: Restatement): PlatformError {
    const said = message === this.message ? this.said : undefined;
    return new PlatformError(this.code, message, { ...detailsOf(this), outcome, said, about });
  }
}

/** What of a failure to state otherwise. */
export interface Restatement {
  message?: string;
  outcome?: Outcome;
  about?: Subject | undefined;
}

function detailsOf(error: PlatformError): ErrorDetails {
  const { request, serverText, retryable, retryAfterMs, about } = error;
  return { request, serverText, retryable, retryAfterMs, about, cause: error };
}

const RETRYABLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "rate_limited",
  "unavailable",
  "timed_out",
  "conflict",
]);

/** A name or id prefix fits several jobs; `candidates` are those, newest first. */
export class AmbiguousError extends PlatformError {
  override readonly name: string = "AmbiguousError";
  readonly candidates: JobDescription[];

  constructor(message: string, candidates: JobDescription[], details: ErrorDetails = {}) {
    super("ambiguous", message, details);
    this.candidates = candidates;
  }

  override restate({ message = this.message, outcome = this.outcome }: Restatement): AmbiguousError {
    return new AmbiguousError(message, this.candidates, { ...detailsOf(this), outcome });
  }
}

/** One right the platform asked for: `action` (read, write, manage) on `uri`. */
export interface MissingRight {
  uri: string;
  action: string;
}

/** The platform refused for lack of rights; `missing` names them where it said so. Source: protocol reference 2.3. */
export class NotPermittedError extends PlatformError {
  override readonly name: string = "NotPermittedError";
  readonly missing: MissingRight[];

  constructor(message: string, missing: MissingRight[], details: ErrorDetails = {}) {
    super("not_permitted", message, details);
    this.missing = missing;
  }

  override restate({ message = this.message, outcome = this.outcome }: Restatement): NotPermittedError {
    return new NotPermittedError(message, this.missing, { ...detailsOf(this), outcome });
  }
}

/** A start whose answer was lost and whose job was not found: starting again with `requestId` is safe. */
export class UnknownOutcomeError extends PlatformError {
  override readonly name: string = "UnknownOutcomeError";
  readonly requestId: string;

  constructor(message: string, requestId: string, details: ErrorDetails = {}) {
    super("unknown_outcome", message, { outcome: "unknown", ...details });
    this.requestId = requestId;
  }

  override restate({ message = this.message, outcome = this.outcome }: Restatement): UnknownOutcomeError {
    return new UnknownOutcomeError(message, this.requestId, { ...detailsOf(this), outcome });
  }
}

/** A request id that stands for another start, which asked for other `differing` arguments; empty = somebody else's. */
export class RequestIdUsedError extends PlatformError {
  override readonly name: string = "RequestIdUsedError";
  readonly differing: readonly string[];

  constructor(message: string, differing: readonly string[] = []) {
    super("conflict", message, { retryable: false });
    this.differing = differing;
  }
}

/** What is wrong with an argument, and what to write instead. */
export function invalidArgument(
  message: string,
  details: Pick<ErrorDetails, "about" | "cause"> = {},
): PlatformError {
  return new PlatformError("invalid_argument", message, details);
}
