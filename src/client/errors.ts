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
  request?: FailedRequest;
  /** What the server said, bounded. */
  serverText?: string;
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

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.retryable = RETRYABLE.has(code);
    this.request = details.request;
    this.serverText = details.serverText;
  }
}

const RETRYABLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "rate_limited",
  "unavailable",
  "timed_out",
  "conflict",
]);
