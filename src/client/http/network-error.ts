import { abortError } from "../call.ts";
import { type FailedRequest, PlatformError } from "../errors.ts";
import { TooLargeError } from "./exchange.ts";

/** What went wrong below HTTP, as an error of this client; an abort by the caller keeps the caller's reason. */
export function networkError(
  cause: unknown,
  {
    what,
    request,
    signal,
    proxy,
  }: {
    what: string;
    request: FailedRequest;
    signal?: { aborted: boolean; reason: unknown } | undefined;
    /** The one on the way, if any. */
    proxy?: string | undefined;
  },
): unknown {
  if (cause instanceof PlatformError) return cause;
  if (signal?.aborted === true) return abortError(signal, what, request);
  const codes = causesOf(cause);
  const { origin } = new URL(request.url);
  const tls = codes.find((code) => TLS_CODE.test(code));
  if (tls !== undefined) {
    const message = `${what} failed: the certificate of ${origin}${through(proxy)} is not trusted (${tls}). Check the clock and NODE_EXTRA_CA_CERTS.`;
    return new PlatformError("unavailable", message, { cause, request, retryable: false });
  }
  if (codes.some((code) => TOO_MANY_HEADERS.has(code))) {
    const message = `${what} failed: ${origin} sent more headers than this client accepts.`;
    return new PlatformError("protocol_error", message, { cause, request });
  }
  if (cause instanceof TooLargeError)
    return new PlatformError("protocol_error", `${what} failed: ${origin} sent ${cause.message}.`, {
      cause,
      request,
    });
  const known = codes.map((code) => REASONS[code]).find((reason) => reason !== undefined);
  const garbled = codes.find((code) => code.startsWith("HPE_"));
  const other = garbled === undefined ? codes[0] : `what it sent is not valid HTTP: ${garbled}`;
  const reason = refusedBy(cause) ?? known ?? other ?? "the connection broke";
  const said = `${what} failed: ${reason} (${origin}${through(proxy)}).`;
  const advice = codes.includes("ENOTFOUND")
    ? "Check the address, and this machine's network."
    : "Try again later.";
  return new PlatformError("unavailable", `${said} ${advice}`, { cause, request, said });
}

/** Only undici's message says how a proxy answered CONNECT. */
function refusedBy(cause: unknown): string | undefined {
  const status = cause instanceof Error ? /^Proxy response \((\d+)\)/.exec(cause.message)?.[1] : undefined;
  return status === undefined ? undefined : `the proxy refused with status ${status}`;
}

function through(proxy: string | undefined): string {
  return proxy === undefined ? "" : `, through the proxy ${proxy}`;
}

/** Whether the connection failed before a request could go out, so that the server knows nothing of it. */
function wasNeverSent(error: PlatformError): boolean {
  return causesOf(error.cause).some((code) => TLS_CODE.test(code) || BEFORE_SENDING.has(code));
}

/**
 * Whether the server may have done what a failed request asked for: its answer was lost, did not come in time, or
 * is that of a gateway which lost it. False for a refusal, and for what was never sent.
 */
export function mayHaveHappened(error: PlatformError): boolean {
  const { code, request, outcome } = error;
  if (outcome !== undefined) return outcome !== "nothing";
  if (wasNeverSent(error)) return false;
  if (request?.status !== undefined) return isLostOnTheWay(request.status);
  return UNANSWERED.has(code);
}

/** Whether a status is one by which a gateway says that it lost the platform's answer, not one of the platform's own. */
function isLostOnTheWay(status: number): boolean {
  return GAVE_UP_WAITING.has(status) || (status > 500 && !REFUSING.has(status));
}

const GAVE_UP_WAITING: ReadonlySet<number> = new Set([408, 499]);
/** Not implemented, unavailable, version not supported. */
const REFUSING: ReadonlySet<number> = new Set([501, 503, 505]);

/** Whether the platform answered with a fault of its own: it may have done it before, and does no more now. */
export function mayHaveFailedLate({ request }: PlatformError): boolean {
  return request?.status === 500 || request?.status === 503;
}

const TOO_MANY_HEADERS = new Set(["UND_ERR_HEADERS_OVERFLOW", "HPE_HEADER_OVERFLOW"]);

/** For what precedes a request, like the login and the configuration: if it fails, nothing was sent. */
export async function beforeSending<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof PlatformError ? error.restate({ outcome: "nothing" }) : error;
  }
}

const UNANSWERED = new Set(["unavailable", "timed_out", "protocol_error", "unknown_outcome"]);

const BEFORE_SENDING = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ENETUNREACH",
  "EHOSTUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

const TLS_CODE = /^(CERT_|ERR_TLS|ERR_SSL|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|EPROTO)/;

const REASONS: Record<string, string> = {
  ECONNREFUSED: "nothing is listening there",
  ECONNRESET: "the connection was reset",
  EPIPE: "the connection was closed",
  ENOTFOUND: "the host name is unknown",
  EAI_AGAIN: "the host name could not be resolved",
  ENETUNREACH: "the network is unreachable",
  EHOSTUNREACH: "the host is unreachable",
  ETIMEDOUT: "connecting took too long",
  UND_ERR_CONNECT_TIMEOUT: "connecting took too long",
  UND_ERR_SOCKET: "the connection was closed early",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "the answer was cut short",
  UND_ERR_ABORTED: "the connection was closed early",
};

const MOST_CAUSES = 8;

/** Codes of an error and of what caused it: undici and fetch wrap the system's error. */
function causesOf(error: unknown): string[] {
  const codes: string[] = [];
  let current: unknown = error;
  for (let depth = 0; depth < MOST_CAUSES && current instanceof Error; depth += 1) {
    // Node puts a string `code` on system errors without saying so in the type.
    const { code, errors } = current as { code?: unknown; errors?: unknown };
    if (typeof code === "string") codes.push(code);
    current = current.cause ?? (Array.isArray(errors) ? errors[0] : undefined);
  }
  return codes;
}
