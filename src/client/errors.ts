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
}

export interface ErrorDetails {
  cause?: unknown;
  request?: FailedRequest | undefined;
  /** What the server said, bounded. */
  serverText?: string | undefined;
  /** Overrides what the code says about trying the same call again. */
  retryable?: boolean | undefined;
  /** How long the server asked to wait, in milliseconds. */
  retryAfterMs?: number | undefined;
}

/**
 * Every failure of this client. `message` says what failed, for what, and what to try next; `retryable` says
 * whether the same call may succeed if made again unchanged.
 */
export class PlatformError extends Error {
  override readonly name: string = "PlatformError";
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly request: FailedRequest | undefined;
  readonly serverText: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.retryable = details.retryable ?? RETRYABLE.has(code);
    this.request = details.request;
    this.serverText = details.serverText;
    this.retryAfterMs = details.retryAfterMs;
  }
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

  constructor(message: string, candidates: JobDescription[]) {
    super("ambiguous", message);
    this.candidates = candidates;
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
}

/** A start whose answer was lost and whose job was not found: starting again with `requestId` is safe. */
export class UnknownOutcomeError extends PlatformError {
  override readonly name: string = "UnknownOutcomeError";
  readonly requestId: string;

  constructor(message: string, requestId: string, details: ErrorDetails = {}) {
    super("unknown_outcome", message, details);
    this.requestId = requestId;
  }
}
