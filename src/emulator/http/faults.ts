/** What can go wrong with one request, on request. */
export type RequestFault =
  /** Waits before anything else happens. */
  | { kind: "delay"; ms: number }
  /** Never answers; the connection stays open until the caller gives up. */
  | { kind: "drop" }
  /** Resets the TCP connection at once. */
  | { kind: "reset" }
  /** Answers this instead of doing the work. */
  | { kind: "answer"; status: number; body?: unknown; headers?: Record<string, string> | undefined }
  /** Does the work, then resets the connection in place of the answer. */
  | { kind: "lose_answer" }
  /** Cuts a stream (WebSocket or HTTP body) after so much was sent; `code` closes a WebSocket politely. */
  | { kind: "cut"; afterBytes?: number | undefined; afterMs?: number | undefined; code?: number | undefined };

/** Where the server asks what is to go wrong. */
export interface FaultSource {
  /** Faults of this request, used up by asking. */
  forRequest(method: string, path: string): RequestFault[];
}

const DEFAULT_BODIES: Record<number, string | object> = {
  401: "401: Unauthorized",
  429: { error: "Too many requests" },
  500: { error: "Unexpected exception RuntimeError: made up." },
  502: "502 Bad Gateway",
  503: "503 Service Temporarily Unavailable",
  504: "504 Gateway Time-out",
};

/** The body of an `answer` fault that names none. */
export function defaultBody(status: number): unknown {
  return DEFAULT_BODIES[status] ?? { error: `Status ${status}` };
}
